"""Code that others wrote is stopped when it takes too long."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Stopped(BaseException):
    """A limit was reached. It is no Exception, so that no `except Exception` of the code that is stopped catches it."""


@contextlib.contextmanager
def limited(seconds: int, patience: int | None = None) -> Iterator[None]:
    """Raise Stopped in what computes for so many seconds, or takes longer than `patience` by the clock.

    Windows has no such clocks, and threads beside the first one have none: there, nothing is stopped.

    Args:
        seconds: of a processor.
        patience: seconds by the clock; None for any number.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    reasons = {signal.SIGPROF: f"computed for more than {seconds} seconds"}
    clocks = {signal.SIGPROF: (signal.ITIMER_PROF, seconds)}
    if patience:
        reasons[signal.SIGALRM] = f"did not end within {patience} seconds"
        clocks[signal.SIGALRM] = (signal.ITIMER_REAL, patience)

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(reasons[number])

    before = {number: signal.signal(number, stop) for number in clocks}
    for clock, first in clocks.values():
        signal.setitimer(clock, first, 1)
    try:
        yield
    finally:
        for number, (clock, _) in clocks.items():
            signal.setitimer(clock, 0)
            signal.signal(number, before[number])
