"""The tests' origin: the demo's replica, and a table of the ways in which an origin can misbehave.

with Replica(articles) as origin:
    origin.override("/robots.txt", FAULTS["silent"]())
"""

import json
from collections.abc import Callable

from crawler.demo.pages import Article
from crawler.demo.server import Answer, Request
from crawler.demo.site import HTML, JSON, Replica, newstrail_toml

__all__ = ["FAULTS", "HTML", "JSON", "Answer", "Article", "Replica", "Request", "newstrail_toml"]

PAGE = "<!DOCTYPE html><html><head><title>页</title></head><body><h1>题</h1><p>正文一段。</p></body></html>"
CHUNK = b"<p>" + b"x" * 65_529 + b"</p>"  # 64 KiB


def status(code: int, **headers: str) -> Answer:
    """Any status; `retry_after="5"` becomes `Retry-After: 5`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Answer(code, {"Content-Type": HTML} | named, f"<h1>{code}</h1>".encode())


def redirect(to: str, code: int = 302) -> Answer:
    """To any URL, as it is given."""
    return Answer(code, {"Location": to})


def page(text: str = PAGE, kind: str = HTML, delay: float = 0.0) -> Answer:
    """Some other page with 200."""
    return Answer(200, {"Content-Type": kind}, text.encode(), delay)


def reset() -> Answer:
    """The connection is reset before a byte is sent."""
    return Answer(raw=b"", reset=True)


def cut(text: str = PAGE, kind: str = HTML) -> Answer:
    """Content-Length promises the whole, half of it comes."""
    body = text.encode()
    return Answer(raw=_head(kind, f"Content-Length: {len(body)}") + body[: len(body) // 2])


def cut_unmarked(text: str = PAGE, kind: str = HTML) -> Answer:
    """Half of a body that ends with the connection: nothing says that it is not whole."""
    return Answer(raw=_head(kind, "Connection: close") + text.encode()[: len(text.encode()) // 2])


def cut_chunked(text: str = PAGE, kind: str = HTML) -> Answer:
    """One chunk of a chunked body, and no last one."""
    half = text.encode()[: len(text.encode()) // 2]
    return Answer(raw=_head(kind, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(half), half))


def drip(text: str = PAGE, kind: str = HTML, pace: float = 1.0) -> Answer:
    """A body that comes a byte at a time, `pace` seconds apart."""
    body = text.encode()
    pieces = [body[i : i + 1] for i in range(len(body))]
    return Answer(200, {"Content-Type": kind, "Content-Length": str(len(body))}, pieces=pieces, pace=pace)


def endless(megabytes: int = 256) -> Answer:
    """A body without a length that goes on and on, up to a bound that saves the test machine."""
    return Answer(200, {"Content-Type": HTML}, PAGE.encode(), pieces=[CHUNK] * (16 * megabytes))


def endless_header(megabytes: int = 64) -> Answer:
    """A header that goes on and on, bounded likewise."""
    line = b"X-Filler: " + b"x" * 65_524 + b"\r\n"
    return Answer(raw=b"HTTP/1.1 200 OK\r\n", pieces=[line] * (16 * megabytes))


def silent(seconds: float = 60.0) -> Answer:
    """Nothing, then a close."""
    return Answer(hold=seconds)


def not_http() -> Answer:
    """Bytes that are no HTTP response."""
    return Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n")


def empty(kind: str = HTML) -> Answer:
    """200 and no byte of a body."""
    return Answer(200, {"Content-Type": kind})


def broken_json() -> Answer:
    """An endpoint's answer that stops in the middle of a string."""
    return Answer(200, {"Content-Type": JSON}, '{"text": "<p>正文一段'.encode())


def without_text(**fields: object) -> Answer:
    """An endpoint's answer with these fields and no body."""
    return _json(fields or {"title": "题", "source": "某报"})


def body_under_content(html: str = "<p>正文一段。</p>", **fields: object) -> Answer:
    """An endpoint's answer with its body under `content`."""
    return _json({"content": html, **fields})


def json_page() -> Answer:
    """JSON where a page is expected."""
    return _json({"code": 0, "data": []})


def gb18030(declared: str = "gb2312", text: str = PAGE + "<p>镕䶮㐂\U00020164</p>") -> Answer:
    """A page in GB18030, with characters beyond GB2312, declared as something else in header and meta."""
    marked = text.replace("<head>", f'<head><meta charset="{declared}">')
    return Answer(200, {"Content-Type": f"text/html; charset={declared}"}, marked.encode("gb18030"))


def captcha() -> Answer:
    """A check for humans, with 200."""
    return page(
        "<!DOCTYPE html><html><head><title>安全验证</title></head><body><h1>访问过于频繁</h1>"
        '<p>请完成下方验证后继续访问。</p><form id="captcha" action="/verify" method="post"></form></body></html>'
    )


def login() -> Answer:
    """A login form in place of the article, with 200."""
    return page(
        "<!DOCTYPE html><html><head><title>用户登录</title></head><body><h1>登录后阅读全文</h1>"
        '<form action="/login" method="post"><input name="user"><input type="password" name="pass"></form>'
        "</body></html>"
    )


def soft_404() -> Answer:
    """“Not found”, with 200."""
    return page(
        "<!DOCTYPE html><html><head><title>提示</title></head><body><p>您访问的文章不存在或已被删除。</p></body></html>"
    )


FAULTS: dict[str, Callable[[], Answer]] = {
    "403": lambda: status(403),
    "404": lambda: status(404),
    "410": lambda: status(410),
    "429": lambda: status(429, retry_after="1"),
    "500": lambda: status(500),
    "503": lambda: status(503, retry_after="1"),
    "redirect to itself": lambda: redirect(""),
    "redirect to a private address": lambda: redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect to a file": lambda: redirect("file:///etc/hostname"),
    "reset": reset,
    "cut": cut,
    "cut unmarked": cut_unmarked,
    "cut chunked": cut_chunked,
    "drip": drip,
    "endless": endless,
    "endless header": endless_header,
    "silent": silent,
    "not HTTP": not_http,
    "empty": empty,
    "broken JSON": broken_json,
    "JSON without text": without_text,
    "body under content": body_under_content,
    "JSON in place of a page": json_page,
    "GB18030 as gb2312": gb18030,
    "GB18030 as utf-8": lambda: gb18030("utf-8"),
    "captcha": captcha,
    "login": login,
    "soft 404": soft_404,
}


def _json(value: object) -> Answer:
    return Answer(200, {"Content-Type": JSON}, json.dumps(value, ensure_ascii=False).encode())


def _head(kind: str, *lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", f"Content-Type: {kind}", *lines, "", "")).encode()
