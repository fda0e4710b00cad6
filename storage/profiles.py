"""How often the articles of each source are edited, by their age: sums that only grow."""

from collections import defaultdict
from collections.abc import Iterable

from sqlite_utils import Database

_ADD = """
INSERT INTO age_profiles (source_id, bucket, num, den) VALUES (?, ?, ?, ?)
ON CONFLICT (source_id, bucket) DO UPDATE SET num = num + excluded.num, den = den + excluded.den
"""


def sums(db: Database) -> dict[int, dict[int, tuple[float, float]]]:
    """Source -> bucket of ages -> edits, and hours watched."""
    found: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for source_id, bucket, num, den in db.execute("SELECT source_id, bucket, num, den FROM age_profiles"):
        found[source_id][bucket] = num, den
    return found


def add(db: Database, learned: Iterable[tuple[int, int, float, float]]) -> None:
    """Add what looks have shown: source, bucket, edits, hours watched."""
    db.conn.executemany(_ADD, list(learned))


def source_of(db: Database, article_id: int) -> int | None:
    """The source whose profile an article goes by: the first that ever listed it; None where none did."""
    row = db.execute("SELECT min(source_id) FROM listings WHERE article_id = ?", (article_id,)).fetchone()
    return row[0] if row else None
