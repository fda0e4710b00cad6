"""What is derived of contents and edits: hashes, facts, severity, a summary. Rules may be run over them again."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler.items import MEDIA, METADATA, Fact, FactChange, Fields
from crawler.rules import diff, facts
from crawler.rules.severity import severity
from crawler.rules.severity.disclosure import disclosure
from crawler.rules.story import edit_hash
from crawler.rules.text import content_hash, text_hash
from storage import facts as stored_facts

_TOLD = 3  # facts or URLs in a summary
NO_DETAILS: dict[str, Any] = {
    "fields": [], "added_chars": 0, "removed_chars": 0, "severity": None, "disclosure": None, "summary": "",
    "edit_hash": None,
}  # fmt: skip


def columns(content: Fields, extractor: str) -> dict[str, Any]:
    """A content's columns in `versions`."""
    values = {name: getattr(content, name) for name in Fields.__struct_fields__}
    values["body_html"], values["body_text"] = content.body_html or "", content.body_text or ""
    digest = text_hash(content.title, values["body_text"])
    metadata = [getattr(content, name) for name in (*METADATA, *MEDIA)]
    return {**values, "text_hash": digest, "content_hash": content_hash(digest, metadata), "extractor": extractor}


def write_facts(db: Database, version_id: int, content: Fields) -> tuple[Fact, ...]:
    """Find what a version states, and write it; the facts."""
    found = facts.find(content.title or "", content.body_text or "", content.body_html or "", content.tables)
    stored_facts.put_facts(db, version_id, map(msgspec.structs.asdict, found))
    return found


def read_facts(db: Database, version_id: int) -> list[Fact]:
    """What a version states, as it was written."""
    return [msgspec.convert(row, Fact, strict=False) for row in stored_facts.facts_of(db, version_id)]


def fact_changes(db: Database, old_version_id: int, new_version_id: int) -> list[FactChange]:
    """What became of the facts from one version to another."""
    return list(facts.changes(read_facts(db, old_version_id), read_facts(db, new_version_id)))


def details(
    kind: str, old: Fields, new: Fields, fields: tuple[str, ...], fact_changes: Sequence[FactChange]
) -> dict[str, Any]:
    """The columns of `changes` that say what an edit (or a restoration with one) changed."""
    if not fields:  # an edit to the rules that recorded it, none to today's
        return {**NO_DETAILS, "severity": "cosmetic" if kind == "edited" else None}
    texts = {"title": (old.title or "", new.title or ""), "body": _bodies(old, new)}
    operations = {name: diff.compare(*texts[name]) for name in texts if name in fields}
    counted = [diff.counts(found, texts[name][0]) for name, found in operations.items()]
    shown = [name for name in fields if name != "tables" or "body" not in fields]  # its words are the body's too
    told = [_told(name, old, new, operations.get(name)) for name in shown]
    what = {
        **NO_DETAILS,
        "fields": list(fields),
        "added_chars": sum(added for added, _ in counted),
        "removed_chars": sum(removed for _, removed in counted),
        "summary": "; ".join(told),
    }
    if kind == "edited":
        body = operations.get("body", [])
        whole = [f"{content.title or ''}\n{content.body_text or ''}" for content in (old, new)]
        what["severity"] = severity(fields, old, new, body, fact_changes)
        what["disclosure"] = disclosure(whole[0], whole[1], old.modified_at, new.modified_at)
        what["edit_hash"] = edit_hash(fields, old, new, body)
    return what


def _bodies(old: Fields, new: Fields) -> tuple[str, str]:
    return old.body_text or "", new.body_text or ""


def _told(name: str, old: Fields, new: Fields, operations: list[diff.Operation] | None) -> str:
    if operations is not None:
        before, after = (old.title or "", new.title or "") if name == "title" else _bodies(old, new)
        return diff.summary(before, after, operations, limit=240)
    if name in MEDIA:
        return f"{name}: {listed(getattr(old, name), getattr(new, name))}"
    return f"{name}: {getattr(old, name) or '—'} → {getattr(new, name) or '—'}"


def listed(old: list[Any], new: list[Any]) -> str:
    """What went out of a list and what came into it; of tables, by the words of their cells."""
    before, after = list(_flat(old)), list(_flat(new))
    gone, come = [x for x in before if x not in set(after)], [x for x in after if x not in set(before)]
    if not gone and not come:
        return "in another order"
    return f"{_few(gone)} → {_few(come)}"


def _flat(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _few(values: list[str]) -> str:
    more = ["…"] if len(values) > _TOLD else []
    return " ".join([*(value[:80] for value in values[:_TOLD]), *more]) or "—"
