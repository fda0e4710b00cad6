"""Watched listings, who stayed on them when, and the crawls that read them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

_SOURCE = """
INSERT INTO sources (key, name, site, category, listing_url) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET name = coalesce(excluded.name, name), site = excluded.site,
    category = excluded.category, listing_url = excluded.listing_url
"""
_FINISH_RUN = """
UPDATE runs SET finished_at = :finished_at, outcome = :outcome, reason = :reason, requests = :requests,
    not_modified = :not_modified WHERE id = :id
"""
_COUNT_RUN = """
UPDATE runs SET first_seen = first_seen + :first_seen, edited = edited + :edited, removed = removed + :removed,
    errors = errors + :errors WHERE id = :id
"""


def put_source(db: Database, key: str, name: str | None, site: str, category: str, listing_url: str) -> int:
    """Add or update a watched listing; its id."""
    db.execute(_SOURCE, (key, name, site, category, listing_url))
    return int(db.execute("SELECT id FROM sources WHERE key = ?", (key,)).fetchone()[0])


def find_source(db: Database, key: str) -> dict[str, Any] | None:
    """The watched listing of that key."""
    cursor = db.execute("SELECT * FROM sources WHERE key = ?", (key,))
    row = cursor.fetchone()
    return dict(zip([column[0] for column in cursor.description], row, strict=True)) if row else None


def listing_seen_at(db: Database, source_id: int) -> str | None:
    """When the listing was last read; None where it never was."""
    row = db.execute("SELECT listing_seen_at FROM sources WHERE id = ?", (source_id,)).fetchone()
    return row[0] if row else None


def listing_read(
    db: Database, source_id: int, heading: str | None, seen_at: str, links: tuple[int, int] | None = None
) -> None:
    """Note that the listing was read; its heading names a source that has no name. `links`: how many led to its
    articles, and how many did not; where it listed nothing they stay as they were."""
    db.execute(
        "UPDATE sources SET listing_seen_at = ?, name = coalesce(name, ?) WHERE id = ?", (seen_at, heading, source_id)
    )
    if links and links[0]:
        db.execute("UPDATE sources SET matched_links = ?, other_links = ? WHERE id = ?", (*links, source_id))


def quarantined_since(db: Database, site: str, source_id: int | None, runs: int) -> str | None:
    """Since when a source has been quarantined in that many runs or more; None where it is not."""
    row = db.execute(
        "SELECT began_at FROM incidents WHERE site = ? AND source_id IS ? AND article_id IS NULL AND ended_at IS NULL"
        " AND outcome = 'quarantined' AND looks >= ?",
        (site, source_id, runs),
    ).fetchone()
    return row[0] if row else None


def stay(db: Database, source_id: int, article_id: int, title: str | None, position: int, seen_at: str) -> bool:
    """An article stands on a listing: its open stay goes on, or a new one begins. `title` None: not to be kept. Whether
    it stands there under another title than before."""
    stay = "WHERE source_id = ? AND article_id = ? AND left_at IS NULL"
    before = db.execute(f"SELECT title, id FROM listings {stay}", (source_id, article_id)).fetchone()
    if before is None:
        db.execute(
            "INSERT INTO listings (source_id, article_id, title, position, first_seen_at, last_seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (source_id, article_id, title, position, seen_at, seen_at),
        )
        return False
    if title is not None and before[0] != title:
        db.execute("INSERT OR REPLACE INTO listing_titles VALUES (?, ?, ?)", (before[1], before[0], seen_at))
    db.execute(
        f"UPDATE listings SET title = ?, position = ?, last_seen_at = ? {stay}",
        (title, position, seen_at, source_id, article_id),
    )
    return bool(before[0] != title)


def end_stays(db: Database, source_id: int, seen_at: str) -> None:
    """End the stays of all that this reading of the listing did not see."""
    db.execute(
        "UPDATE listings SET left_at = ? WHERE source_id = ? AND left_at IS NULL AND last_seen_at < ?",
        (seen_at, source_id, seen_at),
    )


def snapshot(db: Database, source_id: int, codes: Sequence[str], seen_at: str) -> bool:
    """Keep a listing's order where it differs from the one before; whether it did."""
    row = db.execute(
        "SELECT codes FROM listing_snapshots WHERE source_id = ? ORDER BY seen_at DESC LIMIT 1", (source_id,)
    ).fetchone()
    order = json.dumps(list(codes), ensure_ascii=False)
    if row and row[0] == order:
        return False
    db.execute("INSERT OR REPLACE INTO listing_snapshots VALUES (?, ?, ?)", (source_id, seen_at, order))
    return True


def found_times(db: Database, source_id: int, count: int) -> list[str]:
    """When a listing last had something new, newest first: at most so many different times."""
    found = db.execute(
        "SELECT DISTINCT l.first_seen_at FROM listings l WHERE l.source_id = ? AND NOT EXISTS ("
        "    SELECT 1 FROM listings e WHERE e.article_id = l.article_id AND e.source_id = l.source_id AND e.id < l.id)"
        " ORDER BY l.first_seen_at DESC LIMIT ?",
        (source_id, count),
    )
    return [row[0] for row in found]


def outcomes(db: Database, source_id: int) -> set[str]:
    """How the source's crawls that have finished ended."""
    sql = "SELECT DISTINCT outcome FROM runs WHERE source_id = ? AND finished_at IS NOT NULL"
    return {row[0] for row in db.execute(sql, (source_id,))}


def keys_of_site(db: Database, site: str) -> list[str]:
    """Keys of the listings of a site that were ever watched."""
    return [row[0] for row in db.execute("SELECT key FROM sources WHERE site = ? ORDER BY key", (site,))]


def pause(db: Database, source_id: int, at: str) -> bool:
    """A source is not crawled by itself from `at` (UTC text) on; whether it was before."""
    if db.execute("SELECT 1 FROM schedule WHERE source_id = ? AND paused_at IS NOT NULL", (source_id,)).fetchone():
        return False
    db.execute(
        "INSERT INTO schedule (source_id, paused_at) VALUES (?, ?)"
        " ON CONFLICT (source_id) DO UPDATE SET paused_at = excluded.paused_at, next_run_at = NULL, reason = NULL",
        (source_id, at),
    )
    return True


def resume(db: Database, source_id: int) -> bool:
    """A source is crawled again; whether it was paused. The daemon plans its next run."""
    cursor = db.execute(
        "UPDATE schedule SET paused_at = NULL WHERE source_id = ? AND paused_at IS NOT NULL", (source_id,)
    )
    return cursor.rowcount > 0


def paused(db: Database) -> dict[str, str]:
    """Key -> since when, of the sources that are paused."""
    sql = "SELECT key, paused_at FROM schedule JOIN sources ON id = source_id WHERE paused_at IS NOT NULL"
    return dict(db.execute(sql).fetchall())


def begin_run(db: Database, spider: str, site: str | None, source_id: int | None, started_at: str) -> int:
    """A crawl begins, of one site or of several (None); its id. Until `finish_run` it stands as interrupted,
    which is what a killed one is."""
    cursor = db.execute(
        "INSERT INTO runs (spider, site, source_id, started_at) VALUES (?, ?, ?, ?)",
        (spider, site, source_id, started_at),
    )
    return int(cursor.lastrowid or 0)


def count_run(db: Database, values: dict[str, Any]) -> None:
    """Add to a crawl's counts."""
    db.execute(_COUNT_RUN, values)


def finish_run(db: Database, values: dict[str, Any]) -> None:
    """A crawl has ended."""
    db.execute(_FINISH_RUN, values)
