"""The replica: the first site on loopback, whose articles can be published, edited, removed and restored.

`python -m crawler.demo.site --port 8000 --articles 2000` serves generated articles until it is stopped.
"""

import argparse
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.demo import pages
from crawler.demo.config import newstrail_toml
from crawler.demo.generate import generate
from crawler.demo.pages import Article
from crawler.demo.server import HOST, Answer, Overrides, Request, Server, is_current

__all__ = ["Answer", "Article", "Replica", "Request", "generate", "newstrail_toml"]

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
ROBOTS = b"User-agent: *\nAllow: /\n"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class _Entry:
    """An article on the site, or what is left of it."""

    article: Article
    modified: datetime
    listed: bool = True
    there: bool = True


@dataclass(frozen=True)
class _Page:
    body: bytes
    kind: str
    modified: datetime

    @cached_property
    def etag(self) -> str:
        """Strong: of the very bytes."""
        return f'"{hashlib.sha1(self.body, usedforsecurity=False).hexdigest()}"'


class Replica:
    """A context manager: the site is served on 127.0.0.1 from `with` to the end of its block.

    Settings may be changed while it is served. `template`: see `crawler.demo.pages`. `clock`: an aware time
    that stands for now in Last-Modified and in `listing_days`; None is the real one. `listing_days`: how long
    an article stays listed; None is forever. `empty_listing_is_404`: what a category answers when nothing in
    it is listed. `validators`: whether ETag and Last-Modified are sent and honoured.
    """

    def __init__(self, articles: Iterable[Article] = (), *, port: int = 0, clock: datetime | None = None) -> None:
        self.clock = clock
        self.listing_days: int | None = None
        self.empty_listing_is_404 = False
        self.validators = True
        self._lock = threading.RLock()
        self._template = 0
        self._entries: dict[str, _Entry] = {}
        self._paths: dict[str, str] = {}  # of post pages, to codes
        # Categories that ever had an article, and when their lists last changed
        self._touched: dict[str, datetime] = {}
        self._template_since = datetime.fromtimestamp(0, UTC)
        self._read: set[str] = set()  # categories whose list was served since it last changed
        self._made: dict[str, _Page] = {}
        self._overrides = Overrides()
        self._log: list[Request] = []
        self._server = Server(self._respond, port)
        for article in articles:
            self.publish(article)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop()

    @property
    def base(self) -> str:
        """`http://127.0.0.1:PORT`, once it is served."""
        return f"http://{HOST}:{self._server.port}"

    @property
    def template(self) -> int:
        """The number of the dress that all pages wear."""
        return self._template

    @template.setter
    def template(self, number: int) -> None:
        with self._lock:
            self._template = number
            self._template_since = self._after(self._template_since, *self._touched.values())
            self._made.clear()

    @property
    def sources(self) -> dict[str, str]:
        """Category -> the source's name on the site, for each category that ever had an article."""
        with self._lock:
            newest = sorted((e.article for e in self._entries.values()), key=lambda a: a.published)
            names = {category: article.tag for article in newest for category in article.categories[::-1]}
            names |= {article.category: article.tag for article in newest}
            return {category: names.get(category, "") for category in self._touched}

    def article(self, code: str) -> Article:
        """The article of that code as it is now or was last; KeyError where there never was one."""
        with self._lock:
            return self._entries[code].article

    def codes(self) -> list[str]:
        """Codes of the articles that are there, listed or not, in the order of their first publication."""
        with self._lock:
            return [code for code, entry in self._entries.items() if entry.there]

    def publish(self, article: Article) -> None:
        """Put an article up, in place of an older one of the same code."""
        with self._lock:
            old = self._entries.get(article.code)
            self._put(_Entry(article, self._after(old.modified, self._template_since) if old else self._now()))

    def edit(self, code: str, **fields: Any) -> None:
        """Replace fields of an article; its Last-Modified moves by a second or more."""
        self._change(code, article=replace(self.article(code), **fields))

    def remove(self, code: str) -> None:
        """Take an article down: endpoint, share and post page answer 404, and no list has it."""
        self._change(code, there=False)

    def unlist(self, code: str) -> None:
        """Take an article off the lists only."""
        self._change(code, listed=False)

    def restore(self, code: str, **fields: Any) -> None:
        """Put a removed or unlisted article back, with other fields where some are given."""
        self._change(code, article=replace(self.article(code), **fields), there=True, listed=True)

    def override(
        self, path: str, answer: Answer | Callable[[Request], Answer | None], times: int | None = None
    ) -> None:
        """Answer this exact path, query included, with `answer` or what it returns (None: as the site does), at most
        `times` times.

        Several for one path are used up one after another; one without `times` is replaced by the next.
        """
        with self._lock:
            self._overrides.add(path, answer, times)

    def clear_overrides(self) -> None:
        """Be the site again."""
        with self._lock:
            self._overrides.clear()

    @property
    def log(self) -> list[Request]:
        """Every request so far, in the order of the answers: a copy."""
        with self._lock:
            return list(self._log)

    def clear_log(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._log.clear()

    def _now(self) -> datetime:
        return (self.clock or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)

    def _after(self, *earlier: datetime) -> datetime:
        """Now, but in a later second than any of `earlier`, so that Last-Modified tells them apart."""
        return max(self._now(), *(moment + _SECOND for moment in earlier))

    def _change(self, code: str, **fields: Any) -> None:
        with self._lock:
            entry = self._entries[code]
            modified = self._after(entry.modified, self._template_since)
            self._put(replace(entry, modified=modified, **fields))

    def _put(self, entry: _Entry) -> None:
        article = entry.article
        if old := self._entries.get(article.code):
            for category in old.article.categories:
                del self._paths[old.article.post_path(category)]
                self._touch(category, entry.modified)
        self._entries[article.code] = entry
        for category in article.categories:
            self._paths[article.post_path(category)] = article.code
            self._touch(category, entry.modified)
        self._made.clear()

    def _touch(self, category: str, moment: datetime) -> None:
        """The list changed: in a later second than when it was last read, if it was."""
        before = self._touched.get(category, moment)
        self._touched[category] = max(moment, before + _SECOND if category in self._read else before)
        self._read.discard(category)

    def _respond(self, request: Request) -> Answer:
        with self._lock:
            answer = self._overrides.answer(request) or self._site(request)
            self._log.append(request._replace(status=answer.sent_status))
            return answer

    def _site(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(405, {"Allow": "GET, HEAD"})
        page = self._page(request.path)
        if page is None:
            return Answer(404, {"Content-Type": HTML}, pages.not_found())
        headers = {"Content-Type": page.kind}
        if self.validators:
            modified = max(page.modified, self._template_since)
            headers |= {
                "Date": format_datetime(max(self._now(), modified), usegmt=True),
                "ETag": page.etag,
                "Last-Modified": format_datetime(modified, usegmt=True),
            }
            if is_current(request.headers, page.etag, modified):
                return Answer(304, headers)
        return Answer(200, headers, page.body)

    def _page(self, target: str) -> _Page | None:
        """What is at that path with query; None is a 404."""
        page = self._made.get(target) or self._make(target)
        if page and not target.startswith("/category/"):  # a list may change with the clock alone
            self._made[target] = page
        return page

    def _make(self, target: str) -> _Page | None:
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        if path == "/robots.txt":
            return _Page(ROBOTS, "text/plain", self._template_since)
        if path == "/":
            modified = max(self._touched.values(), default=self._template_since)
            return _Page(pages.home(self.sources, self._template), HTML, modified)
        if path.startswith("/category/") and path.endswith(".html"):
            return self._listing(path.removeprefix("/category/").removesuffix(".html"))
        if path == "/NewsData/GetNewsText.do":
            return self._of_article(query.get("id"), JSON, pages.endpoint)
        if path == "/html_News/NewsShare.html":
            return self._of_article(query.get("infoCode"), HTML, lambda _, template: pages.share(template))
        return self._of_article([self._paths.get(path, "")], HTML, self._post)

    def _post(self, article: Article, template: int) -> bytes:
        return pages.post(article, self.base, template)

    def _of_article(self, codes: list[str] | None, kind: str, render: Callable[[Article, int], bytes]) -> _Page | None:
        entry = self._entries.get(codes[0]) if codes else None
        if entry is None or not entry.there:
            return None
        return _Page(render(entry.article, self._template), kind, entry.modified)

    def _listed(self, category: str) -> list[Article]:
        """Its listed articles, newest first."""
        shown = (entry.article for entry in self._entries.values() if entry.there and entry.listed)
        inside = [article for article in shown if category in article.categories]
        return sorted(inside, key=lambda article: article.published, reverse=True)

    def _listing(self, category: str) -> _Page | None:
        if category not in self._touched:
            return None
        self._read.add(category)
        articles = [] if " " in category else self._listed(category)
        modified = self._touched[category]
        if self.listing_days is not None:
            age = timedelta(days=self.listing_days)
            left = [a.published + age for a in articles if a.published + age < self._now()]
            articles = articles[: len(articles) - len(left)]
            modified = max([modified, *left]).replace(microsecond=0)
        if not articles and self.empty_listing_is_404:
            return None
        body = pages.listing(category, self.sources[category], articles, self._template)
        return _Page(body, HTML, modified)


def main() -> None:
    """Serve generated articles in the foreground."""
    parser = argparse.ArgumentParser(prog="python -m crawler.demo.site", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--articles", type=int, default=2000, help="how many articles of some 12 KB")
    options = parser.parse_args()
    with Replica(generate(options.articles), port=options.port) as replica:
        print(f"{replica.base}/category/{next(iter(replica.sources), '')}.html", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
