"""What holds a crawl's child process: how much it may take, and the hand that stops it."""

import signal
import subprocess
import threading
import time
from typing import NamedTuple

_GRACE = 10.0  # seconds in which a crawl whose time is up may end in order


class Limits(NamedTuple):
    """What a child may take; None: whatever it needs."""

    memory_mb: int | None = None  # MiB of memory of its own, beyond what it starts with
    seconds: float | None = None  # by the clock on the wall, from its start


class Leash:
    """Stops a crawl's child from another thread: in order first, and by force when it takes too long for that."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ends: float | None = None
        self.why: str | None = None  # it was stopped

    def hold(self, child: "subprocess.Popen[bytes]") -> None:
        """The child that is meant; told to stop at once where that was asked for before it was there."""
        with self._lock:
            self._child = child
            if self.why is not None:
                child.send_signal(signal.SIGTERM)

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
        now, most = time.monotonic(), self.limits.seconds
        if most is not None and now - since > most:
            self.close(f"stopped: it took longer than {most:g} s", _GRACE)
        if self._ends is not None and now > self._ends:
            self.kill()
