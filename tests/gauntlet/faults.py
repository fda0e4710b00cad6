# ruff: noqa: E501 (lines as sites and newsrooms write them)
"""Answers that are no article, or not the one that is there: once, and then it is as before."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.demo.server import Answer
from tests.gauntlet.articles import Article

Made = tuple[bytes, dict[str, str]]
Random = random.Random
_PLAIN = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """What is asked for: the article, what it was before (None: never another), how it is served."""

    article: Article
    before: Article | None
    json: bool
    make: Callable[[Article], Made]


@dataclass(frozen=True)
class Fault:
    """One kind. `first`: only the first request of a round meets it."""

    name: str
    answer: Callable[[Random, Asked], Answer | None]
    first: bool = False


KINDS: dict[str, Fault] = {}


def fault(name: str, first: bool = False) -> Callable[..., Callable[..., Answer | None]]:
    """Register a kind; it gives None where it cannot befall an article."""

    def register(answer: Callable[[Random, Asked], Answer | None]) -> Callable[..., Answer | None]:
        KINDS[name] = Fault(name, answer, first)
        return answer

    return register


def _page(title: str, body: str) -> Answer:
    return Answer(
        200,
        {"Content-Type": _PLAIN},
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>".encode(),
    )


def _data(**values: object) -> Answer:
    return Answer(
        200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(values, ensure_ascii=False).encode()
    )


for _status in (403, 404, 429, 500, 503):

    @fault(f"HTTP {_status} once")
    def _failing(rng: Random, asked: Asked, status: int = _status) -> Answer:
        return Answer(
            status,
            {"Content-Type": _PLAIN},
            f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx</body></html>".encode(),
        )


@fault("an empty answer once")
def _empty(rng: Random, asked: Asked) -> Answer:
    return Answer(200, {"Content-Type": _PLAIN})


@fault("a reset connection once")
def _reset(rng: Random, asked: Asked) -> Answer:
    return Answer(raw=b"", reset=True)


@fault("silence, then a close, once")
def _silence(rng: Random, asked: Asked) -> Answer:
    return Answer(hold=0.2)


@fault("a captcha page once")
def _captcha(rng: Random, asked: Asked) -> Answer:
    return _page(
        "安全验证",
        '<div class="verify-wrap"><h2>访问验证</h2><p>您的访问过于频繁，请完成下方验证后继续访问。</p><div id="captcha"></div><p>请求编号：8f7a-33c1</p></div>',
    )


@fault("a firewall's page once")
def _firewall(rng: Random, asked: Asked) -> Answer:
    return _page(
        "405",
        "<h1>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</h1><p>您的请求ID是：7b1f0c8a16</p>",
    )


@fault("系统繁忙 once")
def _busy(rng: Random, asked: Asked) -> Answer:
    return (
        _data(code=500, msg="系统繁忙，请稍后再试") if asked.json else _page("提示", "<h3>系统繁忙，请稍后再试！</h3>")
    )


@fault("a login wall once")
def _login(rng: Random, asked: Asked) -> Answer:
    if asked.json:
        return _data(code=401, msg="请先登录")
    return _page(
        "用户登录",
        '<div class="login"><h1>登录后阅读全文</h1><form action="/login"><input name="u"><input type="password" name="p"><button>登录</button></form></div>',
    )


@fault("a soft 404 once")
def _soft(rng: Random, asked: Asked) -> Answer:
    if asked.json:
        return _data(code=404, msg="文章不存在或已被删除")
    return _page(
        "页面不存在",
        '<div class="error"><h2>抱歉，您访问的页面不存在或已被删除</h2><p><a href="/">返回首页</a></p></div>',
    )


@fault("a redirect to the front page once")
def _home(rng: Random, asked: Asked) -> Answer:
    return Answer(302, {"Location": "/"})


@fault("cut in the middle, by Content-Length")
def _cut(rng: Random, asked: Asked) -> Answer:
    body, headers = asked.make(asked.article)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {headers['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Answer(raw=head.encode() + body[: len(body) * rng.randint(45, 75) // 100])


@fault("cut in the middle, nothing says so")
def _cut_unmarked(rng: Random, asked: Asked) -> Answer:
    body, headers = asked.make(asked.article)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {headers['Content-Type']}\r\nConnection: close\r\n\r\n"
    return Answer(raw=head.encode() + body[: len(body) * rng.randint(45, 75) // 100])


@fault("cut in the middle, with the length of the cut")
def _cut_short(rng: Random, asked: Asked) -> Answer:
    body, headers = asked.make(asked.article)
    return Answer(200, headers, body[: len(body) * rng.randint(45, 75) // 100])


@fault("U+FFFD once", first=True)
def _broken(rng: Random, asked: Asked) -> Answer | None:
    text = asked.article.blocks[0]
    at = rng.randrange(1, len(text[1]) - 1)
    broken = (text[0], text[1][:at] + "\ufffd\ufffd" + text[1][at + 1 :], *text[2:])
    body, headers = asked.make(replace(asked.article, blocks=(broken, *asked.article.blocks[1:])))
    return Answer(200, headers, body) if b"\xef\xbf\xbd" in body else None


@fault("the body emptied once")
def _emptied(rng: Random, asked: Asked) -> Answer:
    body, headers = asked.make(replace(asked.article, blocks=()))
    return Answer(200, headers, body)


@fault("the first paragraph alone once", first=True)
def _teaser(rng: Random, asked: Asked) -> Answer | None:
    short = replace(asked.article, blocks=asked.article.blocks[:1])
    if len(short.text) > 0.35 * len(asked.article.text):
        return None
    body, headers = asked.make(short)
    return Answer(200, headers, body)


@fault("the byline missing once", first=True)
def _bare(rng: Random, asked: Asked) -> Answer | None:
    if not asked.article.author:
        return None
    body, headers = asked.make(replace(asked.article, author=None))
    return Answer(200, headers, body)


@fault("a stale copy once")
def _stale(rng: Random, asked: Asked) -> Answer | None:
    if asked.before is None:
        return None
    body, headers = asked.make(asked.before)
    return Answer(200, headers, body)
