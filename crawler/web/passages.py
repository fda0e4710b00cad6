"""The words of changes, and other texts, as a reader may see them."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from crawler import passages
from crawler.items import FactChange
from crawler.web.showing import Showing


def of_changes(db: Database, changes: Iterable[dict[str, Any]], showing: Showing) -> list[dict[str, Any]]:
    """`crawler.passages.of_changes` for this reader."""
    return passages.of_changes(db, changes, is_public=showing.is_public, numbers=showing.numbers)


def shown(text: str, showing: Showing) -> str:
    """A text as this reader may see it."""
    return passages.shown(text, showing.numbers)


def facts(changes: Iterable[FactChange], showing: Showing) -> list[tuple[str, str, str]]:
    """(what, old, new) of what became of facts, each once."""
    told = [(c.role or c.type, shown(c.old_text or "", showing), shown(c.new_text or "", showing)) for c in changes]
    return list(dict.fromkeys(told))
