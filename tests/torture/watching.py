"""A command and all that it starts, watched from outside: memory, time, open files, and what is left of it."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EVERY = 0.1  # seconds
_CRAWL = b"crawler.child"  # in the command line of the process that fetches and reads


@dataclass
class Seen:
    """A process: peak resident memory in MiB, seconds that it lived, and whether it fetches."""

    peak: float = 0.0
    first: float = field(default_factory=time.monotonic)
    last: float = 0.0
    fetches: bool = False

    @property
    def seconds(self) -> float:
        return max(0.0, self.last - self.first)


@dataclass
class Run:
    """What became of a command. `files`: descriptors that it had open itself, over time."""

    code: int
    output: str
    seconds: float
    processes: dict[int, Seen]
    files: list[int]
    left: list[int]  # processes that outlived it

    @property
    def peak(self) -> float:
        """MiB of the largest of its processes."""
        return max((seen.peak for seen in self.processes.values()), default=0.0)

    @property
    def longest(self) -> float:
        """Seconds of the process that fetched longest."""
        return max((seen.seconds for seen in self.processes.values() if seen.fetches), default=0.0)


def watched(command: Sequence[str], environment: Mapping[str, str], folder: Path, limit: float) -> Run:
    """Run a command; after `limit` seconds it is ended, which its code tells."""
    started, out = time.monotonic(), folder / f"output-{time.monotonic_ns()}"
    processes: dict[int, Seen] = {}
    files: list[int] = []
    with out.open("wb") as output:
        child = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, processes, files, over))
        watcher.start()
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(15)
            child.kill()
            code = child.wait()
        over.set()
        watcher.join()
    left = [pid for pid, seen in processes.items() if seen.fetches and _reads(pid, "cmdline").count(_CRAWL)]
    text = out.read_text(encoding="utf-8", errors="replace")
    return Run(code, text, time.monotonic() - started, processes, files, left)


def _watch(pid: int, processes: dict[int, Seen], files: list[int], over: threading.Event) -> None:
    while not over.wait(_EVERY):
        for each in (pid, *_below(pid)):
            seen = processes.setdefault(each, Seen())
            seen.last = time.monotonic()
            seen.fetches = seen.fetches or _CRAWL in _reads(each, "cmdline")
            for line in _reads(each, "status").split(b"\n"):
                if line.startswith(b"VmHWM:"):
                    seen.peak = max(seen.peak, int(line.split()[1]) / 1024)
        with contextlib.suppress(OSError):
            files.append(len(os.listdir(f"/proc/{pid}/fd")))


def _below(pid: int) -> list[int]:
    """All that a process started, and all that they did."""
    found = [int(each) for each in _reads(pid, f"task/{pid}/children").split()]
    return found + [deeper for each in found for deeper in _below(each)]


def _reads(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
