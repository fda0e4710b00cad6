"""What holds a crawl's child process: how long it may take, and the hand that stops it."""

import signal
import subprocess
import threading
import time

_GRACE = 10.0  # seconds in which a crawl whose time is up may end in order


class Leash:
    """Stops a crawl's child from another thread: in order first, and by force when it takes too long for that.

    `seconds`: that the crawl may take by the clock on the wall; None: as many as it needs.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._lock = threading.RLock()  # a signal may come while this very thread has it
        self._child: subprocess.Popen[bytes] | None = None
        self._ends: float | None = None
        self._interrupts = 0
        self.why: str | None = None  # it was stopped

    @property
    def is_pulled(self) -> bool:
        """Whether the crawl is to end."""
        return self.why is not None or self._interrupts > 0

    def hold(self, child: "subprocess.Popen[bytes]") -> None:
        """The child that is meant; told to stop at once where that was asked for before it was there."""
        with self._lock:
            self._child = child
            if self.is_pulled:
                child.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """A person wants it to end: the first time in order, then at once."""
        with self._lock:
            self._interrupts += 1
            if self._child is not None:
                self._child.send_signal(signal.SIGTERM if self._interrupts == 1 else signal.SIGKILL)

    def close(self, why: str, grace: float) -> None:
        """Let it end in order; after `grace` seconds it is ended."""
        with self._lock:
            if self.why is None:
                self.why, self._ends = why, time.monotonic() + grace
                if self._child is not None:
                    self._child.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        with self._lock:
            if self._child is not None:
                self._child.kill()

    def watch(self, since: float) -> None:
        """Called now and then while it crawls: its time may be up."""
        now = time.monotonic()
        if self.seconds is not None and now - since > self.seconds:
            self.close(f"stopped: it took longer than {self.seconds:g} s", _GRACE)
        if self._ends is not None and now > self._ends:
            self.kill()
