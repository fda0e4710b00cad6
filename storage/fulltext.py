"""The full-text indexes, written: `articles_fts` over the texts that stand, `superseded_fts` over those that no longer
do.

They keep no text of their own (FTS5's external content), so a row is taken out by the very words that were put in;
whoever changes a text calls these functions in the same transaction, before it is changed.
"""

from collections.abc import Iterator
from importlib import resources

from sqlite_utils import Database

from storage.migrations import statements
from storage.words import index_words

CURRENT, SUPERSEDED = "articles_fts", "superseded_fts"  # rowid: the article's id; the version's id
_VIEWS = {CURRENT: "current_texts", SUPERSEDED: "superseded_texts"}
_MERGED = 500  # pages of an index at once
_LATEST = """
SELECT id, title, body_text, number = (SELECT max(number) FROM versions WHERE article_id = v.article_id) AS is_latest,
       article_id
FROM versions v
"""


def stands(db: Database, article_id: int, title: str | None, body: str) -> None:
    """A new version of the article stands, not yet written; the one before it, if any, no longer does."""
    before = db.execute(f"{_LATEST} WHERE article_id = ? ORDER BY number DESC LIMIT 1", (article_id,)).fetchone()
    if before:
        _take(db, CURRENT, article_id, *before[1:3])
        _put(db, SUPERSEDED, *before[:3])
    _put(db, CURRENT, article_id, title, body)


def rewritten(db: Database, version_id: int, title: str | None, body: str) -> None:
    """A version's text is about to be written anew."""
    _, old_title, old_body, is_latest, article_id = db.execute(f"{_LATEST} WHERE id = ?", (version_id,)).fetchone()
    if (old_title, old_body) == (title, body):
        return
    table, rowid = (CURRENT, article_id) if is_latest else (SUPERSEDED, version_id)
    _take(db, table, rowid, old_title, old_body)
    _put(db, table, rowid, title, body)


def forget(db: Database, article_id: int) -> None:
    """An article's texts are about to be taken out of the record, and leave the indexes; `merge` clears them of what is
    left of deleted words."""
    found = db.execute(f"{_LATEST} WHERE article_id = ?", (article_id,)).fetchall()
    for version_id, title, body, is_latest, _ in found:
        table, rowid = (CURRENT, article_id) if is_latest else (SUPERSEDED, version_id)
        _take(db, table, rowid, title, body)


def merge(db: Database) -> None:
    """Write the indexes' segments anew, in which deleted words stay; a piece at a time, each in its own transaction."""
    for table in _VIEWS:
        command = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"
        pages, before = -_MERGED, -2
        while db.conn.total_changes - before >= 2:
            before = db.conn.total_changes
            db.execute(command, (pages,))
            pages = _MERGED


def optimize(db: Database) -> None:
    """The same at once, where nobody else writes."""
    for table in _VIEWS:
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _put(db: Database, table: str, rowid: int, title: str | None, body: str) -> None:
    sql = f"INSERT INTO {table} (rowid, title, body) VALUES (?, ?, ?)"
    db.execute(sql, (rowid, index_words(title), index_words(body)))


def _take(db: Database, table: str, rowid: int, title: str | None, body: str) -> None:
    if not _has(db, table, rowid):  # what is not there must not be taken out
        return
    sql = f"INSERT INTO {table} ({table}, rowid, title, body) VALUES ('delete', ?, ?, ?)"
    db.execute(sql, (rowid, index_words(title), index_words(body)))


def _has(db: Database, table: str, rowid: int) -> bool:
    return db.execute(f"SELECT 1 FROM {table}_docsize WHERE id = ?", (rowid,)).fetchone() is not None


def is_filled(db: Database) -> bool:
    """Whether the index is ours and has the oldest and the newest text that stands: a quick look, not a check."""
    if not _is_ours(db, CURRENT):
        return False
    sql = "SELECT id FROM articles WHERE version_count > 0 AND state != 'redacted' ORDER BY id {} LIMIT 1"
    ends = [db.execute(sql.format(order)).fetchone() for order in ("ASC", "DESC")]
    return all(_has(db, CURRENT, end[0]) for end in ends if end)


def _is_ours(db: Database, table: str) -> bool:
    shape = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return bool(shape) and _VIEWS[table] in shape[0]


def fill(db: Database) -> int:
    """Make the indexes anew from the texts, in the caller's transaction; how many texts they have."""
    for table, view in _VIEWS.items():
        db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute(f"DROP VIEW IF EXISTS {view}")
    schema = resources.files("storage").joinpath("schema.sql").read_text(encoding="utf-8")
    ours = (*_VIEWS, *_VIEWS.values())
    for statement in statements(schema):
        if any(name in statement for name in ours):
            db.execute(statement)
    return sum(_fill(db, table, view) for table, view in _VIEWS.items())


def _fill(db: Database, table: str, view: str) -> int:
    count = 0
    for row in db.execute(f"SELECT id, title, body FROM {view} ORDER BY id"):
        _put(db, table, *row)
        count += 1
    return count


def problems(db: Database, every: int = 1) -> list[str]:
    """How the indexes differ from the texts, a line each; see `differences`."""
    return [f"{table}: {says}" for table, _, says in differences(db, every)]


def differences(db: Database, every: int) -> Iterator[tuple[str, int, str]]:
    """(index, row id, sentence) of rows of the indexes that are missing, or left over, or of another length.

    Only the lengths of one in `every` texts are looked at: that takes a third of a millisecond a text.
    """
    for table, view in _VIEWS.items():
        if not _is_ours(db, table):
            yield table, 0, "it is missing, or another program's; the next crawl makes it anew"
        else:
            yield from ((table, *found) for found in _differences(db, table, view, every))


def _differences(db: Database, table: str, view: str, every: int) -> Iterator[tuple[int, str]]:
    what = "article" if table == CURRENT else "version"
    indexed = {row[0] for row in db.execute(f"SELECT id FROM {table}_docsize")}
    texts = {row[0] for row in db.execute(f"SELECT id FROM {view}")}
    yield from ((number, f"{what} {number} is not in it") for number in sorted(texts - indexed))
    yield from ((number, f"{what} {number} is in it without a text") for number in sorted(indexed - texts))
    sql = f"SELECT t.id, t.title, t.body, s.sz FROM {view} t JOIN {table}_docsize s ON s.id = t.id WHERE t.id % ? = 0"
    for number, title, body, sizes in db.execute(sql, (every,)):
        if _numbers(sizes) != [len(index_words(text).split()) for text in (body, title)]:
            yield number, f"{what} {number} is in it with other words"


def _numbers(packed: bytes) -> list[int]:
    """SQLite's variable-length integers, of up to four bytes."""
    found, value = [], 0
    for byte in packed:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(value)
            value = 0
    return found
