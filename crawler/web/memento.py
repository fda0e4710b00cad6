"""Time travel by RFC 7089: TimeGate, TimeMaps and mementos of every URL that the record has versions of."""

from typing import Any

from datasette.utils.asgi import Request, Response

from crawler.rules import memento as rules
from crawler.rules.dates import from_utc_text
from crawler.rules.memento import Answer, Memento
from crawler.web import article, page
from storage import mementos


async def timegate(datasette: Any, request: Request) -> Response:
    """`/timegate/URL`, with `Accept-Datetime`: leads to the version that stood then."""
    base, url, _, found = await _asked(datasette, request)
    return _plain(rules.timegate(base, url, found, request.headers.get("accept-datetime")))


async def timemap(datasette: Any, request: Request) -> Response:
    """`/timemap/link/URL`, `/timemap/json/URL`: all versions of a URL."""
    base, url, _, found = await _asked(datasette, request)
    return _plain(rules.timemap(base, url, found, request.url_vars["form"]))


async def memento(datasette: Any, request: Request) -> Response:
    """`/memento/TIME/URL`: the version that stood at 14 digits of time, UTC."""
    base, url, rows, found = await _asked(datasette, request)
    answer = rules.memento(base, url, found, request.url_vars["time"])
    if answer.status != 200:
        return _plain(answer)
    row = next(row for row in rows if row["version_id"] == answer.version_id)
    response = await article.version_page(datasette, request, row["article_id"], row["number"])
    response.headers.update(dict(answer.headers))
    return response


async def _asked(datasette: Any, request: Request) -> tuple[str, str, list[dict[str, Any]], list[Memento]]:
    """(our address, the URL asked for, its versions' rows, the same as mementos)."""
    meant = rules.asked(request.url_vars["url"], request.query_string)
    rows = await page.read(datasette, mementos.mementos_of, meant)
    times = ((from_utc_text(row["first_seen_at"]), from_utc_text(row["last_seen_at"])) for row in rows)
    found = [Memento(row["version_id"], *stood) for row, stood in zip(rows, times, strict=True)]
    url = rows[0]["asked_url"] if rows else meant[0]
    return page.place(datasette, request), url, rows, found


def _plain(answer: Answer) -> Response:
    headers = dict(answer.headers)
    kind = headers.pop("Content-Type", "text/plain; charset=utf-8")
    return Response(answer.body, status=answer.status, headers=headers, content_type=kind)


ROUTES = [
    (r"/timegate/(?P<url>.+)$", page.view(timegate)),
    (r"/timemap/(?P<form>link|json)/(?P<url>.+)$", page.view(timemap)),
    (r"/memento/(?P<time>[^/]+)/(?P<url>.+)$", page.view(memento)),
]
