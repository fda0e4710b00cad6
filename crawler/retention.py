"""Dropping what is only kept for a time, while crawls go on: in short transactions, with pauses between them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.config import Retention, seconds
from crawler.rules.dates import later
from storage import retention
from storage.database import transaction, usable

_ROWS = 500  # looked at, and at most dropped, at once
_PAGES = 500  # given back at once
_LOG_WAIT = 2.0  # seconds for readers to let the log be emptied
OnStep = Callable[[str, int, int], None]  # what is done, how far, of how much


@dataclass
class Report:
    """What was dropped, or in a dry run would be."""

    checks: int = 0
    bodies: int = 0  # whose bytes were dropped
    body_bytes: int = 0  # of those, as they lay on disk
    responses: int = 0  # that are gone wholly
    freed: int = 0  # bytes by which the file is smaller
    can_shrink: bool = True  # the file was made so that it can


def prune(
    db: Database, path: Path, settings: Retention, now: str, dry_run: bool = False, on_step: OnStep | None = None
) -> Report:
    """Drop looks and bytes of responses that are older than `settings` says, and make the file smaller.

    `now` is UTC text. A dry run only counts. Raises `StorageError`; what was dropped before stays dropped.
    """
    told = on_step or (lambda what, done, total: None)
    values = {name: _before(getattr(settings, name), now) for name in ("checks", "raw")} | {"now": now}
    report = Report()
    with usable(path):
        for what, table, age, drop in _STEPS:
            for done, total in _stretches(db, table) if values[age] is not None else ():
                drop(db, values | done, dry_run, report)
                told(what, done["upto"], total)
        if not dry_run:
            _shrink(db, path, report, told)
    return report


def _before(age: str | None, now: str) -> str | None:
    return None if age is None else later(now, -seconds(age))


def _stretches(db: Database, table: str) -> Iterator[tuple[dict[str, int], int]]:
    last = retention.last_number(db, table)
    for after, upto in retention.stretches(db, table, _ROWS):
        yield {"after": after, "upto": upto}, max(last, upto)


def _checks(db: Database, values: dict[str, Any], dry_run: bool, report: Report) -> None:
    found = retention.old_checks(db, values)
    report.checks += len(found) if dry_run or not found else _gently(db, retention.drop_checks, found, values)


def _bodies(db: Database, values: dict[str, Any], dry_run: bool, report: Report) -> None:
    found = retention.old_bodies(db, values)
    report.bodies += len(found) if dry_run or not found else _gently(db, retention.drop_bodies, list(found), values)
    report.body_bytes += sum(found.values())


def _responses(db: Database, values: dict[str, Any], dry_run: bool, report: Report) -> None:
    found = retention.old_responses(db, values)
    report.responses += len(found) if dry_run or not found else _gently(db, retention.drop_responses, found, values)


# What is dropped, in which table it is looked for, whose age counts, and how.
_STEPS = (
    ("old looks", "checks", "checks", _checks),
    ("old pages", "responses", "raw", _bodies),
    ("old responses", "responses", "raw", _responses),
)


def _gently(db: Database, drop: Callable[..., int], found: Any, values: dict[str, Any]) -> int:
    """Drop in one transaction; then leave the file to others for as long as that took."""
    began = time.monotonic()
    with transaction(db):
        dropped = drop(db, found, values)
    time.sleep(time.monotonic() - began)
    return dropped


def _shrink(db: Database, path: Path, report: Report, told: OnStep) -> None:
    report.can_shrink = retention.can_shrink(db)
    retention.checkpoint(db, _LOG_WAIT)
    before = path.stat().st_size
    for done, total in _given_back(db) if report.can_shrink else ():
        told("making the file smaller", done, total)
    retention.checkpoint(db, _LOG_WAIT)
    report.freed = max(0, before - path.stat().st_size)


def _given_back(db: Database) -> Iterator[tuple[int, int]]:
    total = left = retention.free_pages(db)
    while left:
        began = time.monotonic()
        retention.shrink(db, _PAGES)
        time.sleep(time.monotonic() - began)
        before, left = left, retention.free_pages(db)
        if left >= before:
            return  # a crawl leaves as many as are given back
        yield total - left, total
