"""What a hostile origin puts on the wire: a page for whatever was asked for, and each way to spoil it."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import brotli
import zstandard

from tests.origin import HTML, JSON, Answer, redirect

# What is asked for: each role that a page of an article may have; a content endpoint that is on another host, to which
# a redirect led; a robots.txt; what takes a notification.
Path = Literal["content", "share", "post", "redirect", "listing", "robots", "webhook"]
ARTICLE: tuple[Path, ...] = ("content", "redirect", "share", "post")
PAGES: tuple[Path, ...] = (*ARTICLE, "listing")
FETCHED: tuple[Path, ...] = (*PAGES, "robots")
EVERY: tuple[Path, ...] = (*FETCHED, "webhook")

MIB = 1024 * 1024
TITLE, OUTLET, TIME = "江州市采购项目公示", "江州日报", "2024-11-22 09:30:00"
WORDS = "江州市公布采购项目，预算3.5亿元。"
BODY = f"<p>{WORDS}</p><p>资金由市级财政安排，年底前完成，结果在江州市公共资源交易网公布。</p>"
CHUNK = b"<p>" + b"x" * 65_529 + b"</p>"  # 64 KiB


@dataclass(frozen=True)
class Place:
    """Where an answer is served, and what it may lead to."""

    path: Path
    code: str
    base: str  # http://HOST:PORT of the host that serves it
    canary: int  # a port on every address of this machine that nobody may connect to
    secure: str = ""  # https://HOST:PORT with a certificate that is trusted
    unsigned: str = ""  # one that is not
    wrong: str = ""  # one whose certificate names another host
    looks: int = 0  # requests for it so far

    @property
    def post(self) -> str:
        """The path of its post page."""
        return f"/yaowen/2024/11/22/{self.code}.html"


Make = Callable[[Place], Answer]


def text(at: Place, body: str = BODY, title: str = TITLE, head: str = "", time: str = TIME, **fields: Any) -> str:
    """The page that is asked for, with this body and title, as text. `fields`: more of a JSON answer."""
    if at.path in ("content", "redirect"):
        return json.dumps({"text": body, "title": title, "source": OUTLET, "showTime": time} | fields)
    if at.path == "robots":
        return "User-agent: *\nAllow: /\n"
    if at.path == "webhook":
        return "ok"
    if at.path == "listing":
        inner = f'<h2>要闻</h2><ul><li><a href="{at.post}">{title}</a></li></ul>{body}'
    else:
        inner = f"<small>{time}</small><h1>{title}</h1><div>{body}</div><p>来源：{OUTLET}</p>"
    return (
        f"<!DOCTYPE html><html><head>{head}<title>{title}</title></head><body>{inner}"
        "<footer>版权所有</footer></body></html>"
    )


def kind(at: Place) -> str:
    """The Content-Type of what is asked for."""
    return JSON if at.path in ("content", "redirect") else "text/plain" if at.path in ("robots", "webhook") else HTML


def ok(at: Place, body: bytes | str | None = None, **headers: str) -> Answer:
    """The answer with 200; `Content_Type="…"` becomes `Content-Type: …`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = text(at) if body is None else body
    return Answer(200, {"Content-Type": kind(at)} | named, content.encode() if isinstance(content, str) else content)


def page(**fields: Any) -> Make:
    """What is asked for, with these fields of `text`, whole and well."""
    return lambda at: ok(at, text(at, **fields))


def to(url: str, code: int = 302) -> Make:
    """A redirect. `{canary}`, `{code}`, `{base}` and the names of the hosts with certificates are filled in."""
    return lambda at: redirect(led(url, at), code)


def led(url: str, at: Place) -> str:
    """A URL with what is known of the place filled in."""
    for name in ("canary", "code", "base", "secure", "unsigned", "wrong"):
        url = url.replace("{" + name + "}", str(getattr(at, name)))
    return url


def raw(at: Place, *lines: str, body: bytes | str | None = None, **values: Any) -> Answer:
    """A status line, a type, these header lines and a body, as bytes; then the connection ends."""
    content = text(at) if body is None else body
    head = "\r\n".join(("HTTP/1.1 200 OK", f"Content-Type: {kind(at)}", *lines, "", "")).encode()
    return Answer(raw=head + (content.encode() if isinstance(content, str) else content), **values)


# --- transport -------------------------------------------------------------------------------------------------------


def drip(at: Place) -> Answer:
    body = text(at).encode()
    headers = {"Content-Type": kind(at), "Content-Length": str(len(body))}
    return Answer(200, headers, pieces=[body[i : i + 1] for i in range(len(body))], pace=1.0)


def silent(at: Place) -> Answer:
    return Answer(hold=60.0)


def endless_header(at: Place) -> Answer:
    line = b"X-Filler: " + b"x" * 65_524 + b"\r\n"
    return Answer(raw=b"HTTP/1.1 200 OK\r\n", pieces=[line] * (16 * 64))


def one_long_header(at: Place) -> Answer:
    return Answer(raw=b"HTTP/1.1 200 OK\r\nX-Filler: ", pieces=[b"x" * 65_536] * (16 * 64))


def many_headers(at: Place) -> Answer:
    return raw(at, *(f"X-{number}: x" for number in range(200_000)))


def interim(at: Place) -> Answer:
    """1xx without end: 30 seconds of it."""
    return Answer(raw=b"", pieces=[b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000] * 3000, pace=0.01)


@lru_cache(maxsize=8)
def _bomb(encoding: str, layers: int = 1) -> bytes:
    compressor: Any = {
        "gzip": lambda: zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS),
        "deflate": lambda: zlib.compressobj(1),
        "br": lambda: brotli.Compressor(quality=1),
        "zstd": lambda: zstandard.ZstdCompressor(level=1).compressobj(),
    }[encoding]()
    add = compressor.process if encoding == "br" else compressor.compress
    end = compressor.finish if encoding == "br" else compressor.flush
    packed = b"".join([*(add(b"x" * MIB) for _ in range(256)), end()])
    for _ in range(layers - 1):
        packed = gzip.compress(packed, 6)
    return packed


def bomb(encoding: str, layers: int = 1) -> Make:
    """256 MiB in a few kilobytes."""
    named = ", ".join([encoding] + ["gzip"] * (layers - 1))
    return lambda at: ok(at, _bomb(encoding, layers), Content_Encoding=named)


def stacked(layers: int) -> Make:
    """The page, packed so many times."""

    def make(at: Place) -> Answer:
        body = text(at).encode()
        for _ in range(layers):
            body = gzip.compress(body)
        return ok(at, body, Content_Encoding=", ".join(["gzip"] * layers))

    return make


def said_to_be(encoding: str, body: bytes | None = None) -> Make:
    """The plain page, or these bytes, under a Content-Encoding that they are not in."""
    return lambda at: ok(at, body, Content_Encoding=encoding)


def half(at: Place) -> bytes:
    body = text(at).encode()
    return body[: len(body) // 2]


def short_length(at: Place) -> Answer:
    """Content-Length says less than what is sent."""
    return raw(at, f"Content-Length: {len(half(at))}")


def long_length(at: Place) -> Answer:
    """Content-Length says more than what is sent."""
    return raw(at, f"Content-Length: {len(text(at).encode()) + 999}")


def broken_chunk(at: Place) -> Answer:
    return raw(at, "Transfer-Encoding: chunked", body=b"%x\r\n%s\r\nzz\r\n" % (len(half(at)), half(at)))


def no_last_chunk(at: Place) -> Answer:
    return raw(at, "Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n" % (len(half(at)), half(at)))


def cut(at: Place) -> Answer:
    return raw(at, "Connection: close", body=half(at))


def endless(at: Place) -> Answer:
    return Answer(200, {"Content-Type": kind(at)}, text(at).encode(), pieces=[CHUNK] * (16 * 256))


def reset_inside(at: Place) -> Answer:
    length = f"Content-Length: {len(text(at).encode())}"
    return replace(raw(at, length, body=half(at)), pieces=[b"x"], pace=0.1, reset=True)


def cookies(count: int) -> Make:
    """So many of them, some for a public suffix."""
    lines = [f"Set-Cookie: c{n}={'x' * 40}; Domain={'com' if n % 2 else 'gov.cn'}; Path=/" for n in range(count)]
    return lambda at: raw(at, f"Content-Length: {len(text(at).encode())}", *lines)


# --- what is to be parsed --------------------------------------------------------------------------------------------


def attributes(count: int) -> Make:
    return page(body="<p" + "".join(f" a{n}" for n in range(count)) + f">{WORDS}</p>")


def nested(tag: str, depth: int, closed: bool = True) -> Make:
    return page(body=f"<{tag}>" * depth + WORDS + f"</{tag}>" * depth * closed)


def entities(at: Place) -> Answer:
    """Entities that expand to 10^9 of them, and ones that lead to a file and to the network."""
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    external = (
        '<!ENTITY f SYSTEM "file:///etc/passwd">'
        f'<!ENTITY h SYSTEM "http://127.0.0.66:{at.canary}/"><!ENTITY % p SYSTEM "http://127.0.0.66:{at.canary}/p">%p;'
    )
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "ha">{laughs}{external}]>'
    inner = text(at, body=f"{BODY}<p>&e9;&f;&h;</p>")
    return ok(at, inner if at.path in ("content", "redirect") else head + inner.partition(">")[2])


def binary(at: Place) -> Answer:
    return ok(at, bytes(range(256)) * 400)


def loose_json(inner: str, **fields: Any) -> Make:
    """The endpoint's answer with something that is no value of Python's written into it."""

    def make(at: Place) -> Answer:
        return ok(at, text(at, **fields)[:-1] + f", {inner}}}")

    return make


def endless_number(at: Place) -> Answer:
    return Answer(200, {"Content-Type": JSON}, b'{"text": "<p>x</p>", "n": 1', pieces=[b"9" * 65_536] * (16 * 1024))


# --- text ------------------------------------------------------------------------------------------------------------


def encoded(encoding: str, header: str | None, meta: str | None = None, mark: bytes = b"", words: str = "") -> Make:
    """The page in an encoding, declared as something else in header and `<meta>`."""

    def make(at: Place) -> Answer:
        head = f'<meta charset="{meta}">' if meta else ""
        if at.path in ("content", "redirect"):
            written = json.dumps(json.loads(text(at, body=BODY + f"<p>{words}</p>")), ensure_ascii=False)
        else:
            written = text(at, body=BODY + f"<p>{words}</p>", head=head)
        said = kind(at).partition(";")[0] + (f"; charset={header}" if header else "")
        return ok(at, mark + written.encode(encoding), Content_Type=said)

    return make


# --- content ---------------------------------------------------------------------------------------------------------


def wall(title: str, inner: str) -> Make:
    """Another page in the place of what was asked for."""
    markup = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{inner}</body></html>"
    return lambda at: ok(at, markup, Content_Type=HTML)


def calendar(at: Place) -> Answer:
    """Links to tomorrow, and to the day after that, without end."""
    links = "".join(f'<a href="/calendar/2024/{month:02}.html">{month}月</a> ' for month in range(1, 13))
    return ok(at, text(at, body=f'{BODY}<p>{links}<a rel="next" href="/calendar/2025/01.html">下一页</a></p>'))


def sessions(at: Place) -> Answer:
    """Every link with another session's id, each time."""
    return ok(at, text(at).replace(at.post, f"{at.post}?sid={at.looks:032x}"))


def variants(at: Place) -> Answer:
    """One of two pages, in turn."""
    return ok(at, text(at, body=BODY + f"<p>读者{'甲乙'[at.looks % 2]}正在阅读的另一段文字，也有一句话。</p>"))


def numbered_listing(items: Callable[[Place], Iterator[str]]) -> Make:
    """A listing with these links besides the one of its own."""

    def make(at: Place) -> Answer:
        more = "".join(f'<li><a href="{url}">{TITLE}</a></li>' for url in items(at))
        return ok(at, text(at).replace("</ul>", f"{more}</ul>"))

    return make


def robots(rules: bytes | str, type_: str = "text/plain") -> Make:
    return lambda at: ok(at, rules, Content_Type=type_)
