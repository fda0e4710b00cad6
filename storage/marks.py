"""A reader's verdict on a change, kept beside it."""

from sqlite_utils import Database

VERDICTS = ("reviewed", "false")


def mark(db: Database, change_id: int, verdict: str, marked_at: str) -> str | None:
    """Give a change that verdict (`reviewed` or `false`); the one that it replaces, or None."""
    before = db.execute("SELECT verdict FROM marks WHERE change_id = ?", (change_id,)).fetchone()
    db.execute(
        "INSERT INTO marks (change_id, verdict, marked_at) VALUES (?, ?, ?)"
        " ON CONFLICT (change_id) DO UPDATE SET verdict = excluded.verdict, marked_at = excluded.marked_at",
        (change_id, verdict, marked_at),
    )
    return before[0] if before else None
