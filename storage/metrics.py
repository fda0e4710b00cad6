"""Figures of the record as it stands, for whoever watches over it. Each is found by index, however long the record."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import open_readonly, usable
from storage.queries import rows

_WAIT_SECONDS = 2.0  # for a database that is locked: who asks has a time limit of its own
_TOTALS = "SELECT name, source, value, total FROM totals"
# The sites one after the other, each by one step into the index.
_ARTICLES = """
WITH RECURSIVE sites (site) AS (
    SELECT min(site) FROM articles
    UNION ALL
    SELECT (SELECT min(site) FROM articles WHERE site > sites.site) FROM sites WHERE site IS NOT NULL)
SELECT site, (SELECT count(*) FROM articles a WHERE a.site = sites.site AND a.next_check_at <= :now) AS due,
       (SELECT coalesce(strftime('%s', :now) - strftime('%s', min(a.next_check_at)), 0) FROM articles a
        WHERE a.site = sites.site AND a.next_check_at <= :now) AS overdue
FROM sites WHERE site IS NOT NULL
"""
_SOURCES = """
SELECT s.key AS source, p.paused_at IS NOT NULL AS paused,
       CAST(strftime('%s', p.next_run_at) AS INTEGER) AS next_run,
       max(0, strftime('%s', :now) - strftime('%s', p.next_run_at)) AS late,
       (SELECT CAST(strftime('%s', max(r.finished_at)) AS INTEGER) FROM runs r
        WHERE r.source_id = s.id AND r.outcome = 'ok') AS last_ok,
       CAST(strftime('%s', r.finished_at) AS INTEGER) AS last_end,
       max(0, strftime('%s', r.finished_at) - strftime('%s', r.started_at)) AS last_seconds
FROM sources s LEFT JOIN schedule p ON p.source_id = s.id
LEFT JOIN runs r ON r.id = (
    SELECT id FROM runs WHERE source_id = s.id AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1)
ORDER BY s.key
"""
_OUTBOX = """
WITH open AS MATERIALIZED (
    SELECT channel, created_at FROM outbox WHERE next_attempt_at IS NOT NULL)
SELECT t.value AS channel, (SELECT count(*) FROM open o WHERE o.channel = t.value) AS waiting,
       (SELECT count(*) FROM outbox o WHERE o.channel = t.value AND o.parked_at IS NOT NULL) AS parked,
       (SELECT coalesce(max(0, strftime('%s', :now) - strftime('%s', min(o.created_at))), 0) FROM open o
        WHERE o.channel = t.value) AS age
FROM totals t WHERE t.name = 'messages' ORDER BY t.value
"""
_BUDGETS = "SELECT site, price, tokens, per_day FROM budgets ORDER BY site"
QUERIES = {"totals": _TOTALS, "articles": _ARTICLES, "sources": _SOURCES, "outbox": _OUTBOX, "budgets": _BUDGETS}


def figures(path: Path, now: str) -> dict[str, list[dict[str, Any]]]:
    """All of one moment, as rows. `totals`: name, source, value, total. `articles`: site, due (how many), overdue
    (seconds that the oldest of them has been). `sources`: source, paused, next_run, late (seconds), last_ok, last_end
    (Unix times), last_seconds. `outbox`: channel, waiting, parked, age (seconds of the oldest that waits). `budgets`:
    site, price, tokens, per_day. None where there is nothing to say.

    Raises `StorageError` where the database cannot be read at once.
    """
    db = open_readonly(path, _WAIT_SECONDS)
    try:
        with usable(path):
            return _read(db, now)
    finally:
        db.conn.close()


def _read(db: Database, now: str) -> dict[str, list[dict[str, Any]]]:
    assert isinstance(db.conn, sqlite3.Connection)
    db.execute("BEGIN")  # one moment for all of them
    return {name: rows(db, sql, {"now": now} if ":now" in sql else ()) for name, sql in QUERIES.items()}


def sizes(path: Path) -> dict[str, int]:
    """Bytes on disk of the `main` file and of the log (`wal`) beside it; 0 for what is not there."""
    files = {"main": path, "wal": path.with_name(f"{path.name}-wal")}
    return {name: file.stat().st_size if file.exists() else 0 for name, file in files.items()}
