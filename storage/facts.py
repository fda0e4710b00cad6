"""What versions state, and what edits changed of it."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows


def put_facts(db: Database, version_id: int, facts: Iterable[dict[str, Any]]) -> None:
    """Write a version's facts in place of those it had; each with `type`, `role`, `text`, `value`, `unit`,
    `approximate`."""
    db.execute("DELETE FROM facts WHERE version_id = ?", (version_id,))
    db.conn.executemany(
        "INSERT INTO facts (version_id, type, role, text, value, unit, approximate)"
        " VALUES (:version_id, :type, :role, :text, :value, :unit, :approximate)",
        [{**fact, "version_id": version_id} for fact in facts],
    )


def facts_of(db: Database, version_id: int) -> list[dict[str, Any]]:
    """A version's facts in the order of its text."""
    sql = "SELECT type, role, text, value, unit, approximate FROM facts WHERE version_id = ? ORDER BY id"
    return rows(db, sql, (version_id,))


def put_fact_changes(db: Database, change_id: int, changes: Iterable[dict[str, Any]]) -> None:
    """Write what an edit changed of the facts, in place of what stood there."""
    db.execute("DELETE FROM fact_changes WHERE change_id = ?", (change_id,))
    db.conn.executemany(
        "INSERT INTO fact_changes (change_id, type, role, old_text, new_text, old_value, new_value, unit)"
        " VALUES (:change_id, :type, :role, :old_text, :new_text, :old_value, :new_value, :unit)",
        [{**change, "change_id": change_id} for change in changes],
    )
