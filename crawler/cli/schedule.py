"""`newstrail next`, and the schedule's part of `newstrail status`."""

from datetime import UTC, datetime
from typing import Any

import click

from crawler.cli import lookup
from crawler.cli.output import json_option, print_records
from crawler.learning import Profiles, age_at, page_of
from crawler.rules import revisit
from crawler.rules.dates import utc_text
from storage import budgets, schedule

_COLUMNS = {"when": "due ({zone})", "what": "what", "title": "title", "why": "why"}


@click.command()
@click.argument("number", type=click.IntRange(1, 10_000), default=20)
@json_option
@click.pass_obj
def next(config_path: str | None, number: int, as_json: bool) -> None:
    """The NUMBER (20) listings and articles that are looked at next, and why."""
    settings, db = lookup.opened(config_path)
    zone, now = lookup.zone_of(settings), utc_text(datetime.now(UTC))
    curves, prices = Profiles(db), {}
    found: list[dict[str, Any]] = []
    for row in schedule.planned(db, number):
        why = f"{row['rule']}; {row['reason']}" if row["reason"] else row["rule"]
        found.append({"due_at": row["next_run_at"], "what": row["key"], "title": row["name"], "why": why})
    for row in budgets.upcoming(db, number):
        price = prices.setdefault(row["site"], budgets.price(db, row["site"]) or revisit.FIRST_PRICE)
        why = _why(row, curves, price, now)
        found.append({"due_at": row["next_check_at"], "what": row["code"], "title": row["title"], "why": why})
    found = sorted(found, key=lambda item: item["due_at"])[:number]
    for item in found if not as_json else ():
        item["when"] = lookup.local(item["due_at"], zone)
    columns = {key: heading.format(zone=zone) for key, heading in _COLUMNS.items()}
    print_records(found, columns, as_json, empty="nothing is planned: no source was crawled yet")


def _why(row: dict[str, Any], curves: Profiles, price: float, now: str) -> str:
    """What an article's next look is planned for."""
    if row["state"] != "live":
        return "not read yet" if row["version_count"] == 0 else f"{row['state']}: whether it is back"
    for column, what in (
        ("gone_since", "not found: whether it stays away"),
        ("variant_version_id", "an older content came back: whether it stays"),
        ("hinted_at", "its listing shows another title"),
    ):
        if row[column] is not None:
            return what
    last = row["last_read_at"] or row["first_seen_at"]
    curve, due = curves.of(row["source_id"]), max(now, row["next_check_at"])
    expected = curve.expected(age_at(row, due)) - curve.expected(age_at(row, last))
    chance = 1 - revisit.unchanged_probability(page_of(row), expected)
    return f"edited since its last look with a chance of {chance:.0%} (worth it from {price:.1%})"
