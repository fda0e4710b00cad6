"""Runs one crawl: in this process, or in a child process that hands its observations to this one.

Between the two, frames of four bytes of length and a MessagePack message: the job to the child's standard input, its
observations from the child's standard output. The child never sees the database.
"""

import asyncio
import gc
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlite_utils import Database

from crawler.config import Channel
from crawler.errors import NewstrailError, as_newstrail_error
from crawler.items import Ending, Job, ListingReading, Observation
from crawler.leash import Leash
from crawler.recorder import Recorder, Tally
from storage.errors import StorageError

_COMMIT_EVERY = 0.5  # seconds after which what waits is committed, whether the batch is full or not
_SOON = 0.05  # seconds
_READ_AHEAD = 16 * 1024 * 1024  # bytes of observations that wait while a batch is committed
_PR_SET_PDEATHSIG = 1  # prctl(2)
_END = b""
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Observation)


def scrapy_settings(job: Job) -> dict[str, Any]:
    """What a job's configuration says to Scrapy."""
    crawl = job.crawl
    return {
        "USER_AGENT": crawl.user_agent,
        "DOWNLOAD_DELAY": crawl.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency_per_host,
        "NEWSTRAIL_ALLOW_PRIVATE": list(crawl.allow_private),
    }


def _spider_class(job: Job) -> Any:
    from spiders.category import CategorySpider
    from spiders.share import ShareSpider

    return CategorySpider if job.spider == "category" else ShareSpider


class LocalSink:
    """Records in the crawl's own process; a database that cannot be used stops the crawl."""

    def __init__(self, recorder: Recorder, stop: Callable[[], Any]) -> None:
        self._recorder, self._stop = recorder, stop
        self._timer: asyncio.TimerHandle | None = None
        self.failure: NewstrailError | None = None

    def __call__(self, observation: Observation) -> None:
        self._guarded(lambda: self._recorder.add(observation))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_COMMIT_EVERY, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._guarded(self._recorder.flush)

    def _guarded(self, write: Callable[[], None]) -> None:
        if self.failure is not None:
            return
        try:
            write()
        except StorageError as error:
            self.failure = as_newstrail_error(error)
            self._stop()


def run_here(process: Any, db: Database, path: Path, job: Job, channels: Iterable[Channel] = ()) -> Recorder:
    """Run a crawl in this process, under a Scrapy `AsyncCrawlerProcess`, and record what it sees.

    Raises `NewstrailError` where the database cannot be used. Statistics count only what is committed.
    """
    process.settings.update(scrapy_settings(job), priority="cmdline")
    crawler = process.create_crawler(_spider_class(job))

    def publish(tally: Tally) -> None:
        for name, count in (*tally.outcomes.items(), *((f"change/{k}", n) for k, n in tally.changes.items())):
            crawler.stats.set_value(f"newstrail/{name}", count)

    recorder = Recorder(db, path, job, publish, channels=channels)
    sink = LocalSink(recorder, lambda: asyncio.ensure_future(crawler.stop_async()))
    process.crawl(crawler, job=job, sink=sink)
    process.start()
    if sink.failure is not None:
        raise sink.failure
    return recorder


def run_in_child(
    db: Database,
    path: Path,
    job: Job,
    on_commit: Callable[[Tally], None] | None = None,
    on_listing: Callable[[ListingReading], None] | None = None,
    log_level: str | None = None,
    channels: Iterable[Channel] = (),
    leash: Leash | None = None,
) -> Recorder:
    """Run a crawl in a child process and record what it hands over, also in the outbox of these channels.

    In the main thread an interrupt lets it end in order; elsewhere its `leash` does.
    """
    recorder = Recorder(db, path, job, on_commit, channels=channels)
    leash = leash or Leash()
    memory = str(leash.limits.memory_mb or 0)
    command = [sys.executable, "-m", "crawler.runner", log_level or "", memory, str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None and child.stdout is not None
    try:
        with _interrupts_to(child):
            leash.hold(child)
            _send(child.stdin, job)
            since = time.monotonic()
            for observation in _received(child.stdout):
                leash.watch(since)
                if observation is None:
                    recorder.flush()
                    continue
                recorder.add(_told(observation, leash.why))
                if on_listing and isinstance(observation, ListingReading):
                    on_listing(observation)
            if child.wait() != 0 or recorder.outcome is None:
                recorder.died(leash.why or f"the crawl's process ended with {child.returncode}")
    except msgspec.MsgspecError as error:
        recorder.died(f"the crawl's process told something that is no observation: {error}")
    except StorageError as error:
        raise as_newstrail_error(error) from error
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    return recorder


def _told(observation: Observation, why: str | None) -> Observation:
    """An observation as it is recorded: a crawl that was stopped says why."""
    if why and isinstance(observation, Ending) and observation.interrupted:
        return msgspec.structs.replace(observation, reason=why)
    return observation


@contextmanager
def _interrupts_to(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """While a child crawls, the first SIGINT or SIGTERM lets it close in order and tell how, the next ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    forwarded = [signal.SIGTERM]

    def forward(number: int, frame: Any) -> None:
        child.send_signal(forwarded.pop() if forwarded else signal.SIGKILL)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(pipe: IO[bytes], job: Job) -> None:
    try:
        pipe.write(_encoder.encode(job))
        pipe.close()
    except BrokenPipeError:
        pass  # the child is gone; its end is found where its answers are read


def _received(pipe: IO[bytes]) -> Iterator[Observation | None]:
    """Observations as they come; every now and then None: time to commit."""
    ahead, committed = _ReadAhead(pipe), time.monotonic()
    try:
        while (frame := ahead.take(_COMMIT_EVERY)) != _END:
            if time.monotonic() - committed >= _COMMIT_EVERY:
                yield None
                committed = time.monotonic()
            if frame is not None:
                yield _decoder.decode(frame)
    finally:
        ahead.stop()


class _ReadAhead:
    """Frames of a pipe, read by a thread, so that the child goes on while this process commits."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._stopped = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def take(self, seconds: float) -> bytes | None:
        """The next frame, `_END` behind the last one; None where none came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._frames, seconds):
                return None
            frame = self._frames.popleft()
            self._bytes -= len(frame)
            self._changed.notify_all()
            return frame

    def stop(self) -> None:
        """No more frames are wanted: the thread ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _read(self) -> None:
        while len(head := self._pipe.read(4)) == 4:
            (size,) = struct.unpack(">I", head)
            frame = self._pipe.read(size)
            if len(frame) < size or not self._put(frame):
                break  # what is left of a frame whose writer died is dropped
        self._put(_END)

    def _put(self, frame: bytes) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._bytes < _READ_AHEAD)
            self._frames.append(frame)
            self._bytes += len(frame)
            self._changed.notify_all()
            return not self._stopped


def child_main(log_level: str, memory_mb: int, parent: int) -> None:
    """The child: a job from standard input, observations to what was standard output."""
    _end_with(parent)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but observations may reach the parent
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)

    def tell(observation: Observation) -> None:
        message = _encoder.encode(observation)
        try:
            out.write(struct.pack(">I", len(message)) + message)
            out.flush()
        except BrokenPipeError:
            os._exit(1)  # the parent is gone; nobody is there to record what would still be seen

    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update({"LOG_ENABLED": bool(log_level), "LOG_LEVEL": log_level or "INFO"}, priority="cmdline")
    settings.update(scrapy_settings(job), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(_spider_class(job))
    _obey_parent(crawler)
    process.crawl(crawler, job=job, sink=tell)
    gc.freeze()  # what is imported stays: it need not be looked through again and again
    gc.set_threshold(50_000, 20, 50)
    if memory_mb:
        _take_no_more_than(memory_mb)
    process.start(install_signal_handlers=False)


def _end_with(parent: int) -> None:
    """Where the system can do it (Linux), end this process when the one that started it ends, however that comes."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before
            os._exit(1)


def _take_no_more_than(memory_mb: int) -> None:
    """Bound the memory of this process to so many MiB more than it has now. A page that needs more is a look that ended
    in an error; where not even that can be told, the process dies."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[5]) if sys.platform == "linux" else 0
    bound = pages * resource.getpagesize() + memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def _obey_parent(crawler: Any) -> None:
    """A terminal's Ctrl-C reaches the whole group; only the parent's SIGTERM closes the crawl, in order."""
    loop = asyncio.get_event_loop_policy().get_event_loop()

    async def stop() -> None:
        while not (crawler.engine and crawler.engine.running):  # before that, Scrapy lets it pass
            await asyncio.sleep(_SOON)
        await crawler.stop_async()

    def close(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(lambda: loop.create_task(stop()))

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, close)


if __name__ == "__main__":
    child_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
