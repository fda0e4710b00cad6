"""The origin: sites of one template each, whose pages are set anew for every round."""

import json
import random
import threading
from dataclasses import dataclass, field, replace
from html import escape
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from crawler.demo.server import HOST, Answer, Request, Server
from tests.gauntlet import noise
from tests.gauntlet.articles import Article
from tests.gauntlet.faults import Asked, Fault
from tests.gauntlet.page import Page, Style, body
from tests.gauntlet.templates import TEMPLATES, Template

JSON_TYPE = "application/json; charset=utf-8"
_SHELL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>资讯详情</title></head>
<body><div id="title"></div><div id="content"></div><script src="/js/share.js"></script></body></html>"""
_HOME = """<html><head><title>江州网</title></head>
<body><h1>江州网</h1><ul><li><a href="/list/a.html">新闻</a></li></ul></body></html>"""
_PLAIN = Style(img='<center><img src="{src}" /></center>', caption="<center>{}</center>", indent="\u3000\u3000")


@dataclass(frozen=True)
class Site:
    """One publisher. `way`: page, page with selectors, JSON, or JSON of the body alone."""

    name: str
    template: Template
    way: str

    @property
    def is_json(self) -> bool:
        return self.way.startswith("json")

    @property
    def shown(self) -> frozenset[str]:
        """The metadata that its pages show."""
        return self.template.shows


def sites() -> list[Site]:
    """Every template without and with selectors, and two content endpoints."""
    return [
        *(Site(f"{t.name}-{way}", t, way) for t in TEMPLATES for way in ("page", "selectors")),
        Site("endpoint-all", _TOLD, "json"),
        Site("endpoint-body", JEKYLL, "json body"),
    ]


@dataclass
class Entry:
    """An article on a site in this round; `article` is None while it is gone."""

    code: str
    site: Site
    article: Article | None
    before: Article | None = None  # what it was before its last edit
    kinds: tuple[noise.Noise, ...] = ()
    fault: Fault | None = None
    seed: str = ""
    asked: int = field(default=0)  # requests in this round


class Origin:
    """A context manager that serves these entries on loopback."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = {entry.code: entry for entry in entries}
        self.lock = threading.Lock()
        self._server = Server(self._respond)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop()

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self._server.port}"

    def toml(self, names: list[Site]) -> str:
        """A configuration for these sites."""
        head = (
            f'database = "newstrail.db"\n\n[crawl]\ndelay = 0\nconcurrency_per_host = 8\nallow_private = ["{HOST}"]\n'
        )
        return head + "".join(self._site_toml(site) for site in names)

    def _site_toml(self, site: Site) -> str:
        lines = [
            f"\n[site.{site.name}]",
            f'listing = "{self.base}/list/{{category}}.html"',
            f"article = '/{site.name}/(?P<code>[^/]+)\\.html$'",
            f'share = "{self.base}/share/{site.name}?infoCode={{code}}"' if site.is_json
            else f'share = "{self.base}/{site.name}/{{code}}.html"',
            'timezone = "Asia/Shanghai"',
            'confirm_after = "1s"',
        ]  # fmt: skip
        if site.is_json:
            lines.append(f'content = "{self.base}/api/{site.name}?id={{code}}"')
        if site.way == "selectors":
            lines += [f"{name} = {json.dumps(value)}" for name, value in site.template.selectors.items()]
        lines += ["\n[[source]]", f'key = "{site.name}"', f'site = "{site.name}"', 'every = "5m"', ""]
        return "\n".join(lines)

    def _respond(self, request: Request) -> Answer:
        with self.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        first, _, rest = parts.path.strip("/").partition("/")
        if first in ("", "index.html"):
            return _html(_HOME)
        if first == "list":
            return self._listing(rest.removesuffix(".html"))
        if first == "share":
            return _html(_SHELL)
        code = query.get("id", [""])[0] if first == "api" else rest.removesuffix(".html")
        entry = self.entries.get(code)
        if entry is None or entry.article is None:
            return Answer(404, {"Content-Type": "text/html; charset=utf-8"}, "<h1>404</h1><p>页面不存在</p>".encode())
        return self._of(entry, entry.article, first == "api")

    def _listing(self, name: str) -> Answer:
        shown = [e for e in self.entries.values() if e.site.name == name and e.article]
        items = "\n".join(
            f'<li><a href="/{name}/{e.code}.html">{escape(e.article.title)}</a></li>' for e in shown if e.article
        )
        return _html(f"<html><head><title>{name}</title></head><body><h2>{name}</h2><ul>{items}</ul></body></html>")

    def _of(self, entry: Entry, article: Article, api: bool) -> Answer:
        """A page of an article, amid the round's noise; an endpoint's noise is not on its post pages."""
        entry.asked += 1
        quiet = entry.site.is_json and not api

        def make(wanted: Article) -> tuple[bytes, dict[str, str]]:
            return made(entry, wanted, api, () if quiet else entry.kinds)

        if entry.fault and not quiet and (entry.asked == 1 or not entry.fault.first):
            rng = random.Random(f"{entry.seed}:{entry.fault.name}:{entry.asked}")
            answer = entry.fault.answer(rng, Asked(article, entry.before, api, make))
            if answer is not None:
                return answer
        data, headers = make(article)
        return Answer(200, headers, data)


def _html(text: str) -> Answer:
    return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


def made(entry: Entry, article: Article, api: bool, kinds: tuple[noise.Noise, ...]) -> tuple[bytes, dict[str, str]]:
    """The bytes of a page with these kinds of noise, and their headers."""
    page = Page()
    rngs = {kind.name: random.Random(f"{entry.seed}:{kind.name}:{entry.asked}") for kind in kinds}
    for kind in kinds:
        if kind.stage == "page":
            kind.apply(rngs[kind.name], page)
    markup = _endpoint_body(article, page) if api else entry.site.template.render(article, page)
    for kind in kinds:
        if kind.stage == "markup":
            markup = kind.apply(rngs[kind.name], markup)
    encoding = "utf-8" if api else entry.site.template.encoding
    data, headers = markup.encode(encoding), {"Content-Type": "text/html; charset=" + encoding}
    if api:
        data, headers = _endpoint(entry.site, article, markup, kinds, rngs), {"Content-Type": JSON_TYPE}
    for kind in kinds:
        if kind.stage == "answer":
            data, headers = kind.apply(rngs[kind.name], data, headers)
    return data, headers


def _endpoint_body(article: Article, page: Page) -> str:
    inside = page.at("lead") + body(article.blocks, _PLAIN, page) + page.at("tail")
    return f'<div id="ContentBody">{inside}</div>' if article.blocks else ""


def _endpoint(
    site: Site, article: Article, markup: str, kinds: tuple[noise.Noise, ...], rngs: dict[str, random.Random]
) -> bytes:
    told: dict[str, Any] = {"text": markup}
    if site.way == "json":
        told |= {"title": article.title, "showTime": f"{article.published:%Y-%m-%d %H:%M:%S}", "source": article.outlet}
        told |= {"author": article.author} if article.author else {}
    for kind in kinds:
        if kind.stage == "data":
            told = kind.apply(rngs[kind.name], told)
    return json.dumps(told, ensure_ascii=told.pop("ascii", None) is not None).encode()


def jekyll(article: Article, page: Page) -> str:
    """The post page of a site whose content is behind an endpoint."""
    link = "http://share.jz.example/NewsShare.html?infoCode=1"
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8"><title>{escape(article.title)} | 金融消息</title></head>
<body><div class="wrapper"><header><h1><a href="/">金融消息</a></h1></header><section>
<small>(GMT+8, Asia/Shanghai, CST) {article.published:%Y-%m-%d %H:%M:%S}</small>
<h1>{escape(article.title, quote=False)}</h1>
{body(article.blocks, _PLAIN, page)}
<p><a href="{link}">{link}</a></p>
<p><a href="/">返回{escape(article.outlet)}新闻</a>｜<a href="/">返回首页</a></p>
<small>tags: <em>{escape(article.outlet)}新闻</em></small>
</section><footer><p>&copy; 2021</p></footer></div></body></html>"""


JEKYLL = Template("endpoint", jekyll, frozenset({"outlet", "published_at"}), {}, "second")
_TOLD = Template("endpoint", JEKYLL.render, frozenset({"outlet", "author", "published_at"}), {}, "second")


def entries(chosen: list[Site], articles: tuple[Article, ...], count: int) -> list[Entry]:
    """`count` articles on each site, codes of their own; English ones only once in a while."""
    found = []
    for number, site in enumerate(chosen):
        mine = [articles[(number * 5 + i) % len(articles)] for i in range(min(count, len(articles)))]
        for article in mine:
            mine_now = article if {"author"} <= site.shown else replace(article, author=None)
            found.append(Entry(f"{site.name.replace('-', '')}{article.name}", site, mine_now))
    return found
