"""Where the body stands on a site's pages, as it was learned from them: the newest of a site and role is in use."""

from typing import Any

from sqlite_utils import Database

from storage.queries import rows


def latest(db: Database, site: str) -> list[dict[str, Any]]:
    """The layouts of a site in use: `id`, `role`, `layout` (JSON)."""
    sql = "SELECT max(id) AS id, role, layout FROM layouts WHERE site = ? GROUP BY role"
    return rows(db, sql, (site,))


def add(db: Database, site: str, role: str, layout: str, pages: int, at: str) -> int:
    """Put a layout into use that was learned from so many pages; its id."""
    cursor = db.execute(
        "INSERT INTO layouts (site, role, layout, pages, learned_at) VALUES (?, ?, ?, ?, ?)",
        (site, role, layout, pages, at),
    )
    return int(cursor.lastrowid or 0)
