"""Searching the record as a person does: from what is typed to rows with their passages. For the command line, the web
page and reader's SQL."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.rules import asking, snippets, when
from crawler.rules.asking import Question
from storage import fulltext
from storage.database import open_database
from storage.search import search
from storage.words import index_words

_LONGEST = 200_000  # characters; nothing stops a function once it runs
_ANSWERS = {"yes": True, "no": False}


def find(
    db: Database,
    question: Question,
    zone: ZoneInfo,
    now: datetime,
    *,
    all_versions: bool = False,
    best: bool = False,
    limit: int = 20,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Rows of `storage.search.search` with `title_pieces` and `snippet` (lists of (text, whether it matched)).

    Times in the question are in `zone`; raises `UsageError` where one is none.
    """
    changed = question.changed
    found = search(
        db, question.match, sources=question.sources, all_versions=all_versions, best=best, limit=limit, offset=offset,
        since=when.moment(question.since, zone, now) if question.since else None,
        changed=_ANSWERS[changed] if changed in _ANSWERS else when.moment(changed, zone, now) if changed else None,
    )  # fmt: skip
    sought = snippets.pattern(question.words)
    for row in found:
        row["title_pieces"] = snippets.marked(row["title"] or "", sought)
        row["snippet"] = snippets.snippet(row["body_text"], sought)
    return found


def ready(db: Database, path: Path) -> None:
    """Fill the index where it has not been filled; `db` is open for reading, and sees it then."""
    if not fulltext.is_filled(db):
        open_database(path).close()


def search_snippet(text: str | None, question: str) -> str | None:
    """The passage of a text that says what is searched for, with 【】 around that; None of one too long to look at."""
    if text is not None and len(text) > _LONGEST:
        return None
    sought = snippets.pattern(asking.parse(question).words)
    return "".join(f"【{piece}】" if hit else piece for piece, hit in snippets.snippet(text or "", sought))


def search_words(text: str | None) -> str | None:
    """A text in the words of the index; None of one too long to look at."""
    return None if text is not None and len(text) > _LONGEST else index_words(text)


# Name in SQL -> (how many arguments, what it does).
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "search_terms": (1, asking.match),
    "search_snippet": (2, search_snippet),
    "search_words": (1, search_words),
}


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions `search_terms`, `search_snippet` and `search_words`."""
    for name, (count, function) in FUNCTIONS.items():
        connection.create_function(name, count, function, deterministic=True)
