"""What programs follow: the changes as Atom and JSON Feed, and as JSON with a cursor that misses nothing."""

import json
from typing import Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import feeds
from crawler.errors import UsageError
from crawler.rules import asking
from crawler.rules.asking import Question
from crawler.web import page, passages, today
from crawler.web.showing import Showing
from storage import history, reading, stream
from storage.errors import CursorError

_ENTRIES = 50
_LARGEST = 1000  # changes at once
_FORMS = {
    "atom": (feeds.ATOM_TYPE, feeds.atom),
    "json": (feeds.JSON_TYPE, feeds.json_feed),
}
_TOLD = (
    "id", "kind", "site", "code", "url", "title", "outlet", "author", "changed_after", "changed_by", "recorded_at",
    "severity", "disclosure", "summary", "reason", "verdict", "article_id", "old_version", "new_version",
)  # fmt: skip


async def feed(datasette: Any, request: Request) -> Response:
    """`/feed.atom`, `/feed.json`: the newest changes by the filters of the front page, and `article=N`."""
    form = request.url_vars["form"]
    content_type, write = _FORMS[form]
    asked = _asked(datasette, request) | {"redacted": False}
    place = page.place(datasette, request)
    showing = datasette.newstrail.showing

    def made(db: Database) -> tuple[feeds.Validators, bytes | None]:
        recorded, stamp = stream.last_recorded(db, _ENTRIES, **stream.asked(**asked)), stream.stamp(db)
        changes = _open(recorded, asked, showing)
        told = {name: request.args[name] for name in sorted(request.args) if name != "lang"}
        about = feeds.Feed(
            stamp["record"], passages.shown(_title(db, asked), showing), told, f"{place}{request.full_path}", place
        )
        current = feeds.validators(changes, about, form, stamp, showing)
        wanted = (request.headers.get("if-none-match"), request.headers.get("if-modified-since"))
        if feeds.is_not_modified(current, *wanted):
            return current, None
        return current, write(passages.of_changes(db, changes, showing), about)

    current, body = await page.read(datasette, made)
    headers = {"ETag": current.etag, "Cache-Control": "no-cache", "Vary": "Host"}
    if current.modified:
        headers["Last-Modified"] = current.modified
    return Response(body or b"", status=200 if body is not None else 304, headers=headers, content_type=content_type)


async def changes(datasette: Any, request: Request) -> Response:
    """`/changes.json?after=N`: what was recorded after the change of that number, in order, at most `limit` of them;
    ask with `after` = `next` for what follows. Without `after`: the newest, newest first."""
    asked = _asked(datasette, request)
    after, limit = page.number(request, "after"), page.number(request, "limit")
    count = min(limit or 100, _LARGEST)
    told = await page.read(datasette, _records, datasette.newstrail.showing, asked, after, count)
    return Response.json(told, headers={"Cache-Control": "no-store"})


def _asked(datasette: Any, request: Request) -> dict[str, Any]:
    """The front page's filters; `article=N`, and `q=WORDS`: changes of articles that say so."""
    words, matching = request.args.get("q"), None
    if words:
        question = asking.parse(words)
        if not may_follow(question, datasette.newstrail.showing):
            raise UsageError("q= takes words alone here: no source:, since: or changed:, and no hidden numbers")
        matching = question.match
    return today.filters(datasette, request) | {"article_id": page.number(request, "article"), "matching": matching}


def may_follow(question: Question, showing: Showing) -> bool:
    """Whether a search may be followed as a feed: by its words alone, and none that would tell of hidden numbers."""
    is_plain = not (question.sources or question.since or question.changed)
    return is_plain and (showing.numbers or not any(map(str.isdigit, "".join(word for word, _ in question.words))))


def _open(found: list[dict[str, Any]], asked: dict[str, Any], showing: Showing) -> list[dict[str, Any]]:
    """Without what was found by words that this reader may not read: being found tells of them."""
    if not showing.is_public:
        return found
    if asked.get("matching"):
        found = [change for change in found if not change["noarchive"]]
    return today.said_openly(found, asked["words"], showing)


def _records(db: Database, showing: Showing, asked: dict[str, Any], after: int | None, count: int) -> dict[str, Any]:
    last = stream.newest(db)
    if after is None:
        found = _open(history.changes(db, limit=count, **asked), asked, showing)
        return {"changes": _told(db, found, showing), "next": last, "more": False}
    try:
        some = stream.changes_after(db, after, count, **stream.asked(**asked))
    except CursorError as error:
        raise UsageError(str(error)) from None
    return {"changes": _told(db, _open(some.changes, asked, showing), showing), "next": some.next, "more": some.more}


def _told(db: Database, found: list[dict[str, Any]], showing: Showing) -> list[dict[str, Any]]:
    return [
        {
            **{name: change[name] for name in _TOLD},
            "fields": json.loads(change["fields"]),
            "facts": [dict(zip(("what", "old", "new"), fact, strict=True)) for fact in change["fact_changes"]],
            "passages": [[{"kind": p[0], "text": p[1]} for p in passage] for passage in change["passages"]],
        }
        for change in passages.of_changes(db, found, showing)
    ]


def _title(db: Database, asked: dict[str, Any]) -> str:
    named = [str(asked[name]) for name in ("source", "outlet", "kind", "words") if asked.get(name)]
    if asked["article_id"] is not None and (about := reading.article(db, asked["article_id"])):
        named.append(about["title"] or about["code"])
    return " · ".join(["newstrail", *named])


ROUTES = [(r"/feed\.(?P<form>atom|json)$", page.view(feed)), (r"/changes\.json$", page.view(changes))]
