"""Run failed tests once more, alone, after all others: `pytest -p tests.flaky`, as continuous integration does.

If all of them pass then, the run is green, and its summary names them as flaky, so that somebody mends them.
"""

import subprocess
import sys

import pytest

MOST = 10  # a change that breaks more tests than this is no accident
AGAIN = "-p", "no:tests.flaky", "-n", "0", "--nbval", "--nbval-current-env", "-m", ""


class Failures:
    """The tests that failed. A notebook counts as one test, because its cells need the cells above them."""

    def __init__(self):
        self.failed = {}  # in the order of failing
        self.flaky = []

    def pytest_runtest_logreport(self, report):
        if report.failed:
            file, *_ = report.nodeid.partition("::")
            self.failed[file if file.endswith(".ipynb") else report.nodeid] = True

    @pytest.hookimpl(trylast=True)  # after the workers have stopped
    def pytest_sessionfinish(self, session, exitstatus):
        if exitstatus != pytest.ExitCode.TESTS_FAILED or not 0 < len(self.failed) <= MOST:
            return
        print(f"\n\nOnce more, alone: {', '.join(self.failed)}", flush=True)
        if (
            subprocess.run(
                [sys.executable, "-m", "pytest", *AGAIN, *self.failed], cwd=session.config.rootpath
            ).returncode
            == 0
        ):
            self.flaky, session.exitstatus = list(self.failed), pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter):
        if self.flaky:
            terminalreporter.section("flaky")
            terminalreporter.write_line(
                "These tests failed, and passed when they ran alone. The run is green; mend them."
            )
            for test in self.flaky:
                terminalreporter.write_line(f"flaky: {test}")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(), "failures")
