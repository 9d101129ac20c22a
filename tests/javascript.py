"""JavaScript modules of the course, run by Node or by a browser, whichever is there."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from textwrap import dedent

import pytest

from course_lib.present.explain import page
from course_lib.viz.bundle import bundle
from tests.viz.chromium import Browser, find_browser

MISSING = "there is neither Node nor Chromium here (on Debian: apt-get install nodejs)"


def run(*modules, **given):
    """What `result` is after these modules have run, which stand in the page's folder; `given` are constants in them.

    Both engines run the bundle, so what is tried is what a page holds.
    """
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    text = bundle("\n".join(map(dedent, modules)), page.FOLDER)
    program = f"const result = (() => {{\n{constants}{text}\nreturn result;\n}})();"
    node, browser = shutil.which("node"), find_browser()
    if node:
        return run_in_node(node, program)
    if browser:
        return run_in_browser(browser, program)
    if "CI" in os.environ:
        pytest.fail(MISSING)
    return pytest.skip(MISSING)


def run_in_node(node, program):
    """The result of a program, as JSON; `node` is the path of the program Node."""
    text = f'"use strict";\n{program}\nconsole.log(JSON.stringify(result, spell));\n{SPELL}'
    done = subprocess.run([node, "-"], input=text, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_in_browser(path, program):
    """The same in a browser without a window."""
    with tempfile.TemporaryDirectory() as folder, Browser(path, Path(folder) / "profile") as browser:
        text = f'(() => {{"use strict";\n{program}\nreturn JSON.stringify(result, spell);\n{SPELL}}})()'
        return json.loads(browser.evaluate(text))


# Vectors as lists, and what JSON has no number for as text.
SPELL = """
function spell(_, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
}
"""
