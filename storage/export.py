"""What exports are made of: rows of the record, read a page at a time by their numbers.

A page is a query of its own: a long export holds no read transaction open, so a crawl that writes meanwhile can still
empty its log into the file. What is recorded after an export has begun is the next one's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

PAGE = 500  # rows
_POSTS = """
SELECT v.id AS row, a.id, a.site, a.code, a.url, a.post_url, v.title, v.outlet, v.published_at, v.published_precision,
       v.body_html, a.first_seen_at, s.category, s.listing_url, s.name AS source_name
FROM versions v
JOIN articles a ON a.id = v.article_id AND a.version_count = v.number
LEFT JOIN sources s ON s.id = (SELECT source_id FROM listings WHERE article_id = a.id ORDER BY id LIMIT 1)
WHERE v.id > :after AND v.id <= :last AND (:since IS NULL OR v.first_seen_at >= :since)
  AND a.state != 'redacted' AND NOT a.noarchive AND NOT a.noindex
ORDER BY v.id LIMIT :page
"""
_CHANGES = """
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, iif(a.noarchive, NULL, c.summary) AS summary, c.reason, a.site, a.code, a.url,
       a.outlet, o.number AS old_version, o.title AS old_title, iif(a.noarchive, NULL, o.body_text) AS old_body_text,
       n.number AS new_version, n.title AS new_title, iif(a.noarchive, NULL, n.body_text) AS new_body_text
FROM changes c JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
WHERE c.id > :after AND c.id <= :last AND (:since IS NULL OR c.recorded_at >= :since) AND a.state != 'redacted'
ORDER BY c.id LIMIT :page
"""
_VERSIONS = """
SELECT v.id, a.site, a.code, a.url, v.number, v.title, v.outlet, v.author, v.published_at, v.modified_at,
       iif(a.noarchive, NULL, v.body_text) AS body_text, v.content_hash, v.first_seen_at, v.last_seen_at
FROM versions v JOIN articles a ON a.id = v.article_id
WHERE v.id > :after AND v.id <= :last AND (:since IS NULL OR v.first_seen_at >= :since) AND a.state != 'redacted'
ORDER BY v.id LIMIT :page
"""
# Of a raw response: an article whose words it has asks for no archive.
_IS_WITHHELD = """(
    EXISTS (SELECT 1 FROM version_responses x JOIN versions v ON v.id = x.version_id
            JOIN articles a ON a.id = v.article_id WHERE x.response_id = {0}.id AND a.noarchive)
    OR EXISTS (SELECT 1 FROM checks k JOIN articles a ON a.id = k.article_id
               WHERE k.response_id = {0}.id AND a.noarchive)
    OR ({0}.role != 'listing' AND EXISTS (SELECT 1 FROM articles a
            WHERE (a.url = {0}.url OR a.post_url = {0}.url) AND a.noarchive)))"""
_FIRST = "SELECT min(id) FROM responses WHERE body_hash = r.body_hash AND id > :began AND (:since IS NULL OR"
_RESPONSES = f"""
SELECT r.id, r.url, r.fetched_at, r.status, r.headers, r.body_hash, b.data IS NULL AS is_dropped,
       {_IS_WITHHELD.format("r")} AS is_withheld, f.id AS first_id, f.url AS first_url,
       f.fetched_at AS first_fetched_at, {_IS_WITHHELD.format("f")} AS is_first_withheld
FROM responses r
JOIN bodies b ON b.hash = r.body_hash
JOIN responses f ON f.id = ({_FIRST} fetched_at >= :since))
WHERE r.id > :after AND r.id <= :last AND (:since IS NULL OR r.fetched_at >= :since)
ORDER BY r.id LIMIT :page
"""
_LEFT_OUT = """
SELECT id, site, code, published_at, first_seen_at FROM articles
WHERE version_count > 0 AND (state = 'redacted' OR noarchive OR noindex)
"""
_WITHHELD = """
SELECT count(*) FROM articles
WHERE version_count > 0 AND state != 'redacted' AND (noarchive OR (:public AND noindex))
"""
# What is exported -> its rows, the column that numbers them, and the table that has the last number.
_READ = {
    "changes": (_CHANGES, "id", "changes"),
    "versions": (_VERSIONS, "id", "versions"),
    "posts": (_POSTS, "row", "versions"),
    "responses": (_RESPONSES, "id", "responses"),
}
LINES = ("changes", "versions")


@dataclass(frozen=True)
class Since:
    """From where an export goes on: after the row of a number, and from a time (UTC text) on. Neither: everything."""

    after: int = 0
    at: str | None = None


EVERYTHING = Since()


def last(db: Database, what: str) -> int:
    """The largest number among the rows of an export of `changes`, `versions`, `posts` or `responses`; 0: none."""
    return int(db.execute(f"SELECT coalesce(max(id), 0) FROM {_READ[what][2]}").fetchone()[0])


def records(db: Database, what: str, since: Since = EVERYTHING, to: int | None = None) -> Iterator[dict[str, Any]]:
    """The rows of an export up to the number `to` (None: the last that there is now), in the order of their numbers;
    one at a time is held."""
    sql, key, _ = _READ[what]
    values = {"since": since.at, "began": since.after, "last": last(db, what) if to is None else to, "page": PAGE}
    after = since.after
    while True:
        cursor = db.execute(sql, {**values, "after": after})
        names = [column[0] for column in cursor.description]
        count = 0
        for count, row in enumerate(cursor, 1):  # noqa: B007
            record = dict(zip(names, row, strict=True))
            after = record[key]
            yield record
        if count < PAGE:
            return


def newest_response(db: Database) -> str | None:
    """When the raw response that was kept last was had (UTC text); None: there is none."""
    row = db.execute("SELECT fetched_at FROM responses ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def withheld(db: Database, public: bool) -> int:
    """How many articles' texts an export leaves out, because their pages ask for it: `noarchive`, and where it makes
    pages for the public (`jekyll`) `noindex`."""
    return int(db.execute(_WITHHELD, {"public": public}).fetchone()[0])


def left_out(db: Database) -> list[dict[str, Any]]:
    """Articles that an earlier export for the public may have written, and that are left out now."""
    return rows(db, _LEFT_OUT)
