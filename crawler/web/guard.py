"""Around every answer: who may ask, how, and what a browser may do with it."""

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

from jinja2.ext import Extension

from crawler.web import cells
from crawler.web.showing import Showing

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Our own pages: nothing but our own files, and nothing inline (Content Security Policy Level 3).
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
# Datasette's: its own scripts are inline, and known by the nonce.
_DATASETTE = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_METHODS = ("GET", "HEAD", "OPTIONS")
_nonce: ContextVar[str] = ContextVar("nonce", default="")


class Nonces(Extension):
    """Gives the scripts that stand in a template this answer's nonce; what a page's data holds never gets one, as
    only the template's own source is read."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"<script\b", '<script nonce="{{ csp_nonce() }}"', source)


def csp_nonce() -> str:
    """The nonce of the answer that is being made."""
    return _nonce.get()


def guarded(app: App, showing: Showing) -> App:
    """`app` behind the guard: it answers GET alone, to names that are ours (against DNS rebinding), with headers that
    keep a browser from running or sending anything."""

    async def guard(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] not in _METHODS:
            await _refuse(send, 405, "the record is read-only: GET and HEAD are answered", (b"allow", b"GET, HEAD"))
        elif showing.hosts is not None and _host(scope) not in showing.hosts:
            await _refuse(send, 421, "these pages do not answer to that name; [web] url in newstrail.toml gives one")
        else:
            nonce = secrets.token_urlsafe(16)
            _nonce.set(nonce)
            answer = _with_headers(send, _DATASETTE.format(nonce=nonce), showing.is_public)
            await app(scope, receive, cells.safe(answer) if _is_csv(scope) else answer)

    return guard


def _is_csv(scope: Message) -> bool:
    return scope["path"].endswith(".csv") or b"_format=csv" in scope["query_string"]


def _host(scope: Message) -> str:
    """The Host of a request, lower case and without its port."""
    value = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return re.sub(r":\d*$", "", value).strip("[]")


def _with_headers(send: Send, policy: str, is_public: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            added = {**_ALWAYS, b"content-security-policy": policy.encode()}
            if is_public:
                added[b"x-robots-tag"] = b"noindex, noarchive"
            message["headers"] = [*message["headers"], *((k, v) for k, v in added.items() if k not in given)]
        await send(message)

    return sending


async def _refuse(send: Send, status: int, why: str, *headers: tuple[bytes, bytes]) -> None:
    body = f"{why}\n".encode()
    length = (b"content-length", str(len(body)).encode())
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [plain, length, *headers]})
    await send({"type": "http.response.body", "body": body})
