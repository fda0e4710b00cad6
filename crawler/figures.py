"""What the record says of each source's looks: noise, growth, and the warnings where they leave their usual range."""

from collections import defaultdict
from typing import Any

from sqlite_utils import Database

from crawler.rules import usual
from crawler.rules.dates import later
from storage import health

Day = dict[str, int]  # what was counted in one day: looks by outcome, `changes`, `marked_false`, `versions`, `bytes`
SHARES = ("variant", "blocked", "pending")
AMOUNTS = ("bytes", "versions", "looks")
SAID = {  # of a warning -> what it says
    "false": "of the changes are marked false",
    "variant": "of the looks were variants",
    "blocked": "of the looks were blocked",
    "pending": "of the looks found what waits for its confirmation",
    "bytes": "bytes were stored",
    "versions": "versions were recorded",
    "looks": "looks were made",
}


def measure(
    db: Database, sources: list[dict[str, Any]], now: str, days: dict[int, list[Day]] | None = None
) -> list[dict[str, Any]]:
    """Give each source its figures; the warnings of those that are above their usual range.

    `sources` as `storage.history.sources_status` gives them; `now`: UTC text; `days`: as `by_day` gives them, where
    the caller has them.
    """
    days = by_day(db, now) if days is None else days
    verdicts, waiting, incidents = health.verdicts(db), health.waiting(db), health.open_incidents(db)
    warnings = []
    for source in sources:
        number = source.pop("id")
        own = days[number]
        week = usual.together(own[: usual.WEEK])
        marked = verdicts.get(number, {"changes": 0, "marked_reviewed": 0, "marked_false": 0})
        source.update(
            {
                **marked,
                "false_rate": usual.value(marked, "false"),
                **{f"{name}_rate": usual.value(week, name) for name in SHARES},
                "waiting": waiting.get(number, 0),
                "open_incidents": incidents.get(number, 0),
                "growth_per_day": {name: round(usual.per_day(own, name), 1) for name in AMOUNTS},
            }
        )
        warnings += [_warning(source["key"], left) for left in usual.left(own)]
    return warnings


def by_day(db: Database, now: str) -> dict[int, list[Day]]:
    """Source -> what was counted in the last 24 hours before `now` (UTC text), in the 24 hours before, and so on."""
    since = later(now, -(usual.DAYS + 1) * 86400)
    days: dict[int, list[Day]] = defaultdict(lambda: [{} for _ in range(usual.DAYS + 1)])
    for row in health.looks(db, now, since):
        days[row["source_id"]][row["days_ago"]][row["outcome"]] = row["looks"]
    for row in health.changes(db, now, since):
        days[row.pop("source_id")][row.pop("days_ago")] |= row
    return days


def _warning(key: str, left: usual.Left) -> dict[str, Any]:
    value, low, high = (amount(left.figure, number) for number in (left.value, left.low, left.high))
    message = f"{key}: {value} {SAID[left.figure]} in the last 24 hours; usual are {low} to {high}"
    return {
        "source": key, "figure": left.figure, "value": left.value, "usual": [left.low, left.high], "message": message,
    }  # fmt: skip


def amount(figure: str, number: float) -> str:
    """A number of a warning's figure as people read it.

    >>> amount("blocked", 0.0625), amount("looks", 12345.6)
    ('6.2 %', '12,346')
    """
    return percent(number) if usual.FIGURES[figure].of else f"{number:,.0f}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as people read it.

    >>> percent(0.0625), percent(None)
    ('6.2 %', '–')
    """
    return "–" if share is None else f"{100 * share:.1f} %"
