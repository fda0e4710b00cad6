"""Reading the record: one article's history, and the stream of changes. Committed rows only."""

from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_ARTICLE = """
SELECT id, site, code, url, post_url, title, outlet, author, published_at, published_precision, modified_at, state,
       first_seen_at, last_checked_at, last_changed_at, version_count, next_check_at, cluster_id
FROM articles
"""
_CHANGES = """
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, c.summary, c.reason, o.number AS old_version, n.number AS new_version,
       a.id AS article_id, a.site, a.code, a.url, a.title, a.outlet, m.verdict
FROM changes c
JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
LEFT JOIN marks m ON m.change_id = c.id
WHERE (:since IS NULL OR c.changed_by >= :since)
  AND (:kind IS NULL OR c.kind = :kind)
  AND (:field IS NULL OR EXISTS (SELECT 1 FROM json_each(c.fields) WHERE value = :field))
  AND (:rank = 0
       OR CASE c.severity WHEN 'material' THEN 3 WHEN 'minor' THEN 2 WHEN 'cosmetic' THEN 1 ELSE 0 END >= :rank)
  AND (:source IS NULL OR EXISTS (
        SELECT 1 FROM listings l JOIN sources s ON s.id = l.source_id
        WHERE l.article_id = c.article_id AND s.key = :source))
  AND (:article_id IS NULL OR c.article_id = :article_id)
ORDER BY c.changed_by DESC, c.id DESC
LIMIT :limit
"""
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
               content_hash, extractor, first_seen_at, last_seen_at
        FROM versions WHERE article_id = ? ORDER BY number
    """
    return rows(db, sql, (article_id,))


def changes(
    db: Database,
    *,
    since: str | None = None,
    source: str | None = None,
    kind: str | None = None,
    field: str | None = None,
    min_severity: str | None = None,
    article_id: int | None = None,
    limit: int = -1,
) -> list[dict[str, Any]]:
    """Changes, newest first; `since` as UTC text, `limit` -1 for all."""
    values = {
        "since": since,
        "source": source,
        "kind": kind,
        "field": field,
        "rank": SEVERITIES.index(min_severity) + 1 if min_severity else 0,
        "article_id": article_id,
        "limit": limit,
    }
    return rows(db, _CHANGES, values)


def sources_status(db: Database, now: str) -> list[dict[str, Any]]:
    """Each watched listing: when it was read, how its last run went, what is listed, known and due."""
    sql = """
        SELECT s.key, s.name, s.site, s.listing_url, s.listing_seen_at,
               r.started_at AS last_run_at, r.outcome AS last_outcome, r.reason AS last_reason,
               (SELECT count(*) FROM listings l WHERE l.source_id = s.id AND l.left_at IS NULL) AS listed,
               (SELECT count(DISTINCT l.article_id) FROM listings l WHERE l.source_id = s.id) AS articles,
               (SELECT count(*) FROM articles a WHERE a.next_check_at <= :now AND a.id IN (
                    SELECT article_id FROM listings l WHERE l.source_id = s.id)) AS due,
               (SELECT min(a.next_check_at) FROM articles a WHERE a.id IN (
                    SELECT article_id FROM listings l WHERE l.source_id = s.id)) AS next_check_at
        FROM sources s
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
               (SELECT count(*) FROM checks WHERE outcome IN ('error', 'robots', 'empty', 'partial')) AS failed_looks
    """
    return rows(db, sql)[0]


def failed_looks(db: Database, limit: int) -> list[dict[str, Any]]:
    """Articles whose last look brought nothing, with the reason, newest first."""
    sql = """
        SELECT a.code, a.url, c.checked_at, c.outcome, c.http_status, c.reason
        FROM checks c JOIN articles a ON a.id = c.article_id
        WHERE c.outcome IN ('error', 'robots', 'empty', 'partial', 'soft_404')
          AND c.id = (SELECT max(id) FROM checks WHERE article_id = c.article_id)
        ORDER BY c.checked_at DESC LIMIT ?
    """
    return rows(db, sql, (limit,))


def source_exists(db: Database, key: str) -> bool:
    """Whether a listing of that key was ever watched."""
    return db.execute("SELECT 1 FROM sources WHERE key = ?", (key,)).fetchone() is not None
