"""What is looked at now: as many articles as a site's budget allows, those first whose edit is likeliest; and how often
a listing is worth it."""

from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Config, Site, Source, seconds
from crawler.learning import Profiles, age_at, next_look, page_of, price_of
from crawler.rules import revisit
from crawler.rules.dates import from_utc_text, later
from storage import budgets, sources
from storage.database import transaction

_DAY, _HOUR = 86400, 3600
_MINUTE = 1 / 60  # hours
_FEWEST_A_DAY, _LOOKS_AN_ARTICLE = 200, 20
_WEEK, _FORTNIGHT = 7, 14  # days
_PATROLLED = 7 * _DAY  # seconds after it was found, in which an article's removal is looked for
_MOST_AT_ONCE = 5000  # articles that one choice is made of
_TICK = 1 / 6  # hours; the step of the price is that of so much time
_LISTINGS_SHARE = 0.2  # of a site's budget, for listings that the record times


def pick(db: Database, settings: Config, site: str, now: str, most: int) -> list[int]:
    """Ids of the articles to look at now (UTC text), no more than `most`, the most urgent first; what they cost is
    taken from the budget.

    What waits to be settled comes first; then come those whose edit is likely enough to be worth the site's price, the
    likeliest first; a share of the budget looks for removals. The others are planned anew.
    """
    with transaction(db):
        budget, passed = _counted(db, settings, site, now)
        price, tokens, per_hour = budget["price"], budget["tokens"], budget["per_day"] / 24
        saved = (1 - settings.sites[site].patrol) * per_hour * revisit.BURST / 2
        chosen = budgets.unsettled(db, site, now, most)
        due = _weighed(db, site, now)
        worth = sum(score >= price for score, _ in due)
        spare = max(0, int(tokens - saved))  # what is saved up for over an hour would soon be lost
        left = max(0, min(int(tokens), most, max(worth, spare)) - len(chosen))
        chosen += [article["id"] for _, article in due[:left]]
        patrol = _patrol(db, site, now, chosen, min(int(budget["patrol"]), most - len(chosen)))
        put_off = [article for score, article in due[left:] if score < price]
        budgets.put_off(db, _planned_anew(db, settings.sites[site], put_off, now, price))
        budget["price"] = revisit.next_price(price, worth, tokens, per_hour * _TICK, passed / _TICK)
        budget["tokens"] -= len(chosen)
        budget["patrol"] -= len(patrol)
        budgets.put(db, budget)
    return chosen + patrol


def _patrol(db: Database, site: str, now: str, but: list[int], most: int) -> list[int]:
    """Ids of the young articles, none of `but`, that are likeliest to have been taken down since their last look."""
    if most <= 0:
        return []
    young = budgets.young(db, site, later(now, -_PATROLLED), later(now, -_HOUR))
    left = set(but)
    valued = (
        (revisit.patrol_value(_hours(now, row["last_checked_at"]), _hours(now, row["first_seen_at"])), row["id"])
        for row in young
        if row["id"] not in left
    )
    return [number for _, number in nlargest(most, valued)]


def _hours(now: str, then: str) -> float:
    passed: float = (from_utc_text(now) - from_utc_text(then)).total_seconds()
    return passed / _HOUR


def _counted(db: Database, settings: Config, site: str, now: str) -> tuple[dict[str, Any], float]:
    """A site's budget with the tokens that it has by now, and the hours since it was counted last."""
    per_day = requests_per_day(db, settings, site, now)
    share = settings.sites[site].patrol
    budget = budgets.find(db, site)
    if budget is None:  # a full one
        began = later(now, -revisit.BURST * _HOUR)
        budget = {"site": site, "price": revisit.FIRST_PRICE, "tokens": 0.0, "patrol": 0.0, "tokens_at": began}
    passed = max(0.0, _hours(now, budget["tokens_at"]))
    counted = {
        "tokens": revisit.tokens_after(budget["tokens"], per_day * (1 - share), passed),
        "patrol": revisit.tokens_after(budget["patrol"], per_day * share, passed),
    }
    return budget | counted | {"tokens_at": now, "per_day": per_day}, passed


def requests_per_day(db: Database, settings: Config, site: str, now: str) -> float:
    """Requests a day that a site's looks may cost: as configured, else by its new articles; never more than its delay
    leaves room for."""
    asked = settings.sites[site].requests_per_day
    if asked is None:
        found = budgets.found_since(db, site, later(now, -_WEEK * _DAY))
        asked = max(_FEWEST_A_DAY, _LOOKS_AN_ARTICLE * found // _WEEK)
    return min(asked, _DAY / settings.crawl.delay) if settings.crawl.delay else asked


def _weighed(db: Database, site: str, now: str) -> list[tuple[float, dict[str, Any]]]:
    """Due articles with what a look at each is worth, the worthiest first."""
    curves = Profiles(db)
    found = []
    for article in budgets.candidates(db, site, now, _MOST_AT_ONCE):
        last, age = age_at(article, _last_read(article)), age_at(article, now)
        found.append((revisit.score(curves.of(article["source_id"]), page_of(article), last, age), article))
    return sorted(found, key=lambda pair: pair[0], reverse=True)


def _planned_anew(
    db: Database, rules: Site, articles: list[dict[str, Any]], now: str, price: float
) -> list[tuple[str | None, int]]:
    """When articles that are not worth a look now may be: pairs of that and the id."""
    curves = Profiles(db)
    plans = []
    for article in articles:
        last, age = age_at(article, _last_read(article)), age_at(article, now)
        due = revisit.next_age(curves.of(article["source_id"]), page_of(article), last, price)
        plans.append((next_look(article, rules, now, max(due - age, revisit.MIN_GAP)), article["id"]))
    return plans


def _last_read(article: dict[str, Any]) -> str:
    return str(article["last_read_at"] or article["first_seen_at"])


def replan(db: Database, settings: Config) -> int:
    """Plan each article's next look anew, by what was learned and by its site's price now; how many were moved by more
    than a tenth of their wait. In short transactions, so that no crawl has to wait for it."""
    curves, moved, last = Profiles(db), 0, 0
    prices = {site: budgets.price(db, site) for site in settings.sites}
    while articles := budgets.planned(db, last, _MOST_AT_ONCE):
        last = articles[-1]["id"]
        changed = []
        for article in articles:
            price = prices.get(article["site"])
            if price is not None and (due := _moved(article, settings.sites[article["site"]], curves, price)):
                changed.append((due, article["id"], article["next_check_at"]))
        with transaction(db):
            moved += budgets.move(db, changed)
    return moved


def _moved(article: dict[str, Any], rules: Site, curves: Profiles, price: float) -> str | None:
    """When an article's next look is due now, where that is another time than was planned."""
    last = article["last_read_at"]
    age, curve = age_at(article, last), curves.of(article["source_id"])
    due = next_look(article, rules, last, revisit.next_age(curve, page_of(article), age, price) - age)
    if due is None:
        return None
    wait, shift = _hours(article["next_check_at"], last), _hours(due, article["next_check_at"])
    return due if abs(shift) > max(_MINUTE, wait / 10) else None


def listing_gap(db: Database, settings: Config, source: Source, now: str) -> timedelta:
    """How long after one reading the next of a listing that the record times is worth it: between its `min_every` and
    its `every`, by what is found at this hour of the day."""
    assert source.min_every is not None and source.every is not None
    known = sources.find_source(db, source.key)
    per_day = requests_per_day(db, settings, source.site, now)
    timed = sum(other.site == source.site and other.min_every is not None for other in settings.sources.values())
    soonest = max(seconds(source.min_every) / _HOUR, 24 * timed / (_LISTINGS_SHARE * per_day))
    latest = seconds(source.every) / _HOUR
    if known is None:
        return timedelta(hours=latest)
    rate = Profiles(db).of(known["id"]).rate(0.0)
    price = price_of(db, source.site)
    found = _found_per_hour(db, known["id"], settings.sites[source.site].zone, now)
    return timedelta(hours=revisit.listing_gap(price, found, rate, min(soonest, latest), latest))


def _found_per_hour(db: Database, source_id: int, zone: ZoneInfo, now: str) -> float:
    """New articles of a source in an hour, at this hour of the day, over the last fortnight or since it is watched;
    half of a first one is presumed."""
    hour = _local(now, zone).hour
    since = later(now, -_FORTNIGHT * _DAY)
    rows = budgets.found_by_hour(db, source_id, since)
    found: int = sum(row["found"] for row in rows if _local(row["hour"], zone).hour == hour)
    days = _hours(now, max(since, budgets.watched_since(db, source_id) or now)) / 24
    return (found + 0.5) / max(1.0, days)


def _local(moment: str, zone: ZoneInfo) -> datetime:
    return from_utc_text(moment).astimezone(zone)
