"""Reading the record: one article's history, and the stream of changes. Committed rows only."""

import json
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_ARTICLE = """
SELECT id, site, code, url, post_url, title, outlet, author, published_at, published_precision, modified_at, state,
       first_seen_at, last_checked_at, last_changed_at, version_count, next_check_at, cluster_id
FROM articles
"""
_MATCHING = """
FROM changes c
JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
LEFT JOIN marks m ON m.change_id = c.id
WHERE (:since IS NULL OR c.changed_by >= :since)
  AND (:kind IS NULL OR c.kind = :kind)
  AND (:first_seen OR c.kind != 'first_seen')
  AND (:before IS NULL OR (c.changed_by, c.id) < (SELECT changed_by, id FROM changes WHERE id = :before))
  AND (:after IS NULL OR c.id > :after)
  AND (:outlet IS NULL OR a.outlet = :outlet)
  AND (:disclosure IS NULL OR c.disclosure = :disclosure)
  AND (:verdict IS NULL OR m.verdict = :verdict)
  AND (:words IS NULL OR instr(coalesce(a.title, '') || c.summary, :words) > 0)
  AND (:field IS NULL OR EXISTS (SELECT 1 FROM json_each(c.fields) WHERE value = :field))
  AND (:rank = 0
       OR CASE c.severity WHEN 'material' THEN 3 WHEN 'minor' THEN 2 WHEN 'cosmetic' THEN 1 ELSE 0 END >= :rank)
  AND (:source IS NULL OR EXISTS (
        SELECT 1 FROM listings l JOIN sources s ON s.id = l.source_id
        WHERE l.article_id = c.article_id AND s.key = :source))
  AND (:article_id IS NULL OR c.article_id = :article_id)
  AND (:cosmetic IS NULL OR (c.severity IS 'cosmetic') = :cosmetic)
"""
_CHANGES = f"""
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, c.summary, c.reason, o.number AS old_version, n.number AS new_version,
       c.old_version_id, c.new_version_id, c.edit_hash, a.cluster_id, a.id AS article_id, a.noarchive, a.state,
       a.site, a.code, a.url, a.title, a.outlet, m.verdict
{_MATCHING}
ORDER BY c.changed_by DESC, c.id DESC
LIMIT :limit
"""
_COUNT = f"SELECT count(*) {_MATCHING}"
_FILTERS = ("since", "source", "kind", "field", "before", "after", "outlet", "disclosure", "verdict", "words")
_UNFILTERED: dict[str, Any] = {**dict.fromkeys(_FILTERS), "first_seen": True}
SEVERITIES = ("cosmetic", "minor", "material")


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


def changes(
    db: Database,
    *,
    article_id: int | None = None,
    min_severity: str | None = None,
    cosmetic: bool | None = None,
    limit: int = -1,
    **filters: Any,
) -> list[dict[str, Any]]:
    """Changes, newest first; `limit` -1 for all. `filters`: `since` (UTC text), `source`, `kind`, `field`.

    `min_severity`: only changes that have a severity, and at least this one. `cosmetic`: only cosmetic edits, or all
    but these; None for both.
    """
    rank = SEVERITIES.index(min_severity) + 1 if min_severity else 0
    values = {"article_id": article_id, "rank": rank, "cosmetic": cosmetic, "limit": limit}
    return rows(db, _CHANGES, {**_UNFILTERED, **filters, **values})


def cosmetic_edits(db: Database, **filters: str | None) -> int:
    """How many cosmetic edits these filters of `changes` let through."""
    values = {**_UNFILTERED, **filters, "article_id": None, "rank": 0, "cosmetic": True}
    return int(db.execute(_COUNT, values).fetchone()[0])


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
