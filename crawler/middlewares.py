"""What every request passes on its way out: `never_fetch`, addresses, robots.txt, and its turn at the host."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.hosts import HostSpared, Turn, Turns
from crawler.items import HostNote, Job, RobotsCopy, RobotsNote
from crawler.network import RefusedAddressError
from crawler.resolver import CheckedResolver
from crawler.rules import addresses, classify, patience
from crawler.rules.addresses import host_of
from crawler.rules.dates import from_utc_text, utc_text


class NeverFetchMiddleware:
    """Refuses what a site's `never_fetch` names: listings, pages and endpoints, and redirects that lead there."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        sites = self._crawler.spider.job.sites  # type: ignore[union-attr]
        site = sites.get(request.meta.get("site"))
        if site and addresses.is_left_alone(request.url, site.never_fetch_pattern):
            self._crawler.stats.inc_value("newstrail/never_fetched")
            raise IgnoreRequest(f"never_fetch leaves {request.url} alone")


class AddressMiddleware:
    """Refuses requests, redirects and robots.txt look-ups that lead to private addresses, before a turn is taken.

    The addresses are those that will be connected to: `CheckedResolver` looks each host up once for both.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._stats = crawler.stats
        self._proxy: str | None = crawler.settings.get("NEWSTRAIL_PROXY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if not request.url.startswith(("http://", "https://")):
            raise IgnoreRequest("only http and https are fetched")
        if why := addresses.unclear(request.url) or await self._refusal(urlparse_cached(request).hostname or ""):
            self._stats.inc_value("newstrail/refused_address")
            raise IgnoreRequest(why)
        if self._proxy is not None:
            request.meta["proxy"] = self._proxy

    async def _refusal(self, host: str) -> str | None:
        from twisted.internet import reactor  # there is one only when the crawl runs

        assert isinstance(reactor.nameResolver, CheckedResolver)
        try:
            await reactor.nameResolver.lookup(host)
        except RefusedAddressError as error:
            return str(error)
        except (OSError, UnicodeError):  # the proxy may know hosts that are not known here
            return None if self._proxy else f"the host name {host} cannot be resolved"
        return None


class RobotsMiddleware:
    """Obeys robots.txt by RFC 9309: none (4xx) allows everything, one that cannot be had (5xx, 408, 429,
    network) nothing.

    Scrapy's own lets requests that wait for the same robots.txt through, obeys the body of a 404 page and allows
    everything where robots.txt cannot be had.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Future[_Rules | str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots_txt"):
            return
        url = urlparse_cached(request)
        root = f"{url.scheme}://{url.netloc}"
        asked = self._rules.get(root)
        if asked is None or _is_over(asked):
            asked = self._rules[root] = asyncio.ensure_future(self._of(root, host_of(url)))
        rules = await asked  # each waiter awaits the same future and gets the same rules
        if isinstance(rules, str):
            self._turns.refuse_left(host_of(url))
        if isinstance(rules, str) or not rules.parser.allowed(request.url, self._agent):
            self._crawler.stats.inc_value("newstrail/robots_disallowed")
            why = rules if isinstance(rules, str) else "disallows it"
            raise IgnoreRequest(f"robots.txt of {url.netloc} {why}")

    @property
    def _turns(self) -> Turns:
        downloader = self._crawler.engine.downloader
        assert isinstance(downloader, BoundedDownloader)
        return downloader.turns

    async def _of(self, root: str, host: str) -> "_Rules | str":
        """The rules of a host, from the job or fetched, or why there are none to be had."""
        spider: Any = self._crawler.spider
        copy = self._rules_kept(root) or await self._fetch(f"{root}/robots.txt")
        if isinstance(copy, str):
            return copy
        if copy is not spider.job.robots.get(root):
            spider.sink(RobotsNote(f"{spider.job.run}:robots:{root}:{copy.fetched_at}", root, copy))
        parser = ProtegoRobotParser(copy.rules, None)
        self._turns.slow_down(host, patience.crawl_delay(parser.crawl_delay(self._agent)))
        return _Rules(parser, time.monotonic() + patience.ROBOTS_KEPT - _age(copy))

    def _rules_kept(self, root: str) -> RobotsCopy | None:
        copy: RobotsCopy | None = self._crawler.spider.job.robots.get(root)  # type: ignore[union-attr]
        return copy if copy and 0 <= _age(copy) < patience.ROBOTS_KEPT else None

    async def _fetch(self, url: str) -> RobotsCopy | str:
        """What of it is read, or why nothing may be fetched."""
        request = Request(url, priority=1000, meta={"is_robots_txt": True}, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except HostSpared:
            raise
        except Exception as error:  # whatever kept robots.txt away, nothing may be fetched
            return f"cannot be had: {classify.failure(error)[1]}"
        rules = patience.robots_rules(response.status, response.body, response.flags)
        return rules if isinstance(rules, str) else RobotsCopy(utc_text(datetime.now(UTC)), response.status, rules)


@dataclass(frozen=True)
class _Rules:
    parser: ProtegoRobotParser
    until: float  # time.monotonic() from which on they are too old


def _is_over(asked: "asyncio.Future[_Rules | str]") -> bool:
    if not asked.done() or asked.cancelled() or asked.exception():
        return False
    rules = asked.result()
    return isinstance(rules, _Rules) and rules.until <= time.monotonic()


def _age(copy: RobotsCopy) -> float:
    return (datetime.now(UTC) - from_utc_text(copy.fetched_at)).total_seconds()


class BoundedDownloader(Downloader):
    """Asks a host only in turn with all crawls of this machine, and leaves it alone where it asks for that.

    Everything that is asked comes by here: pages, redirects, second tries, robots.txt. Scrapy's own delay knows one
    process only; and it counts a request when its task begins, so all that are queued in one turn of the loop would
    begin at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        job: Job | None = getattr(crawler.spider, "job", None)
        delay, self._delay = self._delay, 0.0
        self._notes = 0
        wishes = job.hosts if job else {}
        self.turns = Turns(delay, self.domain_concurrency, wishes, self._tell, lambda: not crawler.crawling)

    def get_slot_key(self, request: Request) -> str:
        return host_of(urlparse_cached(request))

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        try:
            turn = await self.turns.take(self.get_slot_key(request))
        except BaseException as error:
            slot.transferring.discard(request)
            self._process_queue(slot)
            if isinstance(error, HostSpared) and (before := request.meta.get("failed_with")):
                raise IgnoreRequest(before) from error  # no second try; what the first one came to counts
            raise
        try:
            self.crawler.stats.inc_value("newstrail/requests")
            response = await super()._download(slot, request)
            self._heard(turn, request, response)
            return response
        except Exception as error:
            if patience.is_host_failure(error):
                self._failed(turn, request, classify.failure(error)[1])
            raise
        finally:
            self.turns.release(turn)

    def _heard(self, turn: Turn, request: Request, response: Response) -> None:
        if not patience.is_failure(response.status):
            self.turns.went_well(turn)
            return
        asked = None
        if response.status in patience.ASKING:
            value, date = (_header(response, name) for name in ("Retry-After", "Date"))
            asked = patience.retry_after(value, datetime.now(UTC), date)
        reason = f"HTTP {response.status}{'' if asked is None else ', Retry-After'}"
        self._failed(turn, request, reason, asked)

    def _failed(self, turn: Turn, request: Request, reason: str, asked: float | None = None) -> None:
        again = bool(request.meta.get("retry_times"))
        self.turns.failed(turn, reason, asked, counts=not again)
        request.meta["failed_with"] = reason  # goes with the request's second try
        if self.turns.is_left(turn.host):
            request.meta["dont_retry"] = True

    def _tell(self, host: str, not_before: str | None, reason: str | None, failures: int) -> None:
        spider: Any = self.crawler.spider
        if getattr(spider, "job", None) is None:
            return
        self._notes += 1
        number = f"{spider.job.run}:host:{self._notes}"
        spider.sink(HostNote(number, host, utc_text(datetime.now(UTC)), not_before, reason, failures))

    def close(self) -> None:
        super().close()
        self.turns.close()


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
