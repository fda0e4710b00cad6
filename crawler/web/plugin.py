"""What Datasette asks of its plugins, answered for the record."""

import logging
import re
from typing import Any

from datasette import handle_exception as usual
from datasette.plugins import pm
from datasette.utils.asgi import Request
from pluggy import HookimplMarker

from crawler.rules.text import printable
from crawler.web import article, diff, feeds, guard, memento, page, search, sources, tables, today

hookimpl = HookimplMarker("datasette")
_log = logging.getLogger("newstrail.web")
pm.unregister(usual)  # it writes all that the program holds, whatever another plugin answers; asked below instead
ROUTES = [
    *today.ROUTES,
    *article.ROUTES,
    *diff.ROUTES,
    *feeds.ROUTES,
    *sources.ROUTES,
    *search.ROUTES,
    *memento.ROUTES,
]


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages, before Datasette's own."""
    return ROUTES if page.of(datasette) else []


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """What our templates use, and the nonces of Datasette's."""
    env.add_extension(guard.Nonces)
    env.add_extension(tables.Named)
    env.globals["csp_nonce"] = guard.csp_nonce
    env.filters["visible"] = printable


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """The guard, around everything."""
    ours = page.of(datasette)
    return (
        (lambda app: guard.guarded(_ours_alone(datasette, tables.safe_csv(app)), ours.showing))
        if ours
        else (lambda app: app)
    )


def _is_one(path: str, patterns: list[str]) -> bool:
    return any(re.match(pattern, path) for pattern in patterns)


def _ours_alone(datasette: Any, app: guard.App) -> guard.App:
    """Where whole texts may not be shown, our own pages are all there is: Datasette's tell of tables, paths, versions
    and settings."""
    known = [*(pattern for pattern, _ in ROUTES), "/assets/"]

    async def answered(scope: guard.Message, receive: guard.Receive, send: guard.Send) -> None:
        if scope["type"] != "http" or datasette.newstrail.showing.everything or _is_one(scope["path"], known):
            await app(scope, receive, send)
        else:
            asked = Request({**scope, "csrftoken": lambda: ""}, receive)  # which Datasette's templates want
            missing = await page.refused(datasette, asked, "there is no such page", 404)
            await missing.asgi_send(send)

    return answered


@hookimpl
def permission_allowed(datasette: Any, action: str) -> bool | None:
    """Tables and SQL hold whole texts; so they are there where those may be shown."""
    ours = page.of(datasette)
    return False if ours and not ours.showing.everything and action in ("view-database", "execute-sql") else None


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Request, exception: Exception) -> Any:
    """One line for what went wrong, and no trace of the program for the reader."""
    if page.of(datasette) is None:
        return usual.handle_exception(datasette, request, exception)
    why, status = tables.told(exception, datasette.newstrail.seconds)
    if status == 500:
        _log.error("%s %s", request.path, exception, exc_info=exception)
    return lambda: page.refused(datasette, request, why, status)


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Request, message: str) -> Any:
    """What is not shown here, on a page of ours."""
    if page.of(datasette) is None:
        return None
    return lambda: page.refused(datasette, request, "that is not shown here; passages of changes are", 403)


@hookimpl
def prepare_connection(conn: Any, datasette: Any) -> None:
    """What readers' SQL may do, and what it may use."""
    if page.of(datasette):
        tables.prepare(conn)


@hookimpl
def get_metadata(datasette: Any, key: str | None) -> dict[str, Any]:
    """What tables and columns mean. Permissions (`tables`) are not given there, and are asked for again and again."""
    return tables.metadata(page.NAME) if page.of(datasette) and key != "tables" else {}


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """The questions of docs/queries.md."""
    return tables.canned() if page.of(datasette) and database == page.NAME else {}


@hookimpl
def render_cell(datasette: Any, value: Any, column: str) -> Any:
    """Cells as words; no address that is not of the web is a link."""
    return tables.cell(value, column) if page.of(datasette) else None


@hookimpl
def extra_css_urls(datasette: Any, template: str) -> list[str]:
    """Our colours on Datasette's pages."""
    if page.of(datasette) is None or template.startswith("newstrail/"):
        return []
    return [datasette.urls.path(f"/assets/{name}.css") for name in ("newstrail", "tables")]


@hookimpl
def menu_links(datasette: Any, request: Request | None) -> list[dict[str, str]]:
    """The way back from Datasette's pages to ours."""
    ours = page.of(datasette)
    return [{"href": datasette.urls.path(path), "label": label} for path, label in page.NAVIGATION] if ours else []
