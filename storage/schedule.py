"""When each source is read next: the daemon's plan, which is there for anyone to read."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_PUT = """
INSERT INTO schedule (source_id, rule, next_run_at, reason)
SELECT id, :rule, :next_run_at, :reason FROM sources WHERE key = :key
ON CONFLICT (source_id) DO UPDATE SET rule = excluded.rule, reason = excluded.reason,
    next_run_at = iif(paused_at IS NULL, excluded.next_run_at, NULL)
"""


def plans(db: Database) -> list[dict[str, Any]]:
    """Every source on record with its place in the schedule: `key`, `listing_url`, and the table's columns."""
    return rows(
        db,
        "SELECT s.id AS source_id, s.key, s.listing_url, rule, next_run_at, last_run_at, reason, paused_at"
        " FROM sources s LEFT JOIN schedule p ON p.source_id = s.id",
    )


def planned(db: Database, limit: int) -> list[dict[str, Any]]:
    """The sources that are read next, the soonest first: `key`, `name`, `rule`, `next_run_at`, `reason`."""
    return rows(
        db,
        "SELECT s.key, s.name, rule, next_run_at, reason FROM schedule p JOIN sources s ON s.id = p.source_id"
        " WHERE next_run_at IS NOT NULL ORDER BY next_run_at LIMIT ?",
        (limit,),
    )


def put(db: Database, key: str, rule: str, next_run_at: str, reason: str | None) -> None:
    """Plan a source's next run; one that is paused has none."""
    values = {"key": key, "rule": rule, "next_run_at": next_run_at, "reason": reason}
    db.execute(_PUT, values)


def began(db: Database, source_id: int, at: str) -> None:
    """A source's crawl by the schedule begins."""
    db.execute("UPDATE schedule SET last_run_at = ? WHERE source_id = ?", (at, source_id))


def leave(db: Database, source_id: int) -> None:
    """A source is planned no more."""
    db.execute(
        "UPDATE schedule SET next_run_at = NULL, reason = NULL WHERE source_id = ? AND next_run_at IS NOT NULL",
        (source_id,),
    )


def put_off(db: Database, hosts: Iterable[str], now: str) -> dict[str, Any] | None:
    """The one of these hosts that wants to be left alone for longest: `host`, `not_before`, `reason`; None: none."""
    found = [
        row
        for host in set(hosts)
        for row in rows(db, "SELECT host, not_before, reason FROM hosts WHERE host = ? AND not_before > ?", (host, now))
    ]
    return max(found, key=lambda row: str(row["not_before"]), default=None)


def spare(db: Database, site: str, since: str, until: str, most: int) -> str:
    """Put off the first articles in turn that were due and have not been looked at since; their codes."""
    sql = """
        UPDATE articles SET next_check_at = :until WHERE id IN (
            SELECT id FROM articles WHERE site = :site AND next_check_at <= :since
                AND coalesce(last_checked_at, '') < :since ORDER BY next_check_at, id LIMIT :most)
        RETURNING code
    """
    values = {"site": site, "since": since, "until": until, "most": most}
    return ", ".join(row[0] for row in db.execute(sql, values))
