"""Turns at a host: one request to it at a time, a delay apart, whichever crawls of this machine ask.

All crawls of one user meet in one folder. A host has a file there that says when it was asked last, from when on it may
be asked again, and who is next; and for each request that may be open at a time a file that is locked as long as one
is. The locks are the kernel's (`flock`), so whoever dies gives back its turn. Times in the files are seconds since the
machine was started: a wall clock that jumps moves nothing.
"""

import asyncio
import fcntl
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from scrapy.exceptions import IgnoreRequest

from crawler.items import HostWish
from crawler.rules import patience

_POLL = 0.01  # seconds between two looks at a turn that somebody else has
_NEXT_FOR = 0.25  # seconds that a place as the next one is kept for who may have died
_LONGEST_SLEEP = 1.0  # so that a wish that another crawl hears meanwhile is heard here too
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class HostSpared(IgnoreRequest):
    """A request that is not made: its host is to be left alone. `until`: UTC text; None: for the rest of this crawl."""

    def __init__(self, host: str, until: str | None, reason: str | None) -> None:
        super().__init__(f"{host} is spared: {reason}")
        self.host, self.until, self.reason = host, until, reason


class _Account(msgspec.Struct):
    """What is known of a host on this machine."""

    boot: str = ""
    asked: float = 0.0  # when the last request began, or where there is one at a time, ended
    not_before: float = 0.0
    reason: str | None = None
    failures: int = 0  # in a row
    failed: float = 0.0  # when the last of them did
    delay: float = 0.0  # between two requests, as its robots.txt had it when any crawl read that last
    next: str = ""  # the crawl whose turn is next, if it comes in time
    next_until: float = 0.0


@dataclass
class Turn:
    """A request's turn at a host, until it is released."""

    host: str
    slot: int
    started: float
    failures: int  # in a row, before it


def folder() -> Path:
    """Where the crawls of this user meet, made if need be; raises OSError where it is somebody else's."""
    path = Path(tempfile.gettempdir()) / f"newstrail-{os.geteuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{path}: must be a folder that only this user may use; remove it, or set TMPDIR")
    return path


def _now() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class _Place:
    """A host's files."""

    def __init__(self, host: str, slots: int) -> None:
        self._stem = str(folder() / hashlib.sha256(host.encode()).hexdigest()[:32])
        self._slots, self._boot = slots, _boot()
        self._files: dict[str, int] = {}
        self._held: dict[int, int] = {}  # slot -> its locked file

    def _file(self, name: str) -> int:
        """A file of the place; opened anew where somebody removed it."""
        if name in self._files and os.fstat(self._files[name]).st_nlink == 0:
            os.close(self._files.pop(name))
        if name not in self._files:
            self._files[name] = os.open(self._stem + name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        return self._files[name]

    @contextmanager
    def account(self) -> Iterator[_Account]:
        """The host's account, for reading and writing, and for a moment this process's alone."""
        file = self._file("")
        fcntl.flock(file, fcntl.LOCK_EX)  # held by others only for the moment that this takes
        try:
            before = os.pread(file, 4096, 0)
            account = self._read(before)
            yield account
            after = msgspec.json.encode(account).ljust(1024)
            if after != before:
                os.pwrite(file, after, 0)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _read(self, text: bytes) -> _Account:
        try:
            account = msgspec.json.decode(text, type=_Account)
        except msgspec.MsgspecError:
            return _Account(self._boot)
        return account if account.boot == self._boot else _Account(self._boot)

    def take(self) -> int | None:
        """A slot that is free on the whole machine, now taken."""
        for slot in range(self._slots):
            if slot in self._held:
                continue
            file = self._file(f".{slot}")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            self._held[slot] = file
            return slot
        return None

    def give(self, slot: int) -> None:
        """Free a slot that was taken."""
        fcntl.flock(self._held.pop(slot), fcntl.LOCK_UN)

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)
        self._files.clear()


class Turns:
    """A crawl's turns at the hosts that it asks.

    `delay`: seconds between two requests; `slots`: requests open at a time; `wishes`: what is on record of each host;
    `tell(host, not_before, reason, failures)` hears what should be on record from now on; `stopping` says whether the
    crawl is being stopped, when nobody waits any more.
    """

    def __init__(
        self,
        delay: float,
        slots: int,
        wishes: Mapping[str, HostWish],
        tell: Callable[[str, str | None, str | None, int], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._delay, self._slots, self._wishes, self._tell, self._stopping = delay, slots, wishes, tell, stopping
        self._me = os.urandom(6).hex()
        self._places: dict[str, _Place] = {}
        self._delays: dict[str, float] = {}
        self._left: dict[str, HostSpared] = {}
        # On record as failing; another record's crawl may be the one that sees it recover.
        self._in_trouble = {host for host, wish in wishes.items() if wish.failures}

    def slow_down(self, host: str, seconds: float) -> None:
        """Leave so much time between two requests to a host, at least, as its robots.txt has it; so do the other crawls
        of this machine, also before they have read it."""
        self._delays[host] = max(self._delays.get(host, self._delay), seconds)
        with suppress(OSError), (self._places.get(host) or self._settle(host)).account() as account:
            account.delay = seconds  # where there is no place for that, no turn can be taken either

    def _gap(self, host: str, account: _Account) -> float:
        return max(self._delays.get(host, self._delay), account.delay)

    def is_left(self, host: str) -> bool:
        """Whether this crawl asks the host no more."""
        return host in self._left

    def refuse_left(self, host: str) -> None:
        """Raises `HostSpared` where this crawl asks the host no more."""
        if left := self._left.get(host):
            raise HostSpared(host, left.until, left.reason)

    async def take(self, host: str) -> Turn:
        """Wait for a turn; raises `HostSpared` where that would take too long, IgnoreRequest where there is none."""
        while True:
            try:
                turn = self._try(host)
            except OSError as error:
                raise IgnoreRequest(f"no turn at {host} can be taken: {error}") from error
            if isinstance(turn, Turn):
                return turn
            if self._stopping():
                raise HostSpared(host, None, "the crawl is being stopped")
            await asyncio.sleep(min(turn, _LONGEST_SLEEP))

    def _try(self, host: str) -> Turn | float:
        """A turn, or in how many seconds to try again."""
        self.refuse_left(host)
        place = self._places.get(host) or self._settle(host)
        with place.account() as account:
            now = _now()
            if account.asked > now or account.failed > now:
                account.asked = account.failed = now
            if (wait := account.not_before - now) > 0:
                if wait > patience.PATIENT:
                    self._leave(host, wait, account.reason)
                    self.refuse_left(host)
                return wait
            due = max(now, account.asked + self._gap(host, account)) if account.asked else now
            others = account.next not in ("", self._me) and account.next_until > now
            slot = place.take() if due <= now and not others else None
            if slot is None:
                if not others:
                    account.next, account.next_until = self._me, due + _NEXT_FOR
                return max(due - now, _POLL if others or due <= now else 0.0)
            account.asked = now
            if account.next == self._me:
                account.next = ""
            return Turn(host, slot, now, account.failures)

    def _settle(self, host: str) -> _Place:
        """The host's place, with what is on record of it."""
        place = self._places[host] = _Place(host, self._slots)
        if wish := self._wishes.get(host):
            with place.account() as account:
                if not account.asked:
                    account.failures = wish.failures
                wait = patience.left(wish.not_before, wish.seen_at, datetime.now(UTC))
                if (until := _now() + wait) > max(account.not_before, _now()):
                    account.not_before, account.reason = until, (wish.reason or "")[:200]
        return place

    def _leave(self, host: str, wait: float, reason: str | None) -> None:
        until = patience.until(datetime.now(UTC), wait) if wait > 0 else None
        self._left[host] = HostSpared(host, until, reason)

    def release(self, turn: Turn) -> None:
        """The request is over. Where there is one at a time, the delay begins now: when it began at the host's end,
        nobody here knows."""
        if (place := self._places.get(turn.host)) is None:
            return
        if self._slots == 1:
            with place.account() as account:
                account.asked = _now() if self._gap(turn.host, account) else account.asked
        place.give(turn.slot)

    def went_well(self, turn: Turn) -> None:
        """The host answered: it is in no trouble."""
        if not turn.failures and turn.host not in self._in_trouble:
            return
        with self._places[turn.host].account() as account:
            if turn.started < account.failed:
                return  # it was under way when another one failed: tells nothing new
            account.failures = 0
        self._in_trouble.discard(turn.host)
        self._tell(turn.host, None, None, 0)

    def failed(self, turn: Turn, reason: str, asked: float | None = None, counts: bool = True) -> None:
        """The host did not answer, is in trouble or wants to be left alone, for `asked` seconds where it says so.

        A second try `counts` for nothing.
        """
        delay, reason = self._delays.get(turn.host, self._delay), reason[:200]  # the account has a size
        with self._places[turn.host].account() as account:
            now = _now()
            news = turn.started >= account.failed  # what was under way when another one failed tells nothing new
            if counts and news:
                account.failures, account.failed = account.failures + 1, now
            wait = max(asked or 0.0, patience.back_off(account.failures, delay))
            if now + wait > account.not_before:
                account.not_before, account.reason = now + wait, reason
            wait, failures, reason = account.not_before - now, account.failures, account.reason or reason
        if failures >= patience.ENOUGH or wait > patience.PATIENT:
            self._leave(turn.host, wait, reason)
        until = patience.until(datetime.now(UTC), wait) if wait > 0 else None
        self._in_trouble.add(turn.host)
        self._tell(turn.host, until, reason, failures)

    def close(self) -> None:
        """Nothing is asked any more."""
        for place in self._places.values():
            place.close()
        self._places.clear()
