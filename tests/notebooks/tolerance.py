"""A pytest plugin for nbval: printed floats may differ in their last digits, as they do between machines.

Everything else that a lesson printed must come out again, word for word. Pictures, HTML and warnings are not
compared: a picture has no tolerance, HTML has a plain-text twin, and warnings depend on what is installed.
"""

import math
import os
import re
import sys
import tempfile

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.notebooks.kernels import ForkedKernelManager

RELATIVE_TOLERANCE = 1e-4
NOT_COMPARED = ("stderr", "text/html", "image/svg+xml")

# A float has a point or an exponent. Whole numbers count things, and must be equal.
FLOAT = re.compile(r"(?<![\w.])[-+]?(?:(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?|\d+e[-+]?\d+)(?!\w|\.\d)", re.I)


def last_digit(number):
    """What one step of the last digit is worth: 0.001 for "2.718"; 0 with fewer than three decimals."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals) if decimals >= 3 else 0.0


def are_close(a, b):
    """Whether two printed floats agree to 1 in 10,000, or to one step of a last digit."""
    one_step = 1.01 * max(last_digit(a), last_digit(b))
    return math.isclose(float(a), float(b), rel_tol=RELATIVE_TOLERANCE, abs_tol=one_step)


def says_the_same(a, b):
    """Whether two outputs have the same words in the same order, and floats that are close."""
    if FLOAT.sub("#", a).split() != FLOAT.sub("#", b).split():
        return False
    return all(are_close(x, y) for x, y in zip(FLOAT.findall(a), FLOAT.findall(b), strict=True))


class Printed(str):
    """An output that equals another one if both say the same."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return isinstance(other, str) and says_the_same(self, other)

    def __ne__(self, other):
        return not self == other


def pytest_collectstart(collector):
    """Tell nbval what not to compare."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_COMPARED


def pytest_itemcollected(item):
    """Let the cell compare its outputs as `Printed` ones."""
    if isinstance(item, IPyNbCell):
        sanitize = item.sanitize
        item.sanitize = lambda output: Printed(sanitize(output)) if isinstance(output, str) else output


def pytest_configure(config):
    """Let kernels talk over socket files: two that start at the same time can pick the same network port."""
    if os.name == "nt":
        return
    folder = tempfile.TemporaryDirectory(prefix="nb")
    patch = pytest.MonkeyPatch()
    manager = ForkedKernelManager if sys.platform == "linux" else KernelManager  # no fork is safe in macOS's libraries

    def kernel_on_sockets(**options):
        socket = os.path.join(tempfile.mkdtemp(dir=folder.name), "k")
        return manager(transport="ipc", ip=socket, **options)

    patch.setattr(nbval.kernel, "KernelManager", kernel_on_sockets)
    config.add_cleanup(patch.undo)
    config.add_cleanup(folder.cleanup)
