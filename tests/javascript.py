"""JavaScript modules of the course, run by the Node that Playwright brings."""

import json
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent

import playwright

from course_lib.workshop.present.explain import page
from course_lib.workshop.viz.bundle import bundle

NODE = shutil.which("node", path=str(Path(playwright.__file__).parent / "driver"))


def run(*modules, **given):
    """What `result` is after these modules have run, which stand in the page's folder; `given` are constants in them.

    It runs the bundle, so what is tried is what a page holds.
    """
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    text = bundle("\n".join(map(dedent, modules)), page.FOLDER)
    program = f"const result = (() => {{\n{constants}{text}\nreturn result;\n}})();"
    text = f'"use strict";\n{program}\nconsole.log(JSON.stringify(result, spell));\n{SPELL}'
    done = subprocess.run([NODE, "-"], input=text, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Vectors as lists, and what JSON has no number for as text.
SPELL = """
function spell(_, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
}
"""
