"""Kernels that start at once: each is forked from a process that has imported what nearly every lesson imports.

A lesson sees no difference: its process is its own, and its namespace empty.
"""

import multiprocessing
import os
import signal

from jupyter_client.manager import KernelManager

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.notebooks.imported"])


class ForkedKernelManager(KernelManager):
    """Starts a kernel as a fork; otherwise as its parent does."""

    async def _async_launch_kernel(self, kernel_cmd, *, env, cwd, **options):
        """What the parent names for being overridden; `kernel_cmd` ends in the arguments of the kernel."""
        after_module = kernel_cmd.index("-m") + 2
        provisioner, fork = self.provisioner, Fork(kernel_cmd[after_module:], env, cwd)
        provisioner.process, provisioner.pid, provisioner.pgid, provisioner.cwd = fork, fork.pid, fork.pid, cwd
        self._reconcile_connection_info(provisioner.connection_info)


class Fork:
    """The process of a forked kernel, with what a provisioner asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, arguments, env, cwd):
        self.process = FORKS.Process(target=be_kernel, args=(arguments, env, cwd), daemon=True)
        self.process.start()
        self.pid = self.process.pid

    def poll(self):
        return self.process.exitcode

    def wait(self):
        self.process.join()
        return self.poll()

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def be_kernel(arguments, env, cwd):
    """Turn this process, a fork, into an IPython kernel."""
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd or ".")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    launch_new_instance(argv=arguments)
