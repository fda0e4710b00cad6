"""The tables of the record whole, as exports of tables have them: all columns, a row at a time."""

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

PAGE = 500  # rows
_OF_ARTICLE = "JOIN articles a ON a.id = t.article_id"
_OF_VERSION = "JOIN versions v ON v.id = t.version_id JOIN articles a ON a.id = v.article_id"
_OF_CHANGE = "JOIN changes c ON c.id = t.change_id JOIN articles a ON a.id = c.article_id"
# Table -> by which its article is found (an article's rows are left out once it is redacted), and what of it is as new
# as the time that an export goes on from.
_TABLES = {
    "sources": ("", None),
    "articles": ("JOIN articles a ON a.id = t.id", "coalesce(t.last_checked_at, t.first_seen_at)"),
    "versions": (_OF_ARTICLE, "t.last_seen_at"),
    "changes": (_OF_ARTICLE, "t.recorded_at"),
    "facts": (_OF_VERSION, "v.last_seen_at"),
    "fact_changes": (_OF_CHANGE, "c.recorded_at"),
    "listings": (_OF_ARTICLE, "t.last_seen_at"),
    "listing_snapshots": ("", "t.seen_at"),
    "runs": ("", "t.started_at"),
    "checks": (_OF_ARTICLE, "t.checked_at"),
    "coverage": (_OF_ARTICLE, "t.to_at"),
    "responses": ("", "t.fetched_at"),
    "version_responses": (_OF_VERSION, "v.last_seen_at"),
    "chain": ("", None),
}
NAMES = tuple(_TABLES)
# Columns with an article's words, NULL where its page asks for no archive.
_WITHHELD = {
    "versions": ("body_html", "body_text", "images", "tables", "links", "attachments"),
    "changes": ("summary",),
    "facts": ("text", "value"),
    "fact_changes": ("old_text", "new_text", "old_value", "new_value"),
}


def columns(db: Database, table: str) -> dict[str, str]:
    """Column -> its type in the schema (`INTEGER`, `TEXT`, `REAL`, `BLOB`)."""
    assert table in _TABLES
    return dict(db.execute("SELECT name, type FROM pragma_table_info(?) ORDER BY cid", (table,)).fetchall())


def last(db: Database, table: str) -> int:
    """A number that no row of the table is above; for showing how far an export is."""
    key = _key(db, table)
    return int(db.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0]) if key else 0


def rows(db: Database, table: str, since: str | None) -> Iterator[tuple[Any, ...]]:
    """Its rows in the order of their key, or those as new as `since` (UTC text). Rows of redacted articles are left
    out, words of articles whose pages ask for no archive are None."""
    key = _key(db, table)
    return _paged(db, table, since, key) if key else _whole(db, table, since)


def _key(db: Database, table: str) -> str | None:
    """The one integer that numbers its rows."""
    found = db.execute("SELECT name, type FROM pragma_table_info(?) WHERE pk > 0", (table,)).fetchall()
    return str(found[0][0]) if len(found) == 1 and found[0][1] == "INTEGER" else None


def _paged(db: Database, table: str, since: str | None, key: str) -> Iterator[tuple[Any, ...]]:
    sql = f"{_select(db, table)} AND t.{key} > :after AND t.{key} <= :last ORDER BY t.{key} LIMIT {PAGE}"
    place = list(columns(db, table)).index(key)
    values = {"since": since, "last": last(db, table), "after": 0}
    while True:
        count = 0
        for count, row in enumerate(db.execute(sql, values), 1):  # noqa: B007
            values["after"] = row[place]
            yield row
        if count < PAGE:
            return


def _whole(db: Database, table: str, since: str | None) -> Iterator[tuple[Any, ...]]:
    """Small rows without a number of their own, in one query."""
    yield from db.execute(_select(db, table), {"since": since})


def _select(db: Database, table: str) -> str:
    joins, as_new = _TABLES[table]
    withheld = _WITHHELD.get(table, ())
    names = [f"iif(a.noarchive, NULL, t.{name})" if name in withheld else f"t.{name}" for name in columns(db, table)]
    new = f"(:since IS NULL OR {as_new} >= :since)" if as_new else "(:since IS NULL OR 1)"
    not_redacted = "AND a.state != 'redacted'" if joins else ""
    return f"SELECT {', '.join(names)} FROM {table} t {joins} WHERE {new} {not_redacted}"
