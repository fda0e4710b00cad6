"""What may be dropped in time: old looks, and the bytes of old responses. Versions, changes and coverage never are.

Looked for in stretches of the rows' numbers, which holds nobody up; dropped a stretch at a time, by transactions that
are short. `:checks` and `:raw` are UTC text (older than that is dropped), or NULL (nothing is).
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from storage import fulltext

# An article's newest look stays: it says how the article was found last.
_OLD_CHECK = """
c.checked_at < :checks
    AND EXISTS (SELECT 1 FROM checks n WHERE n.article_id = c.article_id AND n.checked_at > c.checked_at)
"""
# Bytes that a younger response came with too are as young as that one.
_OLD_BODY = """
b.data IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM responses o WHERE o.body_hash = b.hash AND o.fetched_at >= :raw)
"""
# What no version was read from, and no look that stays brought: readings of listings, answers that could not be read.
_OLD_RESPONSE = f"""
r.fetched_at < :raw AND NOT EXISTS (SELECT 1 FROM version_responses v WHERE v.response_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM checks c WHERE c.response_id = r.id AND NOT coalesce({_OLD_CHECK}, 0))
"""
_GIVEN = "(SELECT value FROM json_each(:given))"
_STRETCH = {
    "checks": "SELECT max(id) FROM (SELECT id FROM checks WHERE id > ? ORDER BY id LIMIT ?)",
    "responses": "SELECT max(id) FROM (SELECT id FROM responses WHERE id > ? ORDER BY id LIMIT ?)",
}
_FIND_CHECKS = f"SELECT c.id FROM checks c WHERE c.id > :after AND c.id <= :upto AND {_OLD_CHECK}"
_DROP_CHECKS = f"DELETE FROM checks AS c WHERE c.id IN {_GIVEN} AND {_OLD_CHECK}"
_FIND_BODIES = f"""
SELECT b.hash, length(b.data) FROM responses r JOIN bodies b ON b.hash = r.body_hash
WHERE r.id > :after AND r.id <= :upto AND r.fetched_at < :raw
    AND r.id = (SELECT max(id) FROM responses o WHERE o.body_hash = b.hash) AND {_OLD_BODY}
"""
_DROP_BODIES = f"""
UPDATE bodies AS b SET data = NULL, dropped_at = :now WHERE b.hash IN {_GIVEN} AND {_OLD_BODY}
"""
_FIND_RESPONSES = f"""
SELECT r.id, r.body_hash FROM responses r WHERE r.id > :after AND r.id <= :upto AND {_OLD_RESPONSE}
"""
# A look that grew old since the looks were dropped is still there, and so is what it brought.
_DROP_RESPONSES = f"""
DELETE FROM responses AS r WHERE r.id IN {_GIVEN} AND r.fetched_at < :raw
    AND NOT EXISTS (SELECT 1 FROM version_responses v WHERE v.response_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM checks c WHERE c.response_id = r.id)
"""
_DROP_UNUSED = f"""
DELETE FROM bodies AS b WHERE b.hash IN {_GIVEN} AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.body_hash = b.hash)
"""


def stretches(db: Database, table: str, size: int) -> Iterator[tuple[int, int]]:
    """(after, up to) of the numbers of a table's rows (`checks`, `responses`), so many rows each."""
    after = 0
    while (upto := db.execute(_STRETCH[table], (after, size)).fetchone()[0]) is not None:
        yield after, upto
        after = upto


def last_number(db: Database, table: str) -> int:
    """The largest number of a row of `checks` or `responses`; 0 where there is none."""
    return int(db.execute(_STRETCH[table], (0, -1)).fetchone()[0] or 0)


def old_checks(db: Database, values: dict[str, Any]) -> list[int]:
    """Looks in a stretch (`after`, `upto`) that may be dropped, but for the newest of each article."""
    return [row[0] for row in db.execute(_FIND_CHECKS, values)]


def drop_checks(db: Database, ids: list[int], values: dict[str, Any]) -> int:
    """Drop these looks where they still may be; how many were."""
    return db.execute(_DROP_CHECKS, {**values, "given": json.dumps(ids)}).rowcount


def old_bodies(db: Database, values: dict[str, Any]) -> dict[str, int]:
    """Hash -> bytes on disk, of the bodies that came last in a stretch of responses and may be dropped."""
    return dict(db.execute(_FIND_BODIES, values).fetchall())


def drop_bodies(db: Database, hashes: list[str], values: dict[str, Any]) -> int:
    """Drop the bytes of these where they still may be; how many were."""
    return db.execute(_DROP_BODIES, {**values, "given": json.dumps(hashes)}).rowcount


def old_responses(db: Database, values: dict[str, Any]) -> dict[int, str]:
    """Number -> hash of its body, of the responses in a stretch that may go wholly."""
    return dict(db.execute(_FIND_RESPONSES, values).fetchall())


def drop_responses(db: Database, found: dict[int, str], values: dict[str, Any]) -> int:
    """Drop these responses where they still may be, and the bodies that nothing refers to then; how many responses
    were."""
    dropped = db.execute(_DROP_RESPONSES, {**values, "given": json.dumps(list(found))}).rowcount
    db.execute(_DROP_UNUSED, {"given": json.dumps(list(found.values()))})
    return dropped


def free_pages(db: Database) -> int:
    """Pages of the file that nothing is on."""
    return int(db.execute("PRAGMA freelist_count").fetchone()[0])


def can_shrink(db: Database) -> bool:
    """Whether the file was made so that it can be made smaller bit by bit."""
    return bool(db.execute("PRAGMA auto_vacuum").fetchone()[0] == 2)


def shrink(db: Database, pages: int) -> None:
    """Give so many free pages back to the system; the file is smaller after the next checkpoint."""
    db.conn.executescript(f"PRAGMA incremental_vacuum({int(pages)})")  # `execute` would stop after the first page


def rewrite(db: Database) -> None:
    """Write the file anew, without a place that nothing is on; from then on it can shrink bit by bit."""
    fulltext.optimize(db)  # deleted words stay in its segments
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    db.execute("VACUUM")


def checkpoint(db: Database, wait: float) -> bool:
    """Bring everything from the log into the file and empty the log; whether no reader kept it from that for `wait`
    seconds."""
    before = db.execute("PRAGMA busy_timeout").fetchone()[0]
    db.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
    try:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout = {int(before)}")
