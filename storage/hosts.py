"""What hosts asked for: when they may be asked again, and their robots.txt."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

# A host that answers again may have asked another crawl for patience meanwhile; what ends in the next seconds is over:
# times on record are whole seconds, ends rounded up.
_STAYS = "excluded.failures = 0 AND not_before > :soon AND seen_at <= :ahead"
_PUT = f"""
INSERT INTO hosts (host, not_before, reason, failures, seen_at)
VALUES (:host, :not_before, :reason, :failures, :seen_at)
ON CONFLICT (host) DO UPDATE SET
    not_before = iif({_STAYS}, not_before, excluded.not_before), reason = iif({_STAYS}, reason, excluded.reason),
    failures = excluded.failures, seen_at = excluded.seen_at
WHERE excluded.seen_at >= seen_at OR seen_at > :ahead
"""
_REDATE = """
UPDATE hosts SET seen_at = :now, not_before = strftime('%Y-%m-%dT%H:%M:%SZ',
    unixepoch(:now) + min(:longest, max(0, unixepoch(not_before) - unixepoch(seen_at))), 'unixepoch')
WHERE seen_at > :ahead
"""
_PUT_ROBOTS = """
INSERT INTO robots (origin, fetched_at, status, rules) VALUES (:origin, :fetched_at, :status, :rules)
ON CONFLICT (origin) DO UPDATE SET fetched_at = excluded.fetched_at, status = excluded.status, rules = excluded.rules
WHERE excluded.fetched_at >= fetched_at OR fetched_at > :ahead
"""


def put(db: Database, note: dict[str, Any], soon: str, ahead: str) -> None:
    """What is known of a host from `seen_at` on: `host`, `not_before`, `reason`, `failures`. Where it answers again, a
    wish for later than `soon` stays. What is dated later than `ahead`, by a clock that was wrong, does not."""
    db.execute(_PUT, note | {"soon": soon, "ahead": ahead})


def redate(db: Database, now: str, ahead: str, longest: int) -> None:
    """Wishes that are dated later than `ahead`, by a clock that was wrong, count from now on: for as long as was asked
    for, `longest` seconds at most."""
    if db.execute("SELECT 1 FROM hosts WHERE seen_at > ? LIMIT 1", (ahead,)).fetchone():
        db.execute(_REDATE, {"now": now, "ahead": ahead, "longest": longest})


def wishes(db: Database) -> list[dict[str, Any]]:
    """Hosts that asked for patience or failed last: the table's columns."""
    sql = "SELECT * FROM hosts WHERE not_before IS NOT NULL OR failures > 0"
    return rows(db, sql)


def put_robots(db: Database, copy: dict[str, Any], ahead: str) -> None:
    """Keep the robots.txt of an origin (`origin`, `fetched_at`, `status`, `rules`), unless a newer one is kept that is
    not dated later than `ahead`: by a clock that was wrong."""
    db.execute(_PUT_ROBOTS, copy | {"ahead": ahead})


def robots(db: Database, origins: Iterable[str]) -> list[dict[str, Any]]:
    """What is kept of the robots.txt of these origins: `origin`, `fetched_at`, `status`, `rules`."""
    return rows(
        db, "SELECT * FROM robots WHERE origin IN (SELECT value FROM json_each(?))", (json.dumps(list(origins)),)
    )
