"""The stream of changes: filters, pages of it newest first, and a cursor that goes on after the last one read.

Changes are numbered in the order of their commits: each is written in a transaction that took the one write lock before
it read the last number (`database.transaction`), none is ever deleted, and a number that was rolled back was never
seen. So whoever has read all up to a number misses nothing by asking for what comes after it.
"""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.errors import CursorError
from storage.queries import rows

SEVERITIES = ("cosmetic", "minor", "material")
LARGEST_PAGE = 1000
_LARGEST_ID = 2**63 - 1
# Filter -> what it asks of a change. The plus signs keep the order of the index that the page is read in: what is
# asked for is mostly near its end.
_CONDITIONS = {
    "article_id": "c.article_id = :article_id",
    "since": "c.changed_by >= :since",
    "until": "c.changed_by < :until",
    "before": "(c.changed_by, c.id) < (SELECT changed_by, id FROM changes WHERE id = :before)",
    "after": "c.id > :after",
    "up_to": "c.id <= :up_to",
    "kind": "c.kind = :kind",
    "severity": "c.severity = :severity",
    "rank": "CASE c.severity WHEN 'material' THEN 3 WHEN 'minor' THEN 2 WHEN 'cosmetic' THEN 1 ELSE 0 END >= :rank",
    "cosmetic": "(c.severity IS 'cosmetic') = :cosmetic",
    "disclosure": "c.disclosure = :disclosure",
    "field": """instr(c.fields, '"' || :field || '"')""",
    "verdict": "+c.id IN (SELECT change_id FROM marks WHERE verdict = :verdict)",
    "outlet": "+c.article_id IN (SELECT id FROM articles WHERE outlet = :outlet)",
    "source": """+c.article_id IN (SELECT l.article_id FROM listings l JOIN sources s ON s.id = l.source_id
                                   WHERE s.key = :source)""",
    "matching": "+c.article_id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :matching)",
    "recorded_since": "c.recorded_at >= :recorded_since",
    "words": """(+c.article_id IN (SELECT id FROM articles WHERE instr(title, :words))
                 OR +c.id IN (SELECT id FROM changes WHERE summary != '' AND instr(summary, :words)))""",
}
_FLAGS = {
    "first_seen": "c.kind != 'first_seen'",
    "redacted": "c.article_id NOT IN (SELECT article_id FROM redactions)",
}  # filters that leave something out where they are False
_COLUMNS = """
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, c.summary, c.reason, o.number AS old_version, n.number AS new_version,
       c.old_version_id, c.new_version_id, c.edit_hash, a.cluster_id, a.id AS article_id, a.noarchive, a.state,
       a.site, a.code, a.url, a.title, a.outlet, a.author, m.verdict,
       o.content_hash AS old_content_hash, n.content_hash AS new_content_hash, n.extractor
FROM changes c
JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
LEFT JOIN marks m ON m.change_id = c.id
"""
_NEWEST_FIRST = "c.changed_by DESC, c.id DESC"
_STAMP = """
SELECT (SELECT link FROM chain ORDER BY number LIMIT 1) AS record,
       (SELECT max(marked_at) FROM marks) AS marked_at, (SELECT max(redacted_at) FROM redactions) AS redacted_at
"""


@dataclass(frozen=True)
class Page:
    """Some changes in the order of their numbers. Ask with `after=next` for those that follow; `more`: some are there
    by now."""

    changes: list[dict[str, Any]]
    next: int
    more: bool


def newest(db: Database) -> int:
    """Number of the change that was recorded last; 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()[0])


def stamp(db: Database) -> dict[str, Any]:
    """`record`: the chain's first link, which no other record has (None while nothing is recorded); `marked_at` and
    `redacted_at`: when a reader marked a change, and when an article was redacted last (UTC text, or None)."""
    return rows(db, _STAMP)[0]


def newest_first(db: Database, limit: int = -1, **filters: Any) -> list[dict[str, Any]]:
    """Changes, newest first by when they happened; `limit` -1: all. The filters are those of `history.changes`."""
    sql = _page(filters, _NEWEST_FIRST)
    return rows(db, sql, {**filters, "limit": limit})


def last_recorded(db: Database, limit: int, **filters: Any) -> list[dict[str, Any]]:
    """Changes, those first that were recorded last: what is confirmed late is not older than what a reader has had."""
    return rows(db, _page(filters, "c.id DESC"), {**filters, "limit": limit})


def in_order(db: Database, after: int, limit: int, **filters: Any) -> list[dict[str, Any]]:
    """Changes after a number, in the order of their numbers."""
    bounds = {**filters, "after": after}
    return rows(db, _page(bounds, "c.id"), {**bounds, "limit": limit})


def recorded_at(db: Database, number: int) -> str | None:
    """When the change of that number was recorded (UTC text); None: there is none."""
    row = db.execute("SELECT recorded_at FROM changes WHERE id = ?", (number,)).fetchone()
    return str(row[0]) if row else None


def changes_after(db: Database, after: int, limit: int = 100, **filters: Any) -> Page:
    """The changes that were recorded after the one of number `after` (0: from the beginning), at most `limit` of them
    (1 to 1000; other values are brought to these), oldest first.

    Raises `CursorError` where `after` is no number that a change of this record can have had.
    """
    last = newest(db)  # read first: what is committed from here on has larger numbers and is the next page's
    if not 0 <= after <= last:
        at = f"this record's newest change is number {last}" if 0 <= after <= _LARGEST_ID else "numbers begin at 0"
        raise CursorError(f"after={after}: no change of that number; {at}")
    count = min(max(limit, 1), LARGEST_PAGE)
    found = in_order(db, after, count + 1, **filters, up_to=last)
    page = found[:count]
    is_more = len(found) > count
    return Page(page, page[-1]["id"] if is_more else last, is_more)


def count(db: Database, **filters: Any) -> int:
    """How many changes these filters let through."""
    sql = f"SELECT count(*) FROM changes c {_where(filters)}"
    return int(db.execute(sql, filters).fetchone()[0])


def outlets(db: Database, limit: int = 200) -> list[dict[str, Any]]:
    """Who published most articles: `outlet`, `articles`."""
    sql = """
        SELECT outlet, count(*) AS articles FROM articles WHERE outlet != ''
        GROUP BY outlet ORDER BY articles DESC, outlet LIMIT ?
    """
    return rows(db, sql, (limit,))


def asked(min_severity: str | None = None, **filters: Any) -> dict[str, Any]:
    """The filters of `history.changes` as the functions above take them: those that ask for something."""
    rank = {"rank": SEVERITIES.index(min_severity) + 1} if min_severity else {}
    given = {name: value for name, value in filters.items() if value is not None}
    return {name: value for name, value in given.items() if name not in _FLAGS or not value} | rank


def _page(filters: dict[str, Any], order: str) -> str:
    # The numbers first, from the index alone: only the rows of the page are then read whole.
    chosen = f"SELECT c.id FROM changes c {_where(filters)} ORDER BY {order} LIMIT :limit"
    return f"{_COLUMNS} WHERE c.id IN ({chosen}) ORDER BY {order}"


def _where(filters: dict[str, Any]) -> str:
    conditions = [_FLAGS.get(name) or _CONDITIONS[name] for name in filters]
    return "WHERE " + " AND ".join(conditions) if conditions else ""
