"""The replica in a process of its own, which tells what it was asked.

`python -m bench.origin COUNT` prints where it is; for each line it reads, it prints what it was asked since.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from types import TracebackType
from typing import Any, NamedTuple, Self

from crawler.demo.site import Replica, generate


class Asked(NamedTuple):
    """What the replica was asked, and what that cost it."""

    first_at: float  # time.monotonic() of the first request
    articles: dict[str, int]  # HTTP status -> requests for an article that were answered with it
    cpu: float  # seconds


class Origin:
    """A context manager: the replica with `count` articles of some 12 KB is served until the end of its block."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.origin", str(self.count)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = self._read()
        self.base: str = told["base"]
        self.sources: dict[str, str] = told["sources"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()  # it ends with its input

    @property
    def listing(self) -> str:
        """The URL of its listing."""
        return f"{self.base}/category/{next(iter(self.sources))}.html"

    def asked(self) -> Asked:
        """What it was asked since this was called last."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        return Asked(**self._read())

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the replica ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _told(replica: Replica, cpu: float) -> Asked:
    log = replica.log
    articles = Counter(str(request.status) for request in log if request.path.startswith("/NewsData/"))
    return Asked(min((request.at for request in log), default=0.0), dict(articles), cpu)


def main(count: int) -> None:
    """Serve until the input ends."""
    with Replica(generate(count)) as replica:
        print(json.dumps({"base": replica.base, "sources": replica.sources}), flush=True)
        before = time.process_time()
        for _ in sys.stdin:
            now = time.process_time()
            print(json.dumps(_told(replica, now - before)._asdict()), flush=True)
            replica.clear_log()
            before = time.process_time()


if __name__ == "__main__":
    main(int(sys.argv[1]))
