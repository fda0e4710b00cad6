"""The record's file as Datasette reads it: nothing is counted for a reader that would take a scan of a large table."""

import sqlite3
from typing import Any

from datasette.database import Database
from datasette.utils import get_all_foreign_keys

from storage import counting


class Record(Database):  # type: ignore[misc]  # Datasette has no types
    """Datasette's database, with its counts made cheap."""

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """Rows of each table; SQLite cannot be stopped within such a count, so a limit of time would not help."""
        counts: dict[str, int | None] = await self.execute_fn(counting.sizes)
        return counts

    async def execute(self, sql: str, *args: Any, **named: Any) -> Any:
        """As asked, but for a count that can be had for less."""
        return await super().execute(counting.LEANER.get(sql.strip(), sql), *args, **named)

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """Table -> what it refers to, and what refers to it: the rows that do are counted on each row's own page."""
        keys: dict[str, Any] = await self.execute_fn(_quickly_found)
        return keys


def _quickly_found(connection: sqlite3.Connection) -> dict[str, Any]:
    keys = get_all_foreign_keys(connection)
    for both in keys.values():
        both["incoming"] = [
            key for key in both["incoming"] if counting.has_index(connection, key["other_table"], key["other_column"])
        ]
    return keys  # type: ignore[no-any-return]
