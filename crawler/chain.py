"""The chain, followed link by link: where it does not follow from its rows, and which row or link that is of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import msgspec

from storage.evidence import link_of

_CHAINED = {
    "version": "site, code, number, first_seen_at or the hashes of its responses",
    "change": "site, code, kind, changed_by, new_version_id or the hashes of its version's responses",
    "redaction": "site, code, reason or redacted_at",
}
_BRIDGED = 2  # links that are missing in one place: so many are tried to be made again from rows that have none
Row = dict[str, Any]


class Finding(msgspec.Struct, frozen=True):
    """A row that is not as it was recorded. `row_id` in that table, 0: none; `article`: site and code."""

    table: str
    row_id: int
    article: str
    what: str

    def line(self) -> str:
        """It in one line."""
        of = f" ({self.article})" if self.article else ""
        number = f" row {self.row_id}" if self.row_id else ""
        return f"{self.table}{number}{of}: {self.what}"


@dataclass
class _Walk:
    """Where one is: the link of the row before, and of the one before that; `row`: the row before, if it is there."""

    loose: list[Row]
    link: str = ""
    before: str = ""
    number: int = 0
    row: Row | None = None
    held: tuple[Row, str, str] | None = None  # a break: its row, the link that this would have, what more is known
    last_ids: dict[str, int] = field(default_factory=dict)


def chain_findings(rows: Iterable[Row], loose: list[Row]) -> Iterator[Finding]:
    """Where the chain's links do not follow from its rows; `loose`: rows that no link is of. Behind a break it goes on
    from the link as stored, so that each break is told once, and the next row tells what was altered."""
    walk = _Walk(loose)
    for row in rows:
        yield from _step(walk, row)
        walk.before, walk.link, walk.number = walk.link, row["link"], row["number"]
        walk.row = row if _is_there(row) else None
        walk.last_ids[row["kind"]] = row["row_id"]
    if walk.held:
        yield _told(walk, "nothing behind it tells whether the row or the link was altered")


def _step(walk: _Walk, row: Row) -> Iterator[Finding]:
    missing = row["number"] - walk.number - 1
    there = _is_there(row)
    fits = there and not missing and link_of(row, walk.link) == row["link"]
    if walk.held and fits:
        yield _told(walk, "the next link follows from it: the row was altered, or some before it were taken out")
    elif walk.held and (missing or not there):
        yield _told(walk, "what stood behind it is gone, too")
    if missing:
        yield Finding("chain", row["number"], "", _gap(walk, row, missing))
    if not there:
        yield Finding("chain", row["number"], "", f"the {row['kind']} {row['row_id']} that it is of was removed")
    elif row["row_id"] <= walk.last_ids.get(row["kind"], 0):
        what = f"the {row['kind']} {row['row_id']} stands in it twice, or in another place than it was recorded in"
        yield Finding("chain", row["number"], _of(row), what)
    if there and not missing and not fits:
        yield from _break(walk, row)


def _break(walk: _Walk, row: Row) -> Iterator[Finding]:
    """A row whose link does not follow from it and the link before: does it from another?"""
    held = walk.held
    if held and link_of(row, held[1]) == row["link"]:
        yield Finding("chain", held[0]["number"], _of(held[0]), "its link was altered; the rows around it fit")
        walk.held = None
    elif walk.row and link_of(row, walk.before) == row["link"]:
        yield _put_in(walk.row)
        walk.held = None
    else:
        if held:
            yield _told(walk, "the next link does not follow from it either")
        walk.held = (row, link_of(row, walk.link), _left_out(walk, row))


def _put_in(row: Row) -> Finding:
    what = f"{row['kind']} {row['what']} was put in: the link behind it follows from the one before it"
    return Finding("chain", row["number"], _of(row), what)


def _gap(walk: _Walk, row: Row, missing: int) -> str:
    first, last = walk.number + 1, row["number"] - 1
    said = f"number {first} is missing" if missing == 1 else f"number {first} to {last} is missing"
    if missing <= _BRIDGED and _is_there(row):
        for tried in permutations(walk.loose, missing):
            link = walk.link
            for one in tried:
                link = link_of(one, link) if _is_there(one) else ""
            if link_of(row, link) == row["link"]:
                names = " and ".join(f"{one['kind']} {one['row_id']}" for one in tried)
                return f"{said} before it: links were removed, and {names} stand as they were recorded"
    return f"{said} before it: rows were removed or altered; the link behind them is taken as it stands"


def _left_out(walk: _Walk, row: Row) -> str:
    """Rows of its kind are numbered without gaps, in the order of the chain."""
    first, last = walk.last_ids.get(row["kind"], 0) + 1, row["row_id"] - 1
    if first > last:
        return ""
    return f"{row['kind']}s {first} to {last} are" if first < last else f"{row['kind']} {first} is"


def _told(walk: _Walk, known: str) -> Finding:
    assert walk.held is not None
    row, _, left_out = walk.held
    walk.held = None
    known = f"{left_out} not in the chain before it: rows were taken out" if left_out else known
    what = (
        f"{row['kind']} {row['what']}: link {row['number']} of the chain does not match it"
        f" ({_CHAINED[row['kind']]}); {known}"
    )
    return Finding(f"{row['kind']}s", row["row_id"], _of(row), what)


def _is_there(row: Row) -> bool:
    return row["at"] is not None and row["site"] is not None


def _of(row: Row) -> str:
    return f"{row['site']} {row['code']}"
