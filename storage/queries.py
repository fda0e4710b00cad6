"""Reading the record: what is due, and what a crawl needs to know of it."""

import json
from typing import Any

from sqlite_utils import Database

_TARGET = """
SELECT a.id, a.site, a.code, a.url, a.post_url, a.state, a.looks, a.gone_looks, a.moved_to,
       a.version_count, a.next_check_at,
       v.id AS version_id, v.title, v.outlet, v.author, v.published_at, v.modified_at, v.places,
       length(v.body_text) AS body_length,
       instr(v.body_text, char(65533)) + instr(coalesce(v.title, ''), char(65533)) > 0 AS has_replacement,
       (SELECT json_group_array(json_object('role', role, 'url', url, 'etag', etag, 'last_modified', last_modified,
               'body_hash', body_hash))
        FROM validators WHERE article_id = a.id AND version_id = v.id) AS validators,
       (SELECT json_group_array(text_hash) FROM (
            SELECT text_hash FROM versions WHERE article_id = a.id ORDER BY number DESC LIMIT 5)) AS recent_hashes
FROM articles a LEFT JOIN versions v ON v.article_id = a.id AND v.number = a.version_count
"""
_OF_SOURCE = "WHERE a.id IN (SELECT article_id FROM listings WHERE source_id = :source_id)"
_DUE = "AND a.next_check_at <= :now AND a.state != 'redacted'"
_KEPT = "AND a.state NOT IN ('expired', 'redacted')"


def rows(db: Database, sql: str, values: Any = ()) -> list[dict[str, Any]]:
    """The rows of a query as dicts."""
    cursor = db.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def articles_of_source(db: Database, source_id: int, now: str, due_only: bool) -> list[dict[str, Any]]:
    """What a source ever listed and may be looked at; `due_only`: whose time has come."""
    sql = f"{_TARGET} {_OF_SOURCE} {_DUE if due_only else _KEPT} ORDER BY a.id"
    return rows(db, sql, {"source_id": source_id, "now": now})


def known_codes(db: Database, site: str) -> set[str]:
    """Codes of a site's articles that are on record."""
    return {row[0] for row in db.execute("SELECT code FROM articles WHERE site = ?", (site,))}


def due_articles(db: Database, now: str, unlisted_only: bool = False) -> list[dict[str, Any]]:
    """Every article whose time has come, the longest due first; `unlisted_only`: those that never stood on a
    listing."""
    unlisted = "AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.article_id = a.id)" if unlisted_only else ""
    return rows(
        db,
        f"{_TARGET} WHERE a.next_check_at <= :now {_KEPT} {unlisted} ORDER BY a.next_check_at",
        {"now": now},
    )


def articles_by_id(db: Database, ids: list[int]) -> list[dict[str, Any]]:
    """These articles, in the order given."""
    found = rows(
        db, f"{_TARGET} WHERE a.id IN (SELECT value FROM json_each(?)) AND a.state != 'redacted'", (json.dumps(ids),)
    )
    place = {number: at for at, number in enumerate(ids)}
    return sorted(found, key=lambda row: place[row["id"]])


def articles_by_code(db: Database, code: str, site: str | None) -> list[dict[str, Any]]:
    """Articles of that code, on one site or on all."""
    return rows(
        db, f"{_TARGET} WHERE a.code = :code AND (:site IS NULL OR a.site = :site)", {"code": code, "site": site}
    )


def change(db: Database, change_id: int) -> dict[str, Any] | None:
    """One change with the code and title of its article; None where there is none of that number."""
    sql = """
        SELECT c.id, c.kind, c.changed_by, c.fields, c.severity, c.summary, a.site, a.code, a.title
        FROM changes c JOIN articles a ON a.id = c.article_id WHERE c.id = ?
    """
    return next(iter(rows(db, sql, (change_id,))), None)
