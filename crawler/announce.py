"""Writes what is to be sent into the outbox, in the transaction of what it tells of. Nothing is sent from here."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from crawler.config import Channel
from crawler.rules import diff
from crawler.rules.notices import Event, wanted, wants_trouble
from storage import outbox


def changed(
    db: Database, channels: Sequence[Channel], change_ids: Iterable[int], at: str, unread: str | None = None
) -> None:
    """Tell the channels that want to know of these changes; `at` is now (UTC text).

    What only `unread` lists, the source whose listing was never read before this crawl, is told to nobody; and that an
    article is first seen, to nobody whose listings had it from the start, whichever crawl reads it.
    """
    for change_id in change_ids if channels else ():
        found = outbox.change(db, change_id)
        no_news = {unread} | (outbox.backlog(db, change_id) if found["kind"] == "first_seen" else set())
        sources = tuple(key for key in found["sources"] if key not in no_news)
        if not sources and (found["sources"] or unread is not None):
            continue
        words = _words(db, found) if any(channel.words for channel in channels) else ""
        event = Event(found["kind"], sources, tuple(found["fields"]), found["severity"], words)
        for channel in channels:
            if wanted(channel, event):
                outbox.put(db, channel.name, "change", at, change_id=change_id)


def _words(db: Database, change: dict[str, Any]) -> str:
    """What a channel's words are sought in: titles, summary, and what went and came (of no edit, the whole text)."""
    old, new = outbox.texts(db, change["id"])
    pieces = [old, new]
    if change["kind"] == "edited":
        steps = [step for step in diff.compare(old, new) if step.kind != "equal"]
        pieces = [piece for step in steps for piece in (old[step.old_start : step.old_end], step.text)]
    titles = (change["title"], change["old_title"], change["new_title"], change["summary"])
    return "\n".join(filter(None, (*titles, *pieces)))


def troubled(db: Database, channels: Sequence[Channel], incident_id: int, sources: Sequence[str], at: str) -> None:
    """Tell the channels that want to know, and were not told, of a trouble of these sources."""
    for channel in channels:
        if wants_trouble(channel, sources) and not outbox.has_told(db, channel.name, "trouble", incident_id):
            outbox.put(db, channel.name, "trouble", at, incident_id=incident_id)


def recovered(db: Database, channels: Sequence[Channel], incident_id: int, at: str) -> None:
    """Tell the channels that were told of a trouble that it is over."""
    for channel in channels:
        if outbox.has_told(db, channel.name, "trouble", incident_id):
            outbox.put(db, channel.name, "recovery", at, incident_id=incident_id)
