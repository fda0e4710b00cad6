"""What a command costs: time by the clock, CPU time, and the memory of its processes."""

import os
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SAMPLED_EVERY = 0.05  # seconds
_SEEN = 3  # samples; a child seen less often is a helper of a moment, such as a fork that becomes another program
_PROC = Path("/proc")


@dataclass
class Cost:
    """What one run of a command cost."""

    started: float  # time.monotonic()
    ended: float
    cpu: float  # seconds, of the process and its children
    output: str
    peaks: list[int] = field(default_factory=list)  # KiB resident at most: the process, then each of its children


class BrokenError(RuntimeError):
    """A measured command did not do what it was to do."""


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; raises `BrokenError` where it leaves with an error.

    Memory is read from /proc; where there is none, `peaks` is empty.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        started = time.monotonic()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output)
        watch = _Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        ended = time.monotonic()
        watch.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise BrokenError(f"{' '.join(command)}: left with {process.returncode}")
        output.seek(0)
        return Cost(started, ended, usage.ru_utime + usage.ru_stime, output.read(), watch.peaks)


class _Watch:
    """Reads the peak of each process's resident memory, again and again in a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peaks: dict[int, int] = {}
        self._seen: Counter[int] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    @property
    def peaks(self) -> list[int]:
        lasting = [pid for pid in self._peaks if pid == self._pid or self._seen[pid] >= _SEEN]
        return [self._peaks[pid] for pid in sorted(lasting, key=lambda pid: pid != self._pid)]

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLED_EVERY):
            for pid in (self._pid, *_children(self._pid)):
                if peak := _peak(pid):
                    self._peaks[pid] = peak
                    self._seen[pid] += 1


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in (_PROC / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _peak(pid: int) -> int | None:
    """KiB; None where the process is gone or a zombie."""
    try:
        lines = (_PROC / f"{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)
