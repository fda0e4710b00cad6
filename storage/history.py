"""Reading the record: one article's history, and the stream of changes. Committed rows only."""

import json
from typing import Any

from sqlite_utils import Database

from storage import stream
from storage.queries import rows

_ARTICLE = """
SELECT id, site, code, url, post_url, title, outlet, author, published_at, published_precision, modified_at, state,
       first_seen_at, last_checked_at, last_changed_at, version_count, next_check_at, cluster_id
FROM articles
"""
SEVERITIES = stream.SEVERITIES


def articles_like(db: Database, reference: str, codes: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Articles that a reference may mean: a code, a URL, a number in the database, or one of these (site, code)."""
    number = int(reference) if reference.isascii() and reference.isdigit() and len(reference) < 19 else -1
    found = rows(
        db,
        f"{_ARTICLE} WHERE code = :text OR url = :text OR post_url = :text OR id = :number ORDER BY id",
        {"text": reference, "number": number},
    )
    for site, code in codes:
        found += rows(db, f"{_ARTICLE} WHERE site = ? AND code = ?", (site, code))
    return list({row["id"]: row for row in found}.values())


def versions_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    """An article's versions, oldest first."""
    sql = """
        SELECT id, number, title, outlet, author, published_at, published_precision, modified_at, body_html, body_text,
               images, tables, links, attachments, content_hash, extractor, first_seen_at, last_seen_at
        FROM versions WHERE article_id = ? ORDER BY number
    """
    found = rows(db, sql, (article_id,))
    for row in found:
        row |= {name: json.loads(row[name]) for name in ("images", "tables", "links", "attachments")}
    return found


def changes(db: Database, *, limit: int = -1, **filters: Any) -> list[dict[str, Any]]:
    """Changes, newest first; `limit` -1 for all.

    Filters, each None for any: `article_id`, `since` and `until` (UTC text: seen by then or later; before it),
    `source` (key), `outlet` (of the article as it stands), `kind`, `field`, `severity`, `disclosure`, `verdict`,
    `words` (in the title as it stands, or in the summary), `before` and `after` (the number of a change: what stands
    below it; what was recorded after it), `first_seen` (False: all but these), `redacted` (False: all but those
    of redacted articles). `min_severity`: only changes that have a
    severity, and at least this one. `cosmetic`: only cosmetic edits, or all but these.
    """
    return stream.newest_first(db, limit, **stream.asked(**filters))


def cosmetic_edits(db: Database, **filters: Any) -> int:
    """How many cosmetic edits these filters of `changes` let through."""
    return stream.count(db, **stream.asked(**filters | {"cosmetic": True}))


def sources_status(db: Database, now: str) -> list[dict[str, Any]]:
    """Each watched listing: when it was read, how its last run went, what is listed, known and due."""
    sql = """
        WITH listed AS (SELECT source_id, count(*) AS n FROM listings WHERE left_at IS NULL GROUP BY source_id),
        known AS (SELECT source_id, count(DISTINCT article_id) AS n FROM listings GROUP BY source_id),
        due AS (SELECT l.source_id, count(DISTINCT a.id) AS n
                FROM articles a CROSS JOIN listings l ON l.article_id = a.id  -- few are due, so they come first
                WHERE a.next_check_at <= :now GROUP BY l.source_id)
        SELECT s.id, s.key, s.name, s.site, s.listing_url, s.listing_seen_at,
               r.started_at AS last_run_at, r.outcome AS last_outcome, r.reason AS last_reason,
               p.paused_at, p.next_run_at,
               coalesce(listed.n, 0) AS listed, coalesce(known.n, 0) AS articles, coalesce(due.n, 0) AS due,
               (SELECT a.next_check_at FROM articles a
                WHERE a.next_check_at IS NOT NULL AND EXISTS (
                    SELECT 1 FROM listings l WHERE l.article_id = a.id AND l.source_id = s.id)
                ORDER BY a.next_check_at LIMIT 1) AS next_check_at
        FROM sources s
        LEFT JOIN schedule p ON p.source_id = s.id
        LEFT JOIN listed ON listed.source_id = s.id
        LEFT JOIN known ON known.source_id = s.id
        LEFT JOIN due ON due.source_id = s.id
        LEFT JOIN runs r ON r.id = (
            SELECT id FROM runs WHERE source_id = s.id ORDER BY started_at DESC, id DESC LIMIT 1)
        ORDER BY s.key
    """
    return rows(db, sql, {"now": now})


def totals(db: Database) -> dict[str, Any]:
    """Counts over the whole record."""
    sql = """
        SELECT (SELECT count(*) FROM articles) AS articles,
               (SELECT count(*) FROM articles WHERE state = 'removed') AS removed,
               (SELECT count(*) FROM articles WHERE state = 'unknown') AS unread,
               (SELECT count(*) FROM versions) AS versions,
               (SELECT count(*) FROM changes WHERE kind = 'edited') AS edits,
               (SELECT count(*) FROM checks) AS looks,
               (SELECT coalesce(sum(looks), 0) FROM incidents WHERE article_id IS NOT NULL) AS failed_looks
    """
    return rows(db, sql)[0]


def failed_looks(db: Database, limit: int) -> list[dict[str, Any]]:
    """Articles whose last look brought nothing, with the reason, newest first."""
    sql = """
        SELECT a.code, a.url, c.checked_at, c.outcome, c.http_status, c.reason
        FROM incidents i  -- few articles cannot be read, so they come first
        CROSS JOIN articles a ON a.id = i.article_id
        CROSS JOIN checks c ON c.id = (SELECT max(id) FROM checks WHERE article_id = a.id)
        WHERE i.ended_at IS NULL
          AND c.outcome IN ('blocked', 'login', 'soft_404', 'empty', 'partial', 'robots', 'error')
        ORDER BY c.checked_at DESC LIMIT ?
    """
    return rows(db, sql, (limit,))


def source_exists(db: Database, key: str) -> bool:
    """Whether a listing of that key was ever watched."""
    return db.execute("SELECT 1 FROM sources WHERE key = ?", (key,)).fetchone() is not None


def gone_at(db: Database, article_id: int) -> str | None:
    """The last look that found an article gone."""
    found = db.execute("SELECT gone_seen_at FROM articles WHERE id = ?", (article_id,)).fetchone()
    return found[0] if found else None
