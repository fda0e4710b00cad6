"""Delivers what stands in the outbox: oldest first on each channel, at least once, always under the same id.

A message that is refused waits by itself; a receiver that is down is spared with all that waits for it.

No write transaction is open while something is sent. A process that dies between sending and noting it sends again.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Channel, Config, seconds
from crawler.rules import delivery, notices
from crawler.rules.dates import from_utc_text, later, utc_text
from crawler.sending import Message, NotSentError, send
from storage import outbox
from storage.database import transaction, usable

Clock = Callable[[], datetime]
_AT_ONCE = 16  # channels
_LONGEST = 15.0  # seconds in which `deliver_due` begins to send, so that what is new is seen to, and a stop is quick
_REDACTED = "the article was redacted"


def system_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass
class Turn:
    """A channel's part of one delivery: what was `sent` and what `failed`, and the last `error`."""

    channel: Channel
    sent: int = 0
    failed: int = 0
    error: str | None = None


@dataclass(frozen=True)
class _Parcel:
    """A message and the rows of the outbox that it is made of."""

    ids: list[int]
    attempts: int
    message: Message


def deliver_due(db: Database, settings: Config, clock: Clock = system_clock) -> float | None:
    """Send what is due on every channel, as far as some seconds allow; seconds until the next message is due (0: at
    once), None where none waits.

    Raises `StorageError` where the database cannot be used. What a receiver does is no error: it stands in the outbox.
    """
    deliver(db, settings, settings.channels.values(), clock, _LONGEST)
    with usable(settings.database):
        times = [at for channel in settings.channels.values() if (at := next_due(db, channel)) is not None]
    return max(0.0, (from_utc_text(min(times)) - clock()).total_seconds()) if times else None


def next_due(db: Database, channel: Channel) -> str | None:
    """When a channel's next message is due (UTC text); None where none waits."""
    return outbox.next_attempt(db, channel.name, _gathering(channel))


def _gathering(channel: Channel) -> int:
    """Seconds that the first message of a digest waits for others."""
    return seconds(channel.every) if channel.every is not None else 0


def deliver(
    db: Database,
    settings: Config,
    channels: Iterable[Channel],
    clock: Clock = system_clock,
    longest: float | None = None,
) -> list[Turn]:
    """Send what is due on these channels, all of them at once and each in order; what came of it.

    After `longest` seconds nothing more is begun; None: all that is due is sent.
    """
    turns, began = [Turn(channel) for channel in channels], clock()
    running: dict[Future[None], tuple[Turn, _Parcel]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool, usable(settings.database):

        def begin(turn: Turn) -> None:
            now, allowed = clock(), settings.crawl.allow_private
            if longest is not None and (now - began).total_seconds() > longest:
                return
            if parcel := _next(db, settings, turn, utc_text(now)):
                sent = pool.submit(send, turn.channel, parcel.message, allowed, int(now.timestamp()))
                running[sent] = turn, parcel

        for turn in turns:
            begin(turn)
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                turn, parcel = running.pop(done)
                _note(db, turn, parcel, _failure(done), utc_text(clock()))
                begin(turn)
    return turns


def _failure(done: "Future[None]") -> NotSentError | None:
    """Why a message was not taken. A fault of ours or of a library tells its kind only: its text may have secrets."""
    error = done.exception()
    if error is None or isinstance(error, NotSentError):
        return error
    return NotSentError(f"it could not be sent ({type(error).__name__})", of_message=True)


def _note(db: Database, turn: Turn, parcel: _Parcel, error: NotSentError | None, now: str) -> None:
    """Note what came of a message, and what that says of its channel."""
    with transaction(db):
        if error is None:
            outbox.delivered(db, parcel.ids, now)
            outbox.spare(db, turn.channel.name, 0, None)
            turn.sent += 1
            return
        _failed(db, turn, parcel.ids, parcel.attempts, str(error), now)
        _spare(db, turn.channel.name, error, parcel.attempts, now)


def _failed(db: Database, turn: Turn, ids: list[int], attempts: int, error: str, now: str) -> None:
    turn.failed, turn.error = turn.failed + 1, error
    next_at = later(now, delivery.wait_after(attempts + 1))
    outbox.failed(db, ids, error, now, next_at, later(now, -delivery.GIVEN_UP_AFTER))


def _spare(db: Database, channel: str, error: NotSentError, attempts: int, now: str) -> None:
    """A message that is refused once more says nothing new of its channel."""
    failures = outbox.rest(db, channel)[0] + (not error.of_message or attempts == 0)
    rest = delivery.rest_after(failures, error.of_message)
    outbox.spare(db, channel, failures, later(now, rest) if rest else None)


def _next(db: Database, settings: Config, turn: Turn, now: str) -> _Parcel | None:
    """The channel's next message, or digest, whose time has come; None where none has, or the channel is spared."""
    channel = turn.channel
    if (outbox.rest(db, channel.name)[1] or "") > now:
        return None
    ripe = later(now, -_gathering(channel))
    while (row := outbox.due(db, channel.name, now, ripe)) is not None:
        if row["digest"] is None and channel.every is not None:
            with transaction(db):
                outbox.gather(db, channel.name, row["message_id"])
            row["digest"] = row["message_id"]
        try:
            parcel = _digest(db, settings, row) if row["digest"] else _single(db, settings, row)
        except sqlite3.Error:
            raise
        except Exception as error:  # one that cannot be written keeps no other waiting
            ids = [r["id"] for r in outbox.of_digest(db, channel.name, row["digest"])] if row["digest"] else [row["id"]]
            with transaction(db):
                _failed(db, turn, ids, row["attempts"], f"it could not be written ({type(error).__name__})", now)
            continue
        if parcel is not None:
            return parcel
        with transaction(db):
            outbox.park(db, [row["id"]], _REDACTED, now)
    return None


def _single(db: Database, settings: Config, row: dict[str, Any]) -> _Parcel | None:
    """A message by itself; None where its article was redacted."""
    subject = outbox.subject(db, row)
    if subject.get("state") == "redacted":
        return None
    title, text = notices.title(subject), notices.text(subject, _zone(settings, subject["site"]))
    told = notices.data(subject)
    payload = notices.payload(row["message_id"], row["event"], row["channel"], row["created_at"], told, title, text)
    return _Parcel([row["id"]], row["attempts"], Message(row["message_id"], title, text, payload))


def _digest(db: Database, settings: Config, row: dict[str, Any]) -> _Parcel | None:
    """All the messages of a digest as one; None where nothing of it may be told."""
    rows = outbox.of_digest(db, row["channel"], row["digest"])
    subjects = list(_told(db, rows))
    if not subjects:
        return None
    count = len(rows) - (min(len(rows), notices.LISTED) - len(subjects))
    zones = {name: site.zone for name, site in settings.sites.items()}
    title, text = notices.digest(subjects, count, zones)
    told = {
        "messages": [{"type": subject["event"], "data": notices.data(subject)} for subject in subjects],
        "more": count - len(subjects),
    }
    payload = notices.payload(row["digest"], "digest", row["channel"], row["created_at"], told, title, text)
    return _Parcel([r["id"] for r in rows], row["attempts"], Message(row["digest"], title, text, payload))


def _told(db: Database, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the first messages of a digest tell of, without what was redacted."""
    for row in rows[: notices.LISTED]:
        subject = outbox.subject(db, row)
        if subject.get("state") != "redacted":
            yield subject


def _zone(settings: Config, site: str) -> ZoneInfo:
    return settings.sites[site].zone if site in settings.sites else ZoneInfo("UTC")


def send_test(settings: Config, channels: Iterable[Channel], clock: Clock = system_clock) -> dict[str, str | None]:
    """Send a test message to these channels, at once; channel -> None, or why it was not taken."""
    now = clock()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sent = {c.name: pool.submit(send, c, _test_message(c, now), settings.crawl.allow_private, int(now.timestamp()))
                for c in channels}  # fmt: skip
    failures = {name: _failure(done) for name, done in sent.items()}
    return {name: str(error) if error else None for name, error in failures.items()}


def _test_message(channel: Channel, now: datetime) -> Message:
    title, text = "Test of newstrail", f"A test message to the channel {channel.name}: nothing happened."
    message_id = f"msg_test_{channel.name}_{int(now.timestamp())}"
    payload = notices.payload(message_id, "test", channel.name, utc_text(now), {}, title, text)
    return Message(message_id, title, text, payload)
