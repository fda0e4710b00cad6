"""What hosts asked for: when they may be asked again, and their robots.txt."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_PUT = """
INSERT INTO hosts (host, not_before, reason, failures, seen_at)
VALUES (:host, :not_before, :reason, :failures, :seen_at)
ON CONFLICT (host) DO UPDATE SET not_before = excluded.not_before, reason = excluded.reason,
    failures = excluded.failures, seen_at = excluded.seen_at
WHERE excluded.seen_at >= seen_at AND NOT (excluded.failures = 0 AND coalesce(not_before, '') > excluded.seen_at)
"""
_PUT_ROBOTS = """
INSERT INTO robots (origin, fetched_at, status, rules) VALUES (?, ?, ?, ?)
ON CONFLICT (origin) DO UPDATE SET fetched_at = excluded.fetched_at, status = excluded.status, rules = excluded.rules
WHERE excluded.fetched_at >= fetched_at
"""


def put(db: Database, note: dict[str, Any]) -> None:
    """What is known of a host from `seen_at` on: `host`, `not_before`, `reason`, `failures`. A wish that was heard
    meanwhile stays."""
    db.execute(_PUT, note)


def wishes(db: Database) -> list[dict[str, Any]]:
    """Hosts that asked for patience or failed last: `host`, `not_before`, `reason`, `failures`."""
    sql = "SELECT host, not_before, reason, failures FROM hosts WHERE not_before IS NOT NULL OR failures > 0"
    return rows(db, sql)


def put_robots(db: Database, origin: str, fetched_at: str, status: int, text: bytes) -> None:
    """Keep the robots.txt of an origin, unless a newer one is kept."""
    db.execute(_PUT_ROBOTS, (origin, fetched_at, status, text))


def robots(db: Database, origins: Iterable[str]) -> list[dict[str, Any]]:
    """What is kept of the robots.txt of these origins: `origin`, `fetched_at`, `status`, `rules`."""
    return rows(
        db, "SELECT * FROM robots WHERE origin IN (SELECT value FROM json_each(?))", (json.dumps(list(origins)),)
    )
