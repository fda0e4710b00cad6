"""Versions as mementos (RFC 7089): what stood at a URL, and when."""

import json
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_OF_URL = """
SELECT v.id AS version_id, v.number, v.first_seen_at, v.last_seen_at, a.id AS article_id, a.site, a.code, a.url,
       a.state,
       CASE WHEN a.url IN {0} THEN a.url WHEN a.post_url IN {0} THEN a.post_url ELSE a.moved_to END AS asked_url
FROM articles a JOIN versions v ON v.article_id = a.id
WHERE a.id = (SELECT id FROM articles WHERE (url IN {0} OR post_url IN {0} OR moved_to IN {0}) AND state != 'redacted'
              ORDER BY url NOT IN {0}, id LIMIT 1)
ORDER BY v.number
"""
_GIVEN = "(SELECT value FROM json_each(:urls))"
_AT = """
SELECT s.id, s.key, s.name, s.site, s.listing_url, s.listing_seen_at, p.seen_at, p.codes,
       (SELECT min(seen_at) FROM listing_snapshots WHERE source_id = s.id) AS first_at,
       (SELECT min(seen_at) FROM listing_snapshots WHERE source_id = s.id AND seen_at > :at) AS changed_by
FROM sources s
LEFT JOIN listing_snapshots p ON p.source_id = s.id AND p.seen_at = (
    SELECT max(seen_at) FROM listing_snapshots WHERE source_id = s.id AND seen_at <= :at)
WHERE :source IS NULL OR s.key = :source
ORDER BY s.key
"""
# A reading that showed the same order leaves no row of its own, but its crawl does, which began no later than it.
_READ_AGAIN = """
SELECT max(started_at) FROM runs
WHERE source_id = :source_id AND spider = 'category' AND outcome = 'ok'
    AND started_at > :seen_at AND finished_at < :changed_by
"""
_TITLED = """
SELECT a.id, a.code, a.url, a.state,
       (SELECT CASE WHEN t.listing_id THEN t.title ELSE l.title END FROM listings l
        LEFT JOIN listing_titles t ON t.listing_id = l.id AND t.replaced_at = (
            SELECT min(replaced_at) FROM listing_titles WHERE listing_id = l.id AND replaced_at > :at)
        WHERE l.article_id = a.id AND l.source_id = :source_id
            AND l.first_seen_at <= :at AND (l.left_at IS NULL OR l.left_at > :at) ORDER BY l.id DESC LIMIT 1) AS title,
       (SELECT v.number FROM versions v WHERE v.article_id = a.id AND v.first_seen_at <= :at
        ORDER BY v.number DESC LIMIT 1) AS version
FROM json_each(:codes) c JOIN articles a ON a.site = :site AND a.code = c.value ORDER BY c.key
"""


def mementos_of(db: Database, urls: str | list[str]) -> list[dict[str, Any]]:
    """The versions of the article that has one of these URLs (`url`, `post_url`, `moved_to`), oldest first;
    `asked_url`: the one."""
    given = json.dumps([urls] if isinstance(urls, str) else urls)
    return rows(db, _OF_URL.format(_GIVEN), {"urls": given})


def listings_at(db: Database, at: str, source: str | None = None) -> list[dict[str, Any]]:
    """Each source's listing as it was last read at a time (UTC text): `seen_at` of that order, None before the first;
    `items`, in order; `read_again_at`, a time by which it had been read again in that order, None where that is not
    known; `changed_by`, when another order was first read; `first_at`, when any was."""
    found = rows(db, _AT, {"at": at, "source": source})
    for row in found:
        codes = row.pop("codes")
        values = {"codes": codes or "[]", "site": row["site"], "source_id": row["id"], "at": at}
        row["items"] = rows(db, _TITLED, values)
        row["read_again_at"] = _read_again(db, row) if row["seen_at"] else None
    return found


def _read_again(db: Database, row: dict[str, Any]) -> str | None:
    if row["changed_by"] is None:
        last: str | None = row["listing_seen_at"]
    else:
        values = {"source_id": row["id"], "seen_at": row["seen_at"], "changed_by": row["changed_by"]}
        last = db.execute(_READ_AGAIN, values).fetchone()[0]
    return last if last and last > row["seen_at"] else None
