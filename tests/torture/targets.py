"""What is fuzzed: functions of bytes that do with them what a crawl, a reader of the record or the command line does.

Nothing but the errors in `PROMISED` may come of any bytes, and what is made of them must be fit to be written and sent.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import msgspec
from scrapy.http import HtmlResponse, Request
from scrapy.robotstxt import ProtegoRobotParser

from crawler import config, jobs, lookup, searching
from crawler.errors import NewstrailError, NotFoundError, UsageError
from crawler.items import Job, ListingReading, ListingTask, Look, Observation, Raw, Role, Target
from crawler.learning import Learning
from crawler.pipelines import NormalizePipeline
from crawler.record import record_listing, record_look
from crawler.rules import addresses, asking, classify, dates, facts, identity, patience, shingles, text, when
from crawler.rules.asked import asked
from crawler.rules.decode import decode
from crawler.rules.diff import apply, blame, compare, counts, summary
from crawler.rules.diff.marked import folded, paragraphs
from crawler.rules.diff.sides import rows
from crawler.rules.personal import masked
from crawler.rules.severity.disclosure import disclosure
from spiders.category import CategorySpider
from storage import sources
from storage.database import open_database

PROMISED = (NewstrailError,)
TOML = """
[crawl]
user_agent = "newsdesk/1.0 (+https://newsdesk.example/bot)"
[site.a]
listing = "http://a.example/category/{category}.html"
article = '/(?P<category>[^/]+)/(?P<date>\\d{4}/\\d{2}/\\d{2})/(?P<code>[^/]+)\\.html$'
share = "http://a.example/share?infoCode={code}"
content = "http://a.example/text?id={code}"
timezone = "Asia/Shanghai"
[[source]]
key = "yaowen"
site = "a"
"""
FILE = Path("newstrail.toml")
CONFIG = config.parse(TOML, FILE)
SITE = CONFIG.sites["a"]
AGENT = CONFIG.crawl.user_agent
NOW = datetime(2024, 11, 22, 9, 30, tzinfo=UTC)
SEEN = dates.utc_text(NOW)
LISTING, POST = "http://a.example/category/yaowen.html", "http://a.example/yaowen/2024/11/22/NW1.html"
# The first byte of a page says which of these it comes with, so that fuzzing finds out what they do to it.
TYPES = (
    "text/html", "text/html; charset=utf-8", "text/html; charset=gb2312", "application/json", "text/html; charset=big5",
    "text/html; charset=utf-16", "text/html; charset=iso-8859-1", "text/html; charset=shift_jis", "", "text/plain",
)  # fmt: skip
_UNCLOSED = 500  # tags in a page at most; what lies deeper is refused before anything is parsed
_LONGEST_TOML = 16_384  # bytes; tomllib takes its time for a key of 30,000 parts, which is nobody's configuration
_FIRST = b"\x01" + "<h1>采购项目公示</h1><p>预算3.5亿元，年底前完成。</p>".encode()
_numbers = itertools.count(1)
_decoder = msgspec.msgpack.Decoder(Observation)


def pages(role: Role) -> Callable[[bytes], None]:
    """What an article's page is read as, sent to the parent process, and recorded as: here as an edit of an article."""

    def target(data: bytes) -> None:
        if not _is_deep(data):
            taken_back(lambda db: _record_look(db, _look(role, data)))

    return target


def listings(data: bytes) -> None:
    """The same of a listing."""
    if _is_deep(data):
        return
    reading = _sent(_spider().read_listing(_response("listing", LISTING, data)))
    assert isinstance(reading, ListingReading)
    taken_back(lambda db: record_listing(db, 1, "a", reading, CONFIG.sites))
    for entry in reading.entries:
        for role in ("content", "share", "post"):
            Request(identity.page_url(SITE, role, entry.code, entry.url) or POST)


def feeds(data: bytes) -> None:
    """A feed or a sitemap, where a listing or an article's page was expected."""
    listings(data)
    pages("share")(data)


def edits(data: bytes) -> None:
    """Two texts, apart by a line of `===`: what became of the one."""
    old, _, new = data.decode("utf-8", "replace").partition("\n===\n")
    old, new = text.kept(old), text.kept(new)
    operations = compare(old, new)
    assert apply(old, operations) == new, "the operations do not make the new text of the old"
    assert text.comparison_form(text.comparison_form(old)) == text.comparison_form(old)
    counts(operations, old)
    summary(old, new, operations)
    blame([old, new])
    for one, side in ((old, "left"), (new, "right")):
        assert "".join(piece.text for row in rows(old, new) for piece in getattr(row, side)) == one
    for paragraph in paragraphs(old, new):
        folded(paragraph)
    assert len(masked(old)) == len(old)
    disclosure(old, new, None, None)
    facts.changes(facts.find("", old), facts.find("", new))
    shingles.is_same_story(old, new)
    text.printable(old)


def robots(data: bytes) -> None:
    """A robots.txt, and what it says of some URLs."""
    rules = patience.robots_rules(200, data)
    assert not isinstance(rules, str)
    parser = ProtegoRobotParser(rules, None)
    assert 0 <= patience.crawl_delay(parser.crawl_delay(AGENT)) <= 60
    for url in (LISTING, POST, f"{POST}?{'a' * 1500}"):
        parser.allowed(url, AGENT)
    patience.robots_rules(data[0] + 200 if data else 200, data, ("partial",))


def configurations(data: bytes) -> None:
    """A newstrail.toml; what is accepted works."""
    try:
        found = config.parse(data[:_LONGEST_TOML].decode(), FILE)
    except UnicodeDecodeError:
        return  # `load` says so
    for site in found.sites.values():
        list(config.named_hosts(site))
        addresses.is_left_alone(POST, site.never_fetch_pattern)
        dates.published(SEEN, site.zone)
        identity.article_groups(site, POST)
        for role in ("content", "share"):
            identity.page_url(site, role, "NW1", POST)
        identity.code_of(site, POST)
    for source in found.sources.values():
        identity.listing_url(found.site(source.site), source.category_name)
    msgspec.msgpack.encode(Job("0", "share", found.crawl, found.sites))


def searches(data: bytes) -> None:
    """What is typed into a search, asked of a record."""
    said = _typed(data)
    question = asking.parse(said)
    for kind in ({}, {"best": True}, {"all_versions": True}):
        searching.find(_record(), question, SITE.zone, NOW, **kind)
    searching.search_snippet("江州市公布采购项目，预算3.5亿元。", said)


def times(data: bytes) -> None:
    """What is typed as a time."""
    found = when.moment(_typed(data), SITE.zone, NOW)
    assert dates.utc_text(dates.from_utc_text(found)) == found and len(found) == 20, found


def references(data: bytes) -> None:
    """What is typed to name an article: a code, a URL, a number."""
    said = _typed(data)
    with suppress(NotFoundError):
        lookup.article(CONFIG, _record(), said)
    Request(jobs.watch_target(CONFIG, said).url)


def headers(data: bytes) -> None:
    """Lines of values of headers, each as every header that is read."""
    values = [line.decode("latin-1") for line in data.split(b"\n")][:20]
    for value, other in itertools.pairwise([*values, values[0]]):
        waits = patience.retry_after(value, NOW, other)
        assert waits is None or 0 <= waits <= patience.LONGEST
        decode(b"\xb2\xc6\xd5\xfe<meta charset=" + other.encode("latin-1") + b">", value)
        classify.answer(Raw("post", POST, SEEN, 200, {"Content-Type": value, "x-waf": other}, b"<p>"))
        asked([value, other], "", AGENT)
        for zone in (SITE.zone, UTC):
            dates.published(value, zone)  # type: ignore[arg-type]
        _led_to(value)


def _led_to(url: str) -> None:
    """A redirect's goal, as Scrapy makes it."""
    try:
        url = Request(url).url
        host = urlsplit(url).hostname
    except ValueError:
        return  # Scrapy refuses it
    classify.redirected(POST, url)
    identity.code_of(SITE, url)
    identity.leads_to_same_article(url, "NW1")
    assert not host or addresses.host_of(urlsplit(url))


def _typed(data: bytes) -> str:
    """As the command line gets it; it refuses what is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(str(error)) from None


TARGETS: dict[str, Callable[[bytes], None]] = {
    "listing": listings, "endpoint": pages("content"), "share": pages("share"), "feed": feeds, "edit": edits,
    "robots": robots, "config": configurations, "search": searches, "time": times, "reference": references,
    "headers": headers,
}  # fmt: skip


def _is_deep(data: bytes) -> bool:
    return data.count(b"<") - data.count(b"</") - data.count(b"<p") - data.count(b"<li") > _UNCLOSED


def _response(role: Role, url: str, data: bytes) -> HtmlResponse:
    request = Request(url, meta={"role": role, "site": "a"})
    kind = TYPES[data[0] % len(TYPES)] if data else ""
    return HtmlResponse(url, headers={"Content-Type": kind}, body=data[1:], request=request)


@cache
def _spider() -> CategorySpider:
    task = ListingTask("yaowen", "a", "yaowen", LISTING, seen_before=True)
    spider = CategorySpider(Job("0", "category", CONFIG.crawl, CONFIG.sites, listing=task), sink=lambda _: None)
    spider.clock = lambda: NOW
    return spider


@cache
def _pipeline() -> NormalizePipeline:
    crawler: Any = SimpleNamespace(stats=SimpleNamespace(inc_value=lambda *_: None), spider=_spider())
    return NormalizePipeline(crawler)


def _look(role: Role, data: bytes) -> Look:
    reading = _spider().begin(Target("a", "NW1", "http://a.example/share?infoCode=NW1", POST))
    verdict = reading.take(role, _response(role, POST, data), SEEN)
    look = _sent(_pipeline().process_item(reading.look(f"0:{next(_numbers)}", SEEN, verdict)))
    assert isinstance(look, Look)
    return look


def _record_look(db: Any, look: Look) -> None:
    record_look(db, look, SITE, None, SEEN, Learning(db))


def _sent(value: Any) -> Any:
    """As it comes out of the child process."""
    data = msgspec.msgpack.encode(value)
    return _decoder.decode(data) if isinstance(value, Observation) else value


@cache
def _record() -> Any:
    """A record in memory, of an article in one version."""
    db = open_database(Path(":memory:"))
    sources.put_source(db, "yaowen", "要闻", "a", "yaowen", LISTING)
    _record_look(db, _look("post", _FIRST))
    return db


def taken_back(record: Callable[[Any], None]) -> None:
    """Writes into the record, and takes it back."""
    db = _record()
    db.execute("BEGIN")
    try:
        record(db)
    finally:
        db.execute("ROLLBACK")
