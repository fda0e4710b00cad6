"""`newstrail next`, and the schedule's part of `newstrail status`."""

from datetime import UTC, datetime
from math import inf, log
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from crawler import lookup
from crawler.cli.output import json_option, print_records
from crawler.config import Config, Source
from crawler.learning import Profiles, age_at, page_of, price_of
from crawler.rules import revisit
from crawler.rules.dates import later, utc_text
from storage import budgets, schedule, sources

_SAMPLE = 500  # articles of a source, by which the share of edits missed is reckoned
_BARS = "▁▂▃▄▅▆▇█"
_SLOWEST = 1 / 720  # edits a day of the lowest bar
_SOURCES = {
    "key": "source", "rule": "rule", "next": "next ({zone})", "curve": "edits by age, 0 to 30 days",
    "first": "a day at first", "after": "after 1 day", "price": "price", "missed": "edits missed", "reason": "reason",
}  # fmt: skip
_SITES = {
    "site": "site", "per_day": "requests a day", "spent": "made in 24 h", "tokens": "left now",
    "patrol": "for removals", "price": "price",
}  # fmt: skip
_COLUMNS = {"when": "due ({zone})", "what": "what", "title": "title", "why": "why"}


@click.command("next")
@click.argument("number", type=click.IntRange(1, 10_000), default=20)
@json_option
@click.pass_obj
def upcoming(config_path: str | None, number: int, as_json: bool) -> None:
    """The NUMBER (20) listings and articles that are looked at next, and why."""
    settings, db = lookup.opened(config_path)
    zone, now = lookup.zone_of(settings), utc_text(datetime.now(UTC))
    curves = Profiles(db)
    prices: dict[str, float] = {}
    found: list[dict[str, Any]] = []
    for row in schedule.planned(db, number):
        why = f"{row['rule']}; {row['reason']}" if row["reason"] else row["rule"]
        found.append({"due_at": row["next_run_at"], "what": row["key"], "title": row["name"], "why": why})
    for row in budgets.upcoming(db, number):
        price = prices.setdefault(row["site"], price_of(db, row["site"]))
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


def of_sites(db: Database, settings: Config, now: str) -> list[dict[str, Any]]:
    """What each site's looks may cost in a day, and did in the last 24 hours (`now`: UTC text)."""
    spent = budgets.spent(db, later(now, -86400))
    counted = [budget for name in settings.sites if (budget := budgets.find(db, name)) is not None]
    return [{**budget, "spent": spent.get(budget["site"], 0)} for budget in counted]


def of_sources(db: Database, settings: Config) -> list[dict[str, Any]]:
    """Each source's place in the schedule, its edits a day by age, and the share of edits that is to be missed."""
    curves = Profiles(db)
    found = []
    for row in schedule.plans(db):
        if row["key"] not in settings.sources:
            continue
        source = settings.sources[row["key"]]
        curve = curves.of(row.pop("source_id"))
        price = price_of(db, source.site)
        rates = [
            {"from_hours": edge, "edits_per_day": 24 * rate}
            for edge, rate in zip(revisit.EDGES, curve.rates, strict=False)
        ]
        missed = _missed(db, source, curve, price)
        row["rule"] = source.schedule
        found.append({**row, "site": source.site, "price": price, "edits_by_age": rates, "missed": missed})
    return found


def _missed(db: Database, source: Source, curve: revisit.Profile, price: float) -> float | None:
    """The expected share of edits missed of a source's latest articles; None where it has none."""
    known = sources.find_source(db, source.key)
    articles = budgets.latest_of(db, known["id"], _SAMPLE) if known else []
    pages = [(curve, page_of(row), age_at(row, row["last_read_at"])) for row in articles if row["last_read_at"]]
    return round(revisit.missed_share(pages, price, inf), 4) if pages else None


def print_schedule(sites: list[dict[str, Any]], sources: list[dict[str, Any]], zone: ZoneInfo) -> None:
    """Both as tables."""
    print_records([_site(site) for site in sites], _SITES, False, empty="no budget was counted yet: no daemon has run")
    click.echo()
    columns = {key: heading.format(zone=zone) for key, heading in _SOURCES.items()}
    print_records([_source(source, zone) for source in sources], columns, False, empty="no source was crawled yet")


def _site(site: dict[str, Any]) -> dict[str, Any]:
    counts = {name: f"{site[name]:.0f}" for name in ("per_day", "tokens", "patrol")}
    return {**site, **counts, "price": f"{site['price']:.1%}"}


def _source(source: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    rates = [bucket["edits_per_day"] for bucket in source["edits_by_age"]]
    day_old = next(bucket["edits_per_day"] for bucket in source["edits_by_age"] if bucket["from_hours"] >= 24)
    return {
        **source,
        "next": "paused" if source["paused_at"] else lookup.local(source["next_run_at"], zone),
        "curve": "".join(map(_bar, rates)),
        "first": f"{rates[0]:.2f}",
        "after": f"{day_old:.3f}",
        "price": f"{source['price']:.1%}",
        "missed": "–" if source["missed"] is None else f"{source['missed']:.0%}",
    }


def _bar(rate: float) -> str:
    """A bar of a small chart, each three times the one below it."""
    height = int(log(max(rate, _SLOWEST) / _SLOWEST, 3))
    return _BARS[min(height, len(_BARS) - 1)]
