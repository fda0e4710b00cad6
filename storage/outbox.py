"""Messages that are to be sent: written with what they tell of, read again when they are sent."""

import json
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_PUT = """
INSERT INTO outbox (message_id, channel, change_id, incident_id, event, created_at, next_attempt_at)
VALUES (:message_id, :channel, :change_id, :incident_id, :event, :at, :at)
"""
_FAILED = """
UPDATE outbox SET attempts = attempts + :tried, error = :error,
    first_attempt_at = coalesce(first_attempt_at, :now),
    next_attempt_at = CASE WHEN first_attempt_at <= :given_up THEN NULL ELSE :next END,
    parked_at = CASE WHEN first_attempt_at <= :given_up THEN :now END
"""
_SUBJECT = """
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, c.summary, c.reason, o.number AS old_version, n.number AS new_version,
       o.title AS old_title, n.title AS new_title, a.site, a.code, a.url, a.title, a.outlet, a.state, a.noarchive
FROM changes c JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
WHERE c.id = ?
"""
_SOURCES = """
SELECT DISTINCT s.key FROM changes c JOIN listings l ON l.article_id = c.article_id JOIN sources s ON s.id = l.source_id
WHERE c.id = ? ORDER BY s.key
"""
# Who had it in the first reading that showed the whole listing, or before.
_BACKLOG = """
SELECT DISTINCT s.key FROM changes c JOIN listings l ON l.article_id = c.article_id JOIN sources s ON s.id = l.source_id
WHERE c.id = ? AND l.first_seen_at
    <= coalesce((SELECT min(seen_at) FROM listing_snapshots n WHERE n.source_id = s.id), l.first_seen_at)
"""
_FACTS = """
SELECT type, role, old_text, new_text, old_value, new_value, unit FROM fact_changes WHERE change_id = ? ORDER BY id
"""
_INCIDENT = """
SELECT i.id, i.site, s.key AS source, s.name, s.listing_url AS url, i.outcome, i.reason, i.began_at, i.last_seen_at,
       i.looks, i.ended_at
FROM incidents i LEFT JOIN sources s ON s.id = i.source_id WHERE i.id = ?
"""
_TEXTS = """
SELECT o.body_text AS old_text, n.body_text AS new_text FROM changes c
LEFT JOIN versions o ON o.id = c.old_version_id LEFT JOIN versions n ON n.id = c.new_version_id WHERE c.id = ?
"""
_COUNTS = """
SELECT channel, count(next_attempt_at) AS waiting, count(parked_at) AS parked,
       min(CASE WHEN next_attempt_at IS NOT NULL THEN created_at END) AS waiting_since,
       (SELECT error FROM outbox e WHERE e.channel = o.channel AND e.delivered_at IS NULL AND e.error IS NOT NULL
        ORDER BY e.id DESC LIMIT 1) AS error
FROM outbox o WHERE delivered_at IS NULL GROUP BY channel ORDER BY channel
"""
_WAITING = "channel = ? AND next_attempt_at IS NOT NULL"


def put(
    db: Database, channel: str, event: str, at: str, *, change_id: int | None = None, incident_id: int | None = None
) -> None:
    """Write a message to a channel, due at once, in the caller's transaction."""
    values = {"message_id": f"msg_{uuid.uuid4().hex}", "channel": channel, "event": event, "at": at}
    db.execute(_PUT, {**values, "change_id": change_id, "incident_id": incident_id})


def has_told(db: Database, channel: str, event: str, incident_id: int) -> bool:
    """Whether a channel was, or is to be, told of that event of an incident."""
    sql = "SELECT 1 FROM outbox WHERE incident_id = ? AND channel = ? AND event = ?"
    return db.execute(sql, (incident_id, channel, event)).fetchone() is not None


def change(db: Database, change_id: int) -> dict[str, Any]:
    """A change with its article, the keys of its sources and what became of the facts; JSON columns as values."""
    (found,) = rows(db, _SUBJECT, (change_id,))
    found["fields"] = json.loads(found["fields"])
    found["sources"] = [row[0] for row in db.execute(_SOURCES, (change_id,))]
    return {**found, "facts": rows(db, _FACTS, (change_id,))}


def backlog(db: Database, change_id: int) -> set[str]:
    """Keys of the sources that listed a change's article when they were read first: to those it is no news."""
    return {row[0] for row in db.execute(_BACKLOG, (change_id,))}


def texts(db: Database, change_id: int) -> tuple[str, str]:
    """The bodies before and after a change; empty where there is none."""
    (found,) = rows(db, _TEXTS, (change_id,))
    return found["old_text"] or "", found["new_text"] or ""


def due(db: Database, channel: str, now: str, ripe: str) -> dict[str, Any] | None:
    """The channel's next message whose time has come: the oldest of those that failed least, so that one that is never
    taken keeps none waiting. What is in no digest is left until it was written at `ripe` or before."""
    sql = f"""
        SELECT * FROM outbox WHERE {_WAITING} AND next_attempt_at <= ? AND (digest IS NOT NULL OR created_at <= ?)
        ORDER BY attempts, id LIMIT 1
    """
    return next(iter(rows(db, sql, (channel, now, ripe))), None)


def gather(db: Database, channel: str, digest: str) -> None:
    """Bind all that waits, and is in no digest yet, to the one of that id."""
    db.execute(
        "UPDATE outbox SET digest = ? WHERE channel = ? AND next_attempt_at IS NOT NULL AND digest IS NULL",
        (digest, channel),
    )


def of_digest(db: Database, channel: str, digest: str) -> list[dict[str, Any]]:
    """The messages of a digest that wait, oldest first."""
    return rows(db, f"SELECT * FROM outbox WHERE {_WAITING} AND digest = ? ORDER BY id", (channel, digest))


def subject(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    """What a message tells of: `event`, and the change (see `change`) or the incident."""
    if row["change_id"] is not None:
        return {"event": row["event"], **change(db, row["change_id"])}
    (found,) = rows(db, _INCIDENT, (row["incident_id"],))
    return {"event": row["event"], **found}


def delivered(db: Database, ids: Iterable[int], now: str) -> None:
    """Note that messages were taken."""
    db.execute(
        "UPDATE outbox SET attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, ?), delivered_at = ?,"
        " next_attempt_at = NULL, error = NULL WHERE id IN (SELECT value FROM json_each(?))",
        (now, now, json.dumps(list(ids))),
    )


def failed(db: Database, ids: Iterable[int], error: str, now: str, next_at: str, given_up: str) -> None:
    """Note a failed attempt: the next is at `next_at`; those first tried at `given_up` or before are parked."""
    values = {"tried": 1, "error": error, "now": now, "next": next_at, "given_up": given_up}
    db.execute(f"{_FAILED} WHERE id IN (SELECT value FROM json_each(:ids))", {**values, "ids": json.dumps(list(ids))})


def rest(db: Database, channel: str) -> tuple[int, str | None]:
    """(attempts in a row that say that a channel takes nothing, until when it is spared)."""
    found = db.execute("SELECT failures, not_before FROM channels WHERE channel = ?", (channel,)).fetchone()
    return (found[0], found[1]) if found else (0, None)


def spare(db: Database, channel: str, failures: int, not_before: str | None) -> None:
    """Send nothing on a channel before then; its messages are not given up for that. No failures: it takes them."""
    if failures:
        db.execute("INSERT OR REPLACE INTO channels VALUES (?, ?, ?)", (channel, failures, not_before))
    else:
        db.execute("DELETE FROM channels WHERE channel = ?", (channel,))


def park(db: Database, ids: Iterable[int], error: str, now: str) -> None:
    """Give messages up."""
    db.execute(
        "UPDATE outbox SET next_attempt_at = NULL, parked_at = ?, error = ?"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (now, error, json.dumps(list(ids))),
    )


def retry(db: Database, channels: Collection[str], now: str) -> int:
    """Put what was parked on these channels back, as new, and spare them no longer; how many."""
    for channel in channels:
        spare(db, channel, 0, None)
    cursor = db.execute(
        "UPDATE outbox SET attempts = 0, first_attempt_at = NULL, next_attempt_at = ?, parked_at = NULL"
        " WHERE parked_at IS NOT NULL AND channel IN (SELECT value FROM json_each(?))",
        (now, json.dumps(list(channels))),
    )
    return int(cursor.rowcount)


def next_attempt(db: Database, channel: str, gathering: int = 0) -> str | None:
    """When the channel's next message is due; None: none waits. What is in no digest yet waits `gathering` seconds."""
    ripe = "strftime('%Y-%m-%dT%H:%M:%SZ', created_at, '+' || ? || ' seconds')"
    sql = f"""
        SELECT min(CASE WHEN digest IS NULL THEN max(next_attempt_at, {ripe}) ELSE next_attempt_at END)
        FROM outbox WHERE {_WAITING}
    """
    found = db.execute(sql, (gathering, channel)).fetchone()[0]
    return max(found, rest(db, channel)[1] or "") if found else None


def counts(db: Database) -> list[dict[str, Any]]:
    """Channels with messages that wait or are parked: `channel`, `waiting`, `parked`, `waiting_since`, and the `error`
    of the newest that failed."""
    return rows(db, _COUNTS)
