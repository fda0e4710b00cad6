"""Runs one crawl: in a process of its own, which fetches and reads, while this one records what it tells.

A page whose reading ends that process, or holds it up, goes on record as the cause; another process goes on without it.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler.config import Channel
from crawler.errors import as_newstrail_error
from crawler.items import Begun, Ending, Job, ListingReading, Look, Message, Pulse
from crawler.leash import Leash
from crawler.recorder import Recorder, Tally
from crawler.rules import rest
from crawler.rules.dates import utc_text
from crawler.wire import Start, received, send_start
from storage.errors import StorageError

_COMMIT_EVERY = 0.5  # seconds after which what waits is committed, whether the batch is full or not
_MOST_ENDED = 10  # processes of one crawl that pages may end
_WALL = 3  # times the CPU time that a page may take; a machine may be busy with other things
# What a process ends by when a page is too much for it; anything else (SIGKILL) may come from elsewhere.
_BY_A_PAGE = {
    -signal.SIGXCPU: "reading it took more than {crawl.page_seconds} s of CPU time",
    -signal.SIGSEGV: "reading it ended the process (SIGSEGV)",
    -signal.SIGABRT: "reading it ended the process (SIGABRT)",
    -signal.SIGBUS: "reading it ended the process (SIGBUS)",
    1: "reading it ended the process, most likely for want of memory (crawl.memory_mb)",
}


@dataclass
class _Followed:
    """What a crawl's processes told so far, as far as another one needs it to go on."""

    job: Job
    listing: ListingReading | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)  # (site, code)
    reading: Look | ListingReading | None = None  # what is on record if its page ends the process; None: it was told
    ended: int = 0  # processes, by a page
    asked: Pulse = field(default_factory=Pulse)  # by the process that runs
    before: Pulse = field(default_factory=Pulse)  # by those that ended

    def hear(self, message: Message) -> None:
        if isinstance(message, Look | ListingReading) and self.reading and _page(message) == _page(self.reading):
            self.reading = None
        if isinstance(message, Look):
            self.seen.add((message.site, message.code))
        elif isinstance(message, ListingReading):
            self.listing = message
        elif isinstance(message, Begun):
            self.reading = message.what
        elif isinstance(message, Pulse):
            self.asked = message

    def go_on(self) -> Job:
        """The job of the next process."""
        self.ended += 1
        self.before = Pulse(*self.all_asked())
        self.reading, self.asked = None, Pulse()
        return rest.after(self.job, self.listing, self.seen, self.ended)

    def all_asked(self) -> tuple[int, int]:
        """Requests so far, and how many of them were answered with 304."""
        before, asked = self.before, self.asked
        return before.requests + asked.requests, before.not_modified + asked.not_modified

    def whole(self, ending: Ending) -> Ending:
        """An ending with what the processes before asked."""
        return msgspec.structs.replace(
            ending,
            requests=ending.requests + self.before.requests,
            not_modified=ending.not_modified + self.before.not_modified,
        )


def _page(what: Look | ListingReading) -> tuple[str, str]:
    return (what.site, what.code) if isinstance(what, Look) else ("", what.source)


def run_in_child(
    db: Database,
    path: Path,
    job: Job,
    on_commit: Callable[[Tally], None] | None = None,
    on_listing: Callable[[ListingReading], None] | None = None,
    settings: Mapping[str, Any] | None = None,
    channels: Iterable[Channel] = (),
    leash: Leash | None = None,
) -> Recorder:
    """Run a crawl in a child process and record what it hands over, also in the outbox of these channels.

    `settings`: Scrapy's, beside newstrail's own. In the main thread an interrupt lets the crawl end in order; elsewhere
    its `leash` does. Raises `NewstrailError` where the database cannot be used.
    """
    recorder = Recorder(db, path, job, on_commit, channels=channels)
    leash, followed, since = leash or Leash(), _Followed(job), time.monotonic()
    try:
        with _interrupts_to(leash):
            while recorder.outcome is None:
                with _child(leash, Start(job, dict(settings or {}))) as child:
                    hung = _record(child, recorder, followed, leash, since, on_listing)
                    code = child.wait()
                if recorder.outcome is None:
                    job = _next(recorder, followed, leash, code, hung) or job
    except msgspec.MsgspecError as error:
        recorder.died(f"the crawl's process told something that is no observation: {error}")
    except StorageError as error:
        raise as_newstrail_error(error) from error
    return recorder


def _next(recorder: Recorder, followed: _Followed, leash: Leash, code: int, hung: str | None) -> Job | None:
    """The job of the process that goes on; None where the crawl is over, for a reason that is recorded."""
    culprit = followed.reading
    why = hung or _BY_A_PAGE.get(code)
    if leash.is_pulled or culprit is None or why is None:
        recorder.died(leash.why or f"the crawl's process ended with {code}", *followed.all_asked())
        return None
    told = msgspec.structs.replace(
        culprit, reason=why.format(crawl=followed.job.crawl), seen_at=utc_text(datetime.now(UTC))
    )
    followed.hear(told)
    recorder.add(told)
    if followed.ended >= _MOST_ENDED:
        why = f"{_MOST_ENDED + 1} pages ended the crawl's process; the last is {culprit.url}"
        recorder.died(why, *followed.all_asked())
        return None
    return followed.go_on()


@contextmanager
def _child(leash: Leash, start: Start) -> Iterator["subprocess.Popen[bytes]"]:
    """A crawl's process, on the leash; it is gone when the block ends."""
    command = [sys.executable, "-m", "crawler.child", str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None and child.stdout is not None
    try:
        leash.hold(child)
        send_start(child.stdin, start)
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _record(
    child: "subprocess.Popen[bytes]",
    recorder: Recorder,
    followed: _Followed,
    leash: Leash,
    since: float,
    on_listing: Callable[[ListingReading], None] | None,
) -> str | None:
    """Record what a process tells, to its end; why it was ended here, where a page held it up."""
    assert child.stdout is not None
    committed, silent = time.monotonic(), 0.0
    longest = _WALL * followed.job.crawl.page_seconds
    for message in received(child.stdout, _COMMIT_EVERY):
        leash.watch(since)
        now = time.monotonic()
        if now - committed >= _COMMIT_EVERY:
            recorder.flush()
            committed = time.monotonic()
        if message is None:
            silent += _COMMIT_EVERY  # waited for, so that no time counts in which this process did not run either
            if silent > longest and followed.reading:
                child.kill()
                return f"reading it took more than {longest} s"
            continue
        silent = 0.0
        followed.hear(message)
        if isinstance(message, Begun | Pulse):
            continue
        recorder.add(_told(followed.whole(message), leash.why) if isinstance(message, Ending) else message)
        if on_listing and isinstance(message, ListingReading):
            on_listing(message)
    return None


def _told(ending: Ending, why: str | None) -> Ending:
    """An ending as it is recorded: a crawl that was stopped says why."""
    return msgspec.structs.replace(ending, reason=why) if why and ending.interrupted else ending


@contextmanager
def _interrupts_to(leash: Leash) -> Iterator[None]:
    """In the main thread, the first SIGINT or SIGTERM lets the child close in order and tell how, the next ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return

    def forward(number: int, frame: Any) -> None:
        leash.interrupt()

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
