"""Reading for pages: texts, facts and neighbours of what a page is about, by their numbers. Committed rows only."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_GIVEN = "(SELECT value FROM json_each(?))"


def texts(db: Database, version_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Number of a version -> its title, metadata and text."""
    sql = f"""
        SELECT id, article_id, number, title, outlet, author, published_at, modified_at, body_text
        FROM versions WHERE id IN {_GIVEN}
    """
    return {row["id"]: row for row in rows(db, sql, (json.dumps(list(version_ids)),))}


def fact_changes(db: Database, change_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Number of a change -> what it changed of the facts."""
    sql = f"""
        SELECT change_id, type, role, old_text, new_text, old_value, new_value, unit
        FROM fact_changes WHERE change_id IN {_GIVEN} ORDER BY id
    """
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, sql, (json.dumps(list(change_ids)),)):
        found[row["change_id"]].append(row)
    return found


def sources(db: Database) -> list[dict[str, Any]]:
    """Every listing that was ever watched: `id`, `key`, `name`, `site`."""
    return rows(db, "SELECT id, key, name, site FROM sources ORDER BY key")


def article(db: Database, number: int) -> dict[str, Any] | None:
    """The article of that number; None where there is none."""
    return next(iter(rows(db, "SELECT * FROM articles WHERE id = ?", (number,))), None)


def versions(db: Database, article_id: int, limit: int) -> list[dict[str, Any]]:
    """An article's newest versions without their texts, oldest first."""
    sql = """
        SELECT id, number, title, outlet, author, published_at, modified_at, length(body_text) AS characters,
               content_hash, extractor, first_seen_at, last_seen_at
        FROM versions WHERE article_id = ? ORDER BY number DESC LIMIT ?
    """
    return rows(db, sql, (article_id, limit))[::-1]


def version(db: Database, article_id: int, number: int) -> dict[str, Any] | None:
    """A version with its text and what its body holds besides; None where there is none of that number."""
    found = next(
        iter(rows(db, "SELECT * FROM versions WHERE article_id = ? AND number = ?", (article_id, number))), None
    )
    if found:
        found |= {name: json.loads(found[name]) for name in ("images", "tables", "links", "attachments")}
    return found


def standing_at(db: Database, article_id: int, at: str) -> int | None:
    """Number of the version that stood at a time (UTC text): the last that was seen first by then."""
    sql = "SELECT max(number) FROM versions WHERE article_id = ? AND first_seen_at <= ?"
    return db.execute(sql, (article_id, at)).fetchone()[0]  # type: ignore[no-any-return]


def listed(db: Database, article_id: int) -> list[dict[str, Any]]:
    """An article's stays on listings, oldest first."""
    sql = """
        SELECT s.key, s.name, l.title, l.position, l.first_seen_at, l.last_seen_at, l.left_at
        FROM listings l JOIN sources s ON s.id = l.source_id WHERE l.article_id = ? ORDER BY l.first_seen_at, l.id
        LIMIT 50
    """
    return rows(db, sql, (article_id,))


def kept(db: Database, version_id: int) -> list[dict[str, Any]]:
    """The raw responses that a version was read from; `is_kept`: their bytes are still there."""
    sql = """
        SELECT r.id, r.role, r.url, r.fetched_at, r.status, r.body_hash, b.size, b.data IS NOT NULL AS is_kept
        FROM version_responses v JOIN responses r ON r.id = v.response_id JOIN bodies b ON b.hash = r.body_hash
        WHERE v.version_id = ? ORDER BY r.fetched_at, r.id
    """
    return rows(db, sql, (version_id,))


def change_between(db: Database, old_version_id: int, new_version_id: int) -> dict[str, Any] | None:
    """The change that led from one version to the other; None where none did by itself."""
    sql = """
        SELECT id, kind, changed_after, changed_by, severity, disclosure, reason FROM changes
        WHERE article_id = (SELECT article_id FROM versions WHERE id = :old)
            AND old_version_id = :old AND new_version_id = :new AND :old != :new
        ORDER BY id DESC LIMIT 1
    """
    return next(iter(rows(db, sql, {"old": old_version_id, "new": new_version_id})), None)


def size_of(db: Database, digest: str) -> int | None:
    """How many bytes are, or were, kept under that hash; None: none ever."""
    row = db.execute("SELECT size FROM bodies WHERE hash = ?", (digest,)).fetchone()
    return int(row[0]) if row else None
