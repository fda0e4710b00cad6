"""The words of changes in place: headline, the changed paragraphs, what became of facts and metadata."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from crawler.items import METADATA
from crawler.rules.diff.marked import Paragraph, folded, is_changed, marked, paragraphs
from crawler.rules.personal import masked
from storage import reading

_SHOWN = 3  # paragraphs of a change in a list of them
_FACTS = 6
_KEPT = 20_000  # characters of two texts whose comparison is kept for the next reader
_NAMES = ("title", "outlet", "author", "summary")  # what of a change people wrote


def of_changes(
    db: Database, changes: Iterable[dict[str, Any]], *, is_public: bool, numbers: bool
) -> list[dict[str, Any]]:
    """These changes (as `storage.history.changes` gives them), each with `headline`, `passages` (marked paragraphs),
    `more` (how many are left out), `fact_changes`, `metadata` ((field, old, new)) and `withheld`.

    `is_public`: words of an article whose page asks for no archive are withheld; `numbers`: telephone and identity
    numbers are shown.
    """
    found = list(changes)
    versions = reading.texts(db, {v for c in found for v in (c["old_version_id"], c["new_version_id"]) if v})
    facts = reading.fact_changes(db, [change["id"] for change in found])
    for change in found:
        old, new = versions.get(change["old_version_id"]), versions.get(change["new_version_id"])
        change.update(_words(old, new, numbers) if old and new and old is not new else _unchanged(change, numbers))
        change.update(fact_changes=_told(facts.get(change["id"], []), numbers), withheld=False)
        change.update({name: shown(change[name], numbers) for name in _NAMES if change[name]})
        if is_public and change["noarchive"]:
            change.update(_unchanged(change, numbers), fact_changes=[], summary="", withheld=True)
    return found


def shown(text: str, numbers: bool) -> str:
    """A text as this reader may see it."""
    return text if numbers else masked(text)


def metadata(old: dict[str, Any], new: dict[str, Any], numbers: bool) -> list[tuple[str, str, str]]:
    """(field, old, new) of the metadata in which two versions differ, as this reader may see it."""
    changed = (name for name in METADATA if old[name] != new[name])
    return [(name, shown(old[name] or "", numbers), shown(new[name] or "", numbers)) for name in changed]


def _unchanged(change: dict[str, Any], numbers: bool) -> dict[str, Any]:
    return {
        "headline": [("equal", shown(change["title"] or "", numbers), 0)],
        "passages": [],
        "more": 0,
        "metadata": [],
    }


def _words(old: dict[str, Any], new: dict[str, Any], numbers: bool) -> dict[str, Any]:
    changed = _changed_paragraphs(shown(old["body_text"], numbers), shown(new["body_text"], numbers))
    return {
        "headline": marked(shown(old["title"] or "", numbers), shown(new["title"] or "", numbers)),
        "passages": changed[:_SHOWN],
        "more": max(0, len(changed) - _SHOWN),
        "metadata": metadata(old, new, numbers),
    }


def _changed_paragraphs(old: str, new: str) -> list[Paragraph]:
    return (_kept if len(old) + len(new) <= _KEPT else _compared)(old, new)


def _compared(old: str, new: str) -> list[Paragraph]:
    return [folded(paragraph) for paragraph in paragraphs(old, new) if is_changed(paragraph)] if old != new else []


_kept = lru_cache(maxsize=500)(_compared)


def _told(facts: list[dict[str, Any]], numbers: bool) -> list[tuple[str, str, str]]:
    """(what, old, new) of the facts that went, came or changed, each once."""
    told = [
        (fact["role"] or fact["type"], shown(fact["old_text"] or "", numbers), shown(fact["new_text"] or "", numbers))
        for fact in facts
    ]
    return list(dict.fromkeys(told))[:_FACTS]
