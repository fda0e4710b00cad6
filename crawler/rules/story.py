"""Whether two edits are one: the same words taken out and put in, wherever they stood."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from crawler.items import MEDIA, METADATA, Fields
from crawler.rules import diff
from crawler.rules.text import comparison_form

_Step = list[str | list[str]]


def edit_hash(fields: Collection[str], old: Fields, new: Fields, operations: Sequence[diff.Operation]) -> str:
    """Hex digest, equal for edits that took out and put in the same words in the same order.

    `fields` are the names of those that changed, `operations` the body's. Where words stand, and their markup, make no
    difference; nor does the time of modification that an edit brings with it, unless it is all that changed.
    """
    steps: list[_Step] = []
    if "title" in fields:
        steps += _words("title", old.title or "", diff.compare(old.title or "", new.title or ""))
    if "body" in fields:
        steps += _words("body", old.body_text or "", operations)
    for name in METADATA:
        if name in fields and (name != "modified_at" or len(fields) == 1):
            steps.append([name, getattr(old, name) or "", getattr(new, name) or ""])
    for name in MEDIA:
        if name in fields and (name != "tables" or "body" not in fields):  # a table's words are the body's too
            steps.append([name, *_exchanged(_items(old, name), _items(new, name))])
    return hashlib.blake2b(json.dumps(steps, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def _words(name: str, old: str, operations: Iterable[diff.Operation]) -> Iterator[_Step]:
    """What went and what came, in the order of the new text; white space alone is nothing."""
    for operation in operations:
        gone, come = comparison_form(old[operation.old_start : operation.old_end]), comparison_form(operation.text)
        if operation.kind == "moved" and gone:
            yield [name, "moved", gone]
        elif operation.kind != "equal" and gone != come:
            yield [name, gone, come]


def _items(content: Fields, name: str) -> list[str]:
    if name == "tables":
        return [comparison_form(cell) for table in content.tables for row in table for cell in row]
    return list(getattr(content, name))


def _exchanged(before: Iterable[str], after: Iterable[str]) -> tuple[list[str], list[str]]:
    """What a list lost and what it gained, each in its order."""
    return _without(before, after), _without(after, before)


def _without(values: Iterable[str], others: Iterable[str]) -> list[str]:
    left = Counter(others)
    kept = []
    for value in values:
        if left[value]:
            left[value] -= 1
        else:
            kept.append(value)
    return kept


def by_story(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes with the same edit in one cluster as one: the earliest, with the `codes` of all, in the order of time.

    `changes` have `article_id`, `code`, `kind`, `changed_by`, `cluster_id` and `edit_hash`, newest first, and so have
    those that come back. An edit that one article saw twice is two.
    """
    groups: dict[object, list[dict[str, Any]]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for change in sorted(changes, key=lambda change: (change["changed_by"], change["id"])):
        key: object = change["id"]
        if change["kind"] == "edited" and change["cluster_id"] is not None and change["edit_hash"] is not None:
            edit = change["cluster_id"], change["edit_hash"]
            key = (*edit, seen[(*edit, change["article_id"])])
            seen[(*edit, change["article_id"])] += 1
        groups.setdefault(key, []).append(change)
    told = [{**group[0], "codes": [change["code"] for change in group]} for group in groups.values()]
    return told[::-1]
