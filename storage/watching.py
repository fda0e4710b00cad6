"""What is told of a watched listing: how it is now, what cannot be read of it, and when its articles are edited."""

from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_NOW = """
SELECT s.id, s.key, s.name, s.site, s.category, s.listing_url, s.listing_seen_at,
       r.started_at AS last_run_at, r.finished_at, r.outcome AS last_outcome, r.reason AS last_reason,
       p.rule, p.next_run_at, p.reason AS next_reason, p.paused_at
FROM sources s
LEFT JOIN schedule p ON p.source_id = s.id
LEFT JOIN runs r ON r.id = (SELECT id FROM runs WHERE source_id = s.id ORDER BY started_at DESC, id DESC LIMIT 1)
WHERE :key IS NULL OR s.key = :key
ORDER BY s.key
"""
# Few incidents last, so they come first.
_TROUBLES = """
SELECT i.outcome, i.reason, i.began_at, i.last_seen_at, i.looks, i.source_id, i.article_id, a.code, a.title, a.noarchive
FROM incidents i LEFT JOIN articles a ON a.id = i.article_id
WHERE i.ended_at IS NULL
  AND CASE WHEN i.source_id IS NOT NULL THEN i.source_id = :source_id
           WHEN i.article_id IS NULL THEN i.site = (SELECT site FROM sources WHERE id = :source_id)
           ELSE EXISTS (SELECT 1 FROM listings l WHERE l.article_id = i.article_id AND l.source_id = :source_id) END
ORDER BY i.article_id IS NOT NULL, i.began_at DESC LIMIT :limit
"""
_NEXT = """
SELECT a.id, a.code, a.title, a.noarchive, a.state, a.next_check_at FROM articles a
WHERE a.next_check_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM listings l WHERE l.article_id = a.id AND l.source_id = :source_id)
ORDER BY a.next_check_at LIMIT :limit
"""
# An edit counts once, however often the listing had the article.
_EDITS = """
WITH edited AS MATERIALIZED (
    SELECT CAST(strftime('%s', c.changed_by) AS INTEGER) AS at,
           strftime('%s', c.changed_by) - strftime('%s', a.first_seen_at) AS age
    FROM changes c JOIN articles a ON a.id = c.article_id
    WHERE c.changed_by > :since AND c.kind = 'edited'
      AND EXISTS (SELECT 1 FROM listings l WHERE l.article_id = c.article_id AND l.source_id = :source_id))
SELECT 'at' AS what, at / 900 * 900 AS seconds, count(*) AS edits FROM edited GROUP BY 2
UNION ALL
SELECT 'age', max(0, age) / 900 * 900, count(*) FROM edited GROUP BY 2
"""


def listings_now(db: Database, key: str | None = None) -> list[dict[str, Any]]:
    """Each watched listing, or the one of that key, as it stands: its last run, its next one, whether it is paused."""
    return rows(db, _NOW, {"key": key})


def troubles(db: Database, source_id: int, limit: int) -> list[dict[str, Any]]:
    """Incidents that last: the source's own, its site's, and those of its articles, the newest of them first."""
    return rows(db, _TROUBLES, {"source_id": source_id, "limit": limit})


def next_looks(db: Database, source_id: int, limit: int) -> list[dict[str, Any]]:
    """The source's articles that are looked at next, what is due first."""
    return rows(db, _NEXT, {"source_id": source_id, "limit": limit})


def edits(db: Database, source_id: int, since: str) -> dict[str, list[tuple[int, int]]]:
    """The edits of a source's articles since then (UTC text): `at` -> (seconds of the epoch, edits), `age` ->
    (seconds since the article was first seen, edits), both by quarters of an hour."""
    found: dict[str, list[tuple[int, int]]] = {"at": [], "age": []}
    for row in rows(db, _EDITS, {"source_id": source_id, "since": since}):
        found[row["what"]].append((row["seconds"], row["edits"]))
    return found
