"""A daemon as a process of its own, whose log can be waited for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.crawling import ROOT, Trail

PATIENCE = 40.0  # seconds; what is waited for comes in a few, where nothing else keeps the machine busy


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until something is true, and return it."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


class Running:
    """`newstrail daemon` on a trail's configuration, from here to the end of a `with` block; killed there."""

    def __init__(self, trail: Trail, *arguments: str, **environment: str) -> None:
        self._file = trail.folder / f"daemon-{time.monotonic_ns()}.log"
        with self._file.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crawler", "daemon", *arguments], cwd=ROOT, stdout=stream, stderr=stream,
                env={**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml), **environment}, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        if error is not None:
            print(self.log)  # pytest shows it with the failure

    @property
    def log(self) -> str:
        return self._file.read_text(encoding="utf-8")

    def says(self, text: str, times: int = 1) -> None:
        """Wait until its log has a text, so often."""
        until(lambda: self.log.count(text) >= times or self._gone(), f"{text!r} in:\n{self.log}")

    def _gone(self) -> bool:
        assert self.process.poll() is None, f"left with {self.process.returncode}:\n{self.log}"
        return False

    @property
    def children(self) -> list[int]:
        """Its crawls' processes."""
        return children_of(self.process.pid)

    def alive(self) -> None:
        """It must not have ended."""
        self._gone()

    @property
    def resident_mb(self) -> float:
        """MiB of memory that it holds."""
        return resident_mb(self.process.pid)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def kill(self) -> None:
        """SIGKILL, if it is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def children_of(pid: int) -> list[int]:
    """The processes that a process started, whichever of its threads did."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(number) for number in task.read_text().split()]
        except OSError:  # the thread has ended
            continue
    return found


def resident_mb(pid: int) -> float:
    """MiB of memory that a process holds; 0 where there is none of that number."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


def is_alive(pid: int) -> bool:
    """Whether a process is there and not just waiting to be asked how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
