"""What Datasette asks of its plugins, answered for the record."""

import logging
import re
from typing import Any

from datasette.utils.asgi import Base400, Request
from datasette.views.base import DatasetteError
from pluggy import HookimplMarker

from crawler.web import guard, page, today

hookimpl = HookimplMarker("datasette")
_log = logging.getLogger("newstrail.web")
ROUTES = [*today.ROUTES]


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages, before Datasette's own."""
    return ROUTES if page.of(datasette) else []


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """What our templates use, and the nonces of Datasette's."""
    env.add_extension(guard.Nonces)
    env.globals["csp_nonce"] = guard.csp_nonce


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """The guard, around everything."""
    ours = page.of(datasette)
    return (lambda app: guard.guarded(_ours_alone(datasette, app), ours.showing)) if ours else (lambda app: app)


def _is_one(path: str, patterns: list[str]) -> bool:
    return any(re.match(pattern, path) for pattern in patterns)


def _ours_alone(datasette: Any, app: guard.App) -> guard.App:
    """Where whole texts may not be shown, our own pages are all there is: Datasette's tell of tables, paths, versions
    and settings."""
    known = [*(pattern for pattern, _ in ROUTES), "/assets/"]

    async def answered(scope: guard.Message, receive: guard.Receive, send: guard.Send) -> None:
        if scope["type"] != "http" or datasette.newstrail.showing.whole_texts or _is_one(scope["path"], known):
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
    return False if ours and not ours.showing.whole_texts and action in ("view-database", "execute-sql") else None


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Request, exception: Exception) -> Any:
    """One line for what went wrong here, and no trace of the program for the reader."""
    if page.of(datasette) is None or isinstance(exception, (Base400, DatasetteError)):
        return None
    _log.error("%s %s", request.path, exception, exc_info=exception)
    return lambda: page.refused(datasette, request, "something went wrong here; the log says what", 500)


@hookimpl
def menu_links(datasette: Any, request: Request | None) -> list[dict[str, str]]:
    """The way back from Datasette's pages to ours."""
    ours = page.of(datasette)
    return [{"href": datasette.urls.path(path), "label": label} for path, label in page.NAVIGATION] if ours else []
