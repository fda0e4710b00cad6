"""The front page: the stream of changes, with filters, and what is new since it was opened."""

from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import lookup
from crawler.errors import UsageError
from crawler.web import page, passages
from crawler.web.measuring import Kept, measured
from crawler.web.showing import Showing
from storage import history, marks, reading, stream
from storage.errors import CursorError

_A_PAGE = 40  # changes
_FRESH = 100  # of the newest that an open page gets at once
ALL = "all"
_KINDS = ("edited", "removed", "restored", "moved", "first_seen", ALL)
_FIELDS = (
    "title", "body", "outlet", "author", "published_at", "modified_at", "images", "tables", "links", "attachments",
)  # fmt: skip
_DISCLOSURES = ("notice", "updated_time", "none", "unknown")
CHOICES = {
    "kind": _KINDS, "field": _FIELDS, "min_severity": history.SEVERITIES, "disclosure": _DISCLOSURES,
    "verdict": marks.VERDICTS,
}  # fmt: skip
FREE = ("source", "outlet", "words")
_FURTHER = ("outlet", "field", "disclosure", "verdict", "since")
_outlets: WeakKeyDictionary[Any, Kept] = WeakKeyDictionary()


def filters(datasette: Any, request: Request) -> dict[str, Any]:
    """The filters of `storage.history.changes` that a request's arguments ask for: without a kind, all but what was
    seen first. Raises `UsageError`."""
    found: dict[str, Any] = {name: request.args.get(name) or None for name in (*CHOICES, *FREE)}
    for name, allowed in CHOICES.items():
        if found[name] is not None and found[name] not in allowed:
            raise UsageError(f"{name}={found[name]}: must be one of {', '.join(allowed)}")
    found["first_seen"] = found["kind"] in ("first_seen", ALL)
    found["kind"] = None if found["kind"] == ALL else found["kind"]
    since = request.args.get("since")
    found["since"] = lookup.moment(since, lookup.zone_of(datasette.newstrail.settings)) if since else None
    return found


async def today(datasette: Any, request: Request) -> Response:
    """`/`: the newest changes, or those before one."""
    asked = filters(datasette, request)
    before = page.number(request, "before")
    found = await page.read(datasette, _stream, datasette.newstrail.showing, asked, before)
    outlets = await measured(_outlets.setdefault(datasette, Kept()), lambda: page.read(datasette, stream.outlets))
    kept = {name: request.args[name] for name in (*CHOICES, *FREE, "since") if request.args.get(name)}
    context = {
        **found,
        **_choices(page.language(request)),
        "outlets": [row["outlet"] for row in outlets or []],
        "live": _path(datasette, "/changes/new", kept),
        "feed": lambda name: _path(datasette, f"/{name}", kept),
        "older": page.address(request, before=found["oldest"]) if found["oldest"] else None,
        "is_live": before is None,
        "filtered_further": any(request.args.get(name) for name in _FURTHER),
    }
    return await page.page(datasette, request, "today.html", context)


async def fresh(datasette: Any, request: Request) -> Response:
    """`/changes/new?after=N`: what was recorded after the change of that number, as a piece of the front page; 204
    where nothing was. `X-Newest` is the number to ask with next."""
    asked, after = filters(datasette, request), page.number(request, "after") or 0
    found = await page.read(datasette, _after, datasette.newstrail.showing, asked, after)
    headers = {"X-Newest": str(found["newest"]), "X-More": str(int(found["more"])), "Cache-Control": "no-store"}
    if not found["changes"]:
        return Response("", status=204, headers=headers)
    return await page.page(datasette, request, "fresh.html", found, headers=headers)


def _stream(db: Database, showing: Showing, asked: dict[str, Any], before: int | None) -> dict[str, Any]:
    changes = history.changes(db, limit=_A_PAGE, before=before, **asked)
    return {
        "changes": passages.of_changes(db, said_openly(changes, asked["words"], showing), showing),
        "oldest": changes[-1]["id"] if len(changes) == _A_PAGE else None,
        "newest": stream.newest(db),
        "sources": [(source["key"], source["name"] or source["key"]) for source in reading.sources(db)],
    }


def _after(db: Database, showing: Showing, asked: dict[str, Any], after: int) -> dict[str, Any]:
    try:
        found = stream.changes_after(db, after, _FRESH, **stream.asked(**asked))
    except CursorError as error:
        raise UsageError(str(error)) from None
    changes = said_openly(found.changes, asked["words"], showing)
    return {"changes": passages.of_changes(db, changes, showing), "newest": found.next, "more": found.more}


def said_openly(found: list[dict[str, Any]], words: str | None, showing: Showing) -> list[dict[str, Any]]:
    """Without the changes whose `words` stand only in what this reader may not read: being found tells of them."""
    if words is None or not showing.is_public:
        return found
    return [change for change in found if words in passages.shown(_open_words(change), showing)]


def _open_words(change: dict[str, Any]) -> str:
    return f"{change['title'] or ''}\n{'' if change['noarchive'] else change['summary']}"


def _choices(t: Any) -> dict[str, list[tuple[str, str]]]:
    plural = {"kind": "kinds", "field": "fields", "min_severity": "severities", "disclosure": "disclosures"}
    return {
        plural.get(name, "verdicts"): [(value, t(_LABELS.get((name, value), value))) for value in values]
        for name, values in CHOICES.items()
    }


# Where a value alone does not say what it means in a filter.
_LABELS = {
    ("kind", ALL): "all kinds", ("min_severity", "minor"): "minor and material",
    ("min_severity", "cosmetic"): "all edits", ("disclosure", "none"): "no word of it on the page",
    ("disclosure", "notice"): "the text says so", ("disclosure", "updated_time"): "by the time shown",
    ("disclosure", "unknown"): "cannot be told", ("verdict", "false"): "marked false",
    ("verdict", "reviewed"): "marked reviewed",
}  # fmt: skip


def _path(datasette: Any, path: str, arguments: dict[str, str]) -> str:
    asked = f"?{urlencode(arguments)}" if arguments else ""
    return f"{datasette.urls.path(path)}{asked}"


ROUTES = [(r"/$", page.view(today)), (r"/changes/new$", page.view(fresh))]
