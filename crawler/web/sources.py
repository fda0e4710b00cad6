"""`/sources` and `/sources/<key>`: how each watched listing is read, and when its articles are edited."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, unquote
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import figures, lookup
from crawler.errors import NotFoundError
from crawler.learning import Profiles
from crawler.rules import revisit, usual
from crawler.rules.dates import later, utc_text
from crawler.web import charts, edit_times, page, passages
from crawler.web.measuring import Kept, measured
from storage import history, watching

_TROUBLES, _LOOKS = 10, 10  # shown of a source
_ALL = 0  # the number of no source
_SECONDS = 60.0  # that a count may take
_NOT_YET: dict[str, Any] = {"at": None, "sources": {}, "warnings": [], "days": {}}
# Of an incident -> what was seen; nothing of why.
SEEN = {
    "blocked": "The site answered with a block page or a refusal",
    "login": "The site asked for a login",
    "soft_404": "The site answered “not found”, with a status that says otherwise",
    "empty": "The answer held no text",
    "partial": "The answer was cut short",
    "gone": "Not available at its address",
    "robots": "robots.txt asks not to read it",
    "error": "It could not be fetched",
    "quarantined": "Most pages of one crawl did not look like the site's own; nothing was concluded from them",
    "quiet": "It has brought nothing new for longer than usual",
}
OUTCOMES = {
    "ok": "read as planned", "partial": "read in part", "failed": "nothing was read",
    "interrupted": "has not ended, or was interrupted",
}  # fmt: skip
WHAT = {
    "variant": "Older content that came back once", "blocked": "Refused, a login asked for, or a false “not found”",
    "pending": "Findings that wait for a second look", "versions": "Versions recorded", "looks": "Looks made",
    "bytes": "Megabytes of answers stored",
}  # fmt: skip
_kept: WeakKeyDictionary[Any, dict[int, Kept]] = WeakKeyDictionary()


async def overview(datasette: Any, request: Request) -> Response:
    """`/sources`: every source on record."""
    counted = await _counted(datasette)
    listings = await page.read(datasette, watching.listings_now)
    context = {
        "sources": [_told(datasette, listing, counted) for listing in listings],
        "warnings": [_warning(warning) for warning in counted["warnings"]],
    }
    return await page.page(datasette, request, "sources.html", {**_words(counted), **context})


async def one(datasette: Any, request: Request) -> Response:
    """`/sources/<key>`: one of them, with its charts."""
    key = unquote(request.url_vars["key"])
    listings = await page.read(datasette, watching.listings_now, key)
    if not listings:
        raise NotFoundError(f"{key}: no source of that key is on record")
    counted = await _counted(datasette)
    source = _told(datasette, listings[0], counted)
    zone = lookup.zone_of(datasette.newstrail.settings, source["site"])
    own = await measured(_slot(datasette, source["id"]), lambda: page.read(
        datasette, _own, source["id"], zone, within=_SECONDS))  # fmt: skip
    seen = await page.read(datasette, watching.troubles, source["id"], _TROUBLES)
    today = datetime.now(zone).date()
    context = {
        "source": source,
        "own": own,
        "troubles": _plain(datasette, seen),
        "looks": _plain(datasette, own["looks"]) if own else [],
        "shares": _shares(counted["days"].get(source["id"], []), today),
        "growth": _growth(counted["days"].get(source["id"], []), today),
        "warnings": [_warning(warning) for warning in counted["warnings"] if warning["source"] == key],
        "source_zone": str(zone),
    }
    return await page.page(datasette, request, "source.html", {**_words(counted), **context})


def path_of(key: str) -> str:
    """The address of a source's page.

    >>> path_of("要闻(a/b)")
    '/sources/%E8%A6%81%E9%97%BB%28a%2Fb%29'
    """
    return f"/sources/{quote(key, safe='')}"


def _words(counted: dict[str, Any]) -> dict[str, Any]:
    return {"seen": SEEN, "outcomes": OUTCOMES, "source_path": path_of, "percent": figures.percent,
            "counted_at": counted["at"], "days": usual.DAYS}  # fmt: skip


async def _counted(datasette: Any) -> dict[str, Any]:
    """What `newstrail status` tells of all sources: `at`, `sources` (by number), `warnings`, `days` (by number)."""
    found: dict[str, Any] | None = await measured(
        _slot(datasette, _ALL), lambda: page.read(datasette, _all, within=_SECONDS)
    )
    return found or _NOT_YET


def _slot(datasette: Any, source_id: int) -> Kept:
    return _kept.setdefault(datasette, {}).setdefault(source_id, Kept())


def _all(db: Database) -> dict[str, Any]:
    now = utc_text(datetime.now(UTC))
    days = figures.by_day(db, now)
    sources = history.sources_status(db, now)
    by_number = {source["id"]: source for source in sources}
    return {"at": now, "warnings": figures.measure(db, sources, now, days), "sources": by_number, "days": dict(days)}


def _own(db: Database, source_id: int, zone: ZoneInfo) -> dict[str, Any]:
    """What only a source's own page tells."""
    now = utc_text(datetime.now(UTC))
    found = watching.edits(db, source_id, later(now, -usual.DAYS * 86400))
    rates = [24 * rate for rate in Profiles(db).of(source_id).rates]
    hours, ages = edit_times.by_hour(found["at"], zone), edit_times.by_age(found["age"])
    names = [edit_times.age_name(low, high) for low, high in edit_times.spans()]
    starts = [edit_times.hours_text(edge) for edge in revisit.EDGES[: revisit.BUCKETS]]
    return {
        "edits": sum(hours),
        "looks": watching.next_looks(db, source_id, _LOOKS),
        "now": now,
        "hours": charts.bars(hours, [f"{hour:02}:00" for hour in range(24)], "{:g}".format, every=4),
        "ages": charts.bars(ages, names, "{:g}".format).under(starts, every=2),
        "curve": charts.dots(rates, names, "{:.2g}".format).under(starts, every=2),
    }


def _told(datasette: Any, listing: dict[str, Any], counted: dict[str, Any]) -> dict[str, Any]:
    """A source as it stands, with its figures as they were counted last."""
    settings, number = datasette.newstrail.settings, listing["id"]
    own = counted["days"].get(number, [])
    changes = [day.get("changes") for day in own[: usual.DAYS]][::-1] or [None]
    return {
        **counted["sources"].get(number, {}),
        **listing,
        "watched": listing["key"] in settings.sources,
        "last_reason": passages.shown(listing["last_reason"] or "", datasette.newstrail.showing),
        "spark": charts.spark(changes, _ago(len(changes)), "{:g}".format),
        "recent": sum(change or 0 for change in changes),
    }


def _ago(count: int) -> list[str]:
    return [f"−{days} d" for days in range(count - 1, -1, -1)]


def _shares(days: Sequence[figures.Day], today: date) -> list[tuple[str, str, charts.Chart]]:
    """(what, its value over 7 days, its chart by day), for each share of the looks."""
    week, shown = usual.together(days[: usual.WEEK]), days[: usual.DAYS][::-1]
    labels = edit_times.day_names(len(shown), today)
    found = []
    for name in figures.SHARES:
        chart = charts.bars([usual.value(day, name) for day in shown], labels, _percent, least=0.01)
        found.append((WHAT[name], figures.percent(usual.value(week, name)), chart))
    return found


def _growth(days: Sequence[figures.Day], today: date) -> list[tuple[str, str, charts.Chart]]:
    """(what, its amount a day over 7 days, its chart by day); the bytes are megabytes."""
    shown = days[: usual.DAYS][::-1]
    labels = edit_times.day_names(len(shown), today)
    found = []
    for name in ("versions", "looks", "bytes"):
        size = 1e6 if name == "bytes" else 1
        values = [_amount(day, name, size) for day in shown]
        daily = usual.per_day(days, name) / size if days else 0.0
        found.append((WHAT[name], _short(daily), charts.bars(values, labels, _short)))
    return found


def _amount(day: figures.Day, name: str, size: float) -> float | None:
    """What was counted in a day; None where nothing was looked at, so that nothing is known."""
    if not day:
        return None
    number = usual.value(day, name) or 0
    return int(number) if size == 1 else round(number / size, 3)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _short(number: float) -> str:
    """A number in a chart.

    >>> _short(1500), _short(0.25), _short(12)
    ('1.5k', '0.25', '12')
    """
    return f"{number / 1000:.3g}k" if number >= 1000 else f"{number:.3g}"


def _warning(warning: dict[str, Any]) -> dict[str, Any]:
    figure = warning["figure"]
    low, high = (figures.amount(figure, number) for number in warning["usual"])
    told = {"value": figures.amount(figure, warning["value"]), "said": figures.SAID[figure], "low": low, "high": high}
    return {**told, "source": warning["source"]}


def _plain(datasette: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that name articles, as this reader may see them."""
    showing = datasette.newstrail.showing
    for row in found:
        hidden = showing.is_public and row["noarchive"]
        row |= {"title": None if hidden else passages.shown(row["title"] or "", showing)}
        if "reason" in row:
            row["reason"] = passages.shown(row["reason"] or "", showing)
    return found


ROUTES = [(r"/sources$", page.view(overview)), (r"/sources/(?P<key>[^/]+)$", page.view(one))]
