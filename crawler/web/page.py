"""How a page of ours is made: read in a thread, written by a template in the reader's language and the site's zone."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Request, Response
from markupsafe import Markup
from sqlite_utils import Database

from crawler import lookup
from crawler.config import Config
from crawler.errors import NewstrailError, NotFoundError, UsageError
from crawler.web import guard
from crawler.web.showing import Showing
from crawler.web.words import CHINESE
from storage.errors import StorageError
from storage.faults import in_plain_words, is_of_the_file

NAME = "record"  # of the database, in Datasette's own addresses
NAVIGATION = (("/", "Changes"), ("/search", "Search"), ("/sources", "Sources"), (f"/{NAME}", "Tables and SQL"))
_STATUS = {NotFoundError: 404, UsageError: 400}
_LANGUAGES = ("zh", "en")
_LARGEST = 2**63 - 1
_YEAR = 365 * 86400
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Newstrail:
    """What our pages know: the configuration, what may be shown, and how many seconds a page may read."""

    settings: Config
    showing: Showing
    seconds: float


def of(datasette: Any) -> Newstrail | None:
    """What our pages know; None of a Datasette that is not ours."""
    return getattr(datasette, "newstrail", None)


async def read(
    datasette: Any, function: Callable[..., _Result], *args: Any, within: float | None = None, **named: Any
) -> _Result:
    """`function(db, …)` in a thread that reads the record, in one transaction; `within`: so many seconds, None: those
    that a page may take."""

    def reading(connection: sqlite3.Connection) -> _Result:
        with sqlite_timelimit(connection, int((within or datasette.newstrail.seconds) * 1000)):
            connection.execute("BEGIN")
            try:
                return function(Database(connection), *args, **named)
            finally:
                connection.execute("ROLLBACK")

    found: _Result = await datasette.get_database(NAME).execute_fn(reading)
    return found


def view(make: Callable[..., Any]) -> Callable[..., Any]:
    """A route's view of `make(datasette, request) -> Response`, with errors as pages of one clear message."""

    async def shown(datasette: Any, request: Request) -> Response:
        try:
            response = await make(datasette, request)
        except NewstrailError as error:
            response = await refused(datasette, request, str(error), _STATUS.get(type(error), 500))
        except StorageError as error:
            response = await refused(datasette, request, str(error), 503)
        except sqlite3.DatabaseError as error:
            if (why := _why_not(datasette, error)) is None:
                raise
            response = await refused(datasette, request, why, 503)
        response.headers.setdefault("Content-Security-Policy", guard.STRICT)
        if request.args.get("lang") in _LANGUAGES:
            response.set_cookie("lang", request.args["lang"], max_age=_YEAR, samesite="lax", httponly=True)
        return response

    return shown


def _why_not(datasette: Any, error: sqlite3.DatabaseError) -> str | None:
    """What a reader is told where the record could not be read; None of a fault of the program."""
    if str(error) == "interrupted":
        return f"stopped after {datasette.newstrail.seconds:g} s; ask for less at once"
    path = datasette.newstrail.settings.database
    return in_plain_words(path, error).replace(str(path), path.name) if is_of_the_file(error) else None


async def refused(datasette: Any, request: Request, why: str, status: int) -> Response:
    """The page, or the JSON, that says what went wrong."""
    if request.path.endswith(".json"):
        return Response.json({"error": why}, status=status)
    return await page(datasette, request, "problem.html", {"why": why, "status": status}, status=status)


async def page(
    datasette: Any,
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A template of ours, written for this reader."""
    made = {**shared(datasette, request), **context}
    html = await datasette.render_template(f"newstrail/{template}", made, request=request)
    return Response.html(html, status=status, headers={"Vary": "Accept-Language", **(headers or {})})


def shared(datasette: Any, request: Request) -> dict[str, Any]:
    """What every template of ours may use."""
    ours = datasette.newstrail
    return {
        "t": language(request),
        "language": language_of(request),
        "navigation": NAVIGATION if ours.showing.everything else NAVIGATION[:-1],
        "path": request.path,
        "time": lambda text, site=None: time(text, lookup.zone_of(ours.settings, site)),
        "span": lambda after, by, site=None: span(after, by, lookup.zone_of(ours.settings, site), language(request)),
        "localized": lambda text, site=None: lookup.localized(text, lookup.zone_of(ours.settings, site)),
        "zone": str(lookup.zone_of(ours.settings)),
        "link": link,
        "showing": ours.showing,
        "address": lambda **changed: address(request, **changed),
    }


def number(request: Request, name: str) -> int | None:
    """An argument that is a number of the record; raises `UsageError`."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST):
        raise UsageError(f"{name}={text[:40]}: must be a whole number, 0 or more")
    return int(text)


def place(datasette: Any, request: Request) -> str:
    """Where our pages are, for links in what leaves the browser: as configured, else where the request came in."""
    return datasette.newstrail.showing.url or f"{request.scheme}://{request.host}"


def language(request: Request) -> Callable[[str], str]:
    """From the pages' own words to those of the reader's language."""
    return (lambda text: CHINESE.get(text, text)) if language_of(request) == "zh" else (lambda text: text)


def language_of(request: Request) -> str:
    """`zh` or `en`: as the address says, else as one said before, else as the reader's browser asks (RFC 9110,
    12.5.4)."""
    for said in (request.args.get("lang"), request.cookies.get("lang")):
        if said in _LANGUAGES:
            return str(said)
    wanted = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        match = re.fullmatch(r"\s*(zh|en)\b[\w-]*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part, re.I)
        if match:
            wanted.append((float(match[2] or 1), match[1].lower()))
    return max(wanted, key=lambda one: one[0])[1] if wanted else "en"


def address(request: Request, **changed: Any) -> str:
    """The address of this page with other arguments; None takes one out."""
    kept = {key: request.args.get(key) for key in request.args if key not in changed}
    told = {key: value for key, value in {**kept, **changed}.items() if value not in (None, "")}
    return f"?{urlencode(told)}" if told else request.path


def time(text: str | None, zone: ZoneInfo) -> Markup:
    """A time of the record, in a zone, as HTML."""
    if not text:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(text, lookup.local(text, zone))


def span(after: str | None, by: str, zone: ZoneInfo, t: Callable[[str], str]) -> Markup:
    """When something happened: between two times, or at one; the day is told once where it is the same."""
    if not after or after == by:
        return time(by, zone)
    first, last = lookup.local(after, zone), lookup.local(by, zone)
    last = last[11:] if first[:10] == last[:10] else last
    shown = t("between {} and {}").split("{}")
    marked = '<time datetime="{}">{}</time>'
    return Markup("{}" + marked + "{}" + marked + "{}").format(shown[0], after, first, shown[1], by, last, shown[2])


def link(url: str | None) -> str | None:
    """A URL that a page of the record gave, where it may be followed: of the web, not of a script."""
    return url if url and re.match(r"https?://", url, re.I) else None
