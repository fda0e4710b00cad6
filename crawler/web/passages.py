"""The words of changes, and other texts, as a reader may see them."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from crawler import passages
from crawler.derived import listed
from crawler.items import FactChange
from crawler.web.showing import Showing


def of_changes(db: Database, changes: Iterable[dict[str, Any]], showing: Showing) -> list[dict[str, Any]]:
    """`crawler.passages.of_changes` for this reader."""
    return passages.of_changes(db, changes, is_public=showing.is_public, numbers=showing.numbers)


def shown(text: str, showing: Showing) -> str:
    """A text as this reader may see it."""
    return passages.shown(text, showing.numbers)


def shown_in(rows: Iterable[dict[str, Any]], names: Iterable[str], showing: Showing) -> list[dict[str, Any]]:
    """These rows with the texts of these columns as this reader may see them."""
    return [{**row, **{name: shown(row[name], showing) for name in names if row[name]}} for row in rows]


def metadata(old: dict[str, Any], new: dict[str, Any], showing: Showing) -> list[tuple[str, str, str]]:
    """`crawler.passages.metadata` for this reader."""
    return passages.metadata(old, new, showing.numbers)


def media(old: list[Any], new: list[Any], showing: Showing) -> str:
    """What went out of a list of images, tables … and what came into it. Numbers are hidden before it is cut short:
    one that a cut goes through would not be known for one."""
    before, after = _shown_all(old, showing), _shown_all(new, showing)
    return "what differs is hidden here" if before == after else listed(before, after)


def _shown_all(values: list[Any], showing: Showing) -> list[Any]:
    return [_shown_all(value, showing) if isinstance(value, list) else shown(value, showing) for value in values]


def shown_pieces(pieces: Iterable[tuple[str, bool]], showing: Showing) -> list[tuple[str, bool]]:
    """Marked pieces of one text as this reader may see them; a number may go through several of them."""
    given = list(pieces)
    whole, at, found = shown("".join(text for text, _ in given), showing), 0, []
    for text, is_marked in given:
        found.append((whole[at : at + len(text)], is_marked))
        at += len(text)
    return found


def facts(changes: Iterable[FactChange], showing: Showing) -> list[tuple[str, str, str]]:
    """(what, old, new) of what became of facts, each once."""
    told = [(c.role or c.type, shown(c.old_text or "", showing), shown(c.new_text or "", showing)) for c in changes]
    return list(dict.fromkeys(told))
