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
