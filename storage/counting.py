"""What Datasette's pages count, and what would take too long to be counted for every reader."""

import sqlite3

from storage import fulltext

_INDEXES = (fulltext.CURRENT, fulltext.SUPERSEDED)  # and their pieces, named after them
# A count that reads more than it needs -> the same without the rows that are always there.
LEANER = {"select count(*) from edits": "SELECT count(*) FROM changes WHERE kind = 'edited'"}
_LEADING = """
SELECT DISTINCT i.name FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i ON i.seqno = 0
UNION SELECT name FROM pragma_table_info(?) WHERE pk = 1
"""


def sizes(connection: sqlite3.Connection) -> dict[str, int | None]:
    """Table -> its rows. None for the full-text indexes: they would be read whole, and it means nothing."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: None if name.startswith(_INDEXES) else _size(connection, name) for name in names}


def _size(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def has_index(connection: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether rows are found by that column without reading the whole table."""
    return column in {row[0] for row in connection.execute(_LEADING, (table, table))}
