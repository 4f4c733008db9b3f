"""An interrupt as a wish to stop: the solve ends with the best roster so far, and the program goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cslib.roster.columns.limits import Stop, never


@contextmanager
def on_interrupt() -> Iterator[Stop]:
    """While the block runs, the first interrupt is noted; a second one has its usual effect. In a thread other than the main one nothing is."""
    if threading.current_thread() is not threading.main_thread():
        yield never
        return
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, _frame: object) -> None:
        """Remember the wish, and let the next one through."""
        asked.append(number)
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
