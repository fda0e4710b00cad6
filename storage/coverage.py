"""In which stretches an article's text is known. Kept as looks arrive; still there when the looks are pruned."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

# The usual case in one statement: the look carries the newest stretch on.
_GO_ON = """
UPDATE coverage
SET to_at = :at, looks = looks + 1,
    longest_gap_seconds = max(longest_gap_seconds, strftime('%s', :at) - strftime('%s', to_at))
WHERE article_id = :article_id AND from_at = (SELECT max(from_at) FROM coverage WHERE article_id = :article_id)
  AND to_at <= :at AND strftime('%s', :at) - strftime('%s', to_at) <= :gap
"""
_INSERT = "INSERT INTO coverage (article_id, from_at, to_at, looks, longest_gap_seconds) VALUES (?, ?, ?, ?, ?)"
_COLUMNS = "SELECT from_at, to_at, looks, longest_gap_seconds FROM coverage WHERE article_id = ?"
_LAST_BEGUN = f"{_COLUMNS} AND from_at <= ? ORDER BY from_at DESC LIMIT 1"
_NEXT_BEGUN = f"{_COLUMNS} AND from_at > ? ORDER BY from_at LIMIT 1"


def looked(db: Database, article_id: int, at: str, expected_gap: int) -> None:
    """A look at `at` said what the article's text is: it was read, or vouched for by the site.

    Two looks that follow each other belong to one stretch where at most `expected_gap` seconds lie between them; else
    a stretch ends with the one and another begins with the other. `expected_gap` is what the schedule allowed for this
    look; 0 begins a stretch. Looks may come in any order: one that comes late widens a stretch, joins two, or counts
    in the one that it lies in, whose `longest_gap_seconds` then stays an upper bound. Counts every call: the caller
    sees to it that a look is told once.
    """
    carried = db.execute(_GO_ON, {"article_id": article_id, "at": at, "gap": expected_gap})
    if carried.rowcount == 0:
        _place(db, article_id, at, expected_gap)


def _place(db: Database, article_id: int, at: str, expected_gap: int) -> None:
    """A look that does not simply carry the newest stretch on: the first, after a gap, or late."""
    before = rows(db, _LAST_BEGUN, (article_id, at))
    if before and at <= before[0]["to_at"]:
        db.execute(
            "UPDATE coverage SET looks = looks + 1 WHERE article_id = ? AND from_at = ?",
            (article_id, before[0]["from_at"]),
        )
        return
    after = rows(db, _NEXT_BEGUN, (article_id, at))
    here = {"from_at": at, "to_at": at, "looks": 1, "longest_gap_seconds": 0}
    pieces = [
        *(b for b in before if _seconds(b["to_at"], at) <= expected_gap),
        here,
        *(a for a in after if _seconds(at, a["from_at"]) <= expected_gap),
    ]
    for piece in pieces:
        db.execute("DELETE FROM coverage WHERE article_id = ? AND from_at = ?", (article_id, piece["from_at"]))
    gaps = [_seconds(one["to_at"], other["from_at"]) for one, other in pairwise(pieces)]
    longest = max(*gaps, *(piece["longest_gap_seconds"] for piece in pieces), 0)
    looks = sum(piece["looks"] for piece in pieces)
    db.execute(_INSERT, (article_id, pieces[0]["from_at"], pieces[-1]["to_at"], looks, longest))


def _seconds(earlier: str, later: str) -> int:
    return int((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())


def stretches(db: Database, article_id: int) -> list[dict[str, Any]]:
    """An article's stretches, oldest first: from_at, to_at (UTC text), looks, longest_gap_seconds."""
    return rows(db, f"{_COLUMNS} ORDER BY from_at", (article_id,))


def looks_between(db: Database, article_id: int, after: str, before: str) -> dict[str, int]:
    """How the looks after the one moment and before the other went: outcome -> looks. Nothing where they are pruned."""
    sql = """
        SELECT outcome, count(*) FROM checks WHERE article_id = ? AND checked_at > ? AND checked_at < ?
        GROUP BY outcome ORDER BY count(*) DESC, outcome
    """
    return {row[0]: row[1] for row in db.execute(sql, (article_id, after, before))}
