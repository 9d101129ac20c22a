// A kernel of jupyter-server, by Jupyter's messages over one socket.
"use strict";

class Kernel {
  constructor(id) {
    this.path = `/api/kernels/${id}`;
    this.runs = new Map(); // by the id of their request
    this.onforget = () => null;
  }

  // Runs code; `show` gets the kind and the content of each message about it. Resolves to whether it ended well.
  async run(code, show) {
    const socket = await (this.socket ??= this.connect());
    const id = crypto.randomUUID();
    const ended = new Promise((end, fail) => this.runs.set(id, { show, end, fail, isFine: true }));
    const header = { msg_id: id, msg_type: "execute_request", session: id, username: "", version: "5.3" };
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    socket.send(JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] }));
    return ended;
  }

  // Notices a kernel that another window has begun: whatever had run is lost. It connects anew, because the server
  // waits then until the kernel is heard; an old connection misses what the new kernel says first.
  greet() {
    this.hangUp();
    return this.run("", () => null);
  }

  // Whoever connects is heard from when the kernel listens.
  connect() {
    const address = `ws://${location.host}${this.path}/channels?session_id=${crypto.randomUUID()}`;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address);
      socket.onopen = () => resolve(socket);
      socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
      socket.onclose = () => {
        reject(new Error("The kernel can't be reached. Does the command still run?"));
        this.forget();
      };
    });
  }

  receive({ header, parent_header, content }) {
    const kind = header.msg_type, state = kind === "status" && content.execution_state;
    if (["restarting", "autorestarting", "dead"].includes(state)) this.forget();
    const run = this.runs.get(parent_header.msg_id);
    if (!run) return;
    if (this.session && this.session !== header.session) this.onforget();
    this.session = header.session; // each kernel has its own
    if (kind === "error") run.isFine = false;
    run.show(kind, content);
    if (state === "idle") {
      this.runs.delete(parent_header.msg_id);
      run.end(run.isFine);
    }
  }

  // The kernel is another now: what waits has failed, and what had run is lost.
  forget() {
    this.runs.forEach(run => run.fail(new Error("The kernel has ended; with Run, a new one begins.")));
    this.runs.clear();
    this.hangUp();
    this.onforget();
  }

  hangUp() {
    const close = socket => {
      socket.onclose = socket.onmessage = null;
      socket.close();
    };
    this.socket?.then(close, () => null);
    this.socket = null;
  }

  async restart() {
    await this.ask("restart");
    this.forget();
  }

  interrupt() {
    return this.ask("interrupt");
  }

  async ask(action) {
    const token = document.cookie.match(/\b_xsrf=([^;]*)/)?.[1] ?? "";
    const answer = await fetch(`${this.path}/${action}`, { method: "POST", headers: { "X-XSRFToken": token } });
    if (!answer.ok) throw new Error(`The kernel did not ${action}: ${answer.status} ${answer.statusText}`);
  }
}
