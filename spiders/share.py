"""The share spider: looks at given or due articles.

An article's content comes from the content endpoint where its site has one, else from the share page, else from the
post page; what one lacks (title, time, outlet) the next fills in. A page that is not needed is not fetched.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.config import Site, seconds
from crawler.hosts import HostSpared
from crawler.items import Begun, Job, Look, Message, Role, Target
from crawler.rules import addresses, classify, identity, patience
from crawler.rules.dates import utc_text
from spiders.reading import Reading

logger = logging.getLogger(__name__)
_SHELLS_ENOUGH = 3  # share pages without any field, after which a site's share pages are left alone for this run


class ShareSpider(Spider):
    """Looks at the targets of its job."""

    name = "share"

    def __init__(self, job: Job, sink: Callable[[Message], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.sink = sink
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._observations = 0
        self._shells: Counter[str] = Counter()
        self._left: dict[str, tuple[HostSpared, int]] = {}  # host -> why, looks that were not made
        self._beyond = 0  # looks that were not made because they are more than one crawl makes

    async def start(self) -> AsyncIterator[Any]:
        for target in self.bounded(self.job.targets):
            yield self.first_request(target)

    def bounded(self, targets: Sequence[Target]) -> Sequence[Target]:
        """As many of them as one crawl looks at; the others stay due."""
        most = self.job.crawl.most_looks
        self._beyond = max(0, len(targets) - most)
        return targets[:most]

    def now(self) -> str:
        return utc_text(self.clock())

    def next_id(self) -> str:
        self._observations += 1
        return f"{self.job.run}:{self._observations}"

    def site(self, target: Target) -> Site:
        return self.job.sites[target.site]

    def begin(self, target: Target, **values: Any) -> Reading:
        layouts, agent = self.job.layouts.get(target.site, {}), self.job.crawl.user_agent
        return Reading(target, self.site(target), layouts, agent, **values)

    def first_request(self, target: Target) -> Request | Look:
        """The request for the page that the content comes from; a look at once where there is none to make."""
        for role in self.body_roles(target):
            if request := self.request(target, role):
                request.callback, request.errback = self.parse, self.failed
                request.cb_kwargs["target"] = target
                return request
        reading = self.begin(target)
        reason = "no page of it may or can be fetched; its listing or its URL is needed"
        return reading.look(self.next_id(), self.now(), ("error", reason))

    def body_roles(self, target: Target) -> list[Role]:
        """Where the content may come from, in order; for a known article where it came from before."""
        if self.site(target).content:
            return ["content"]
        before = target.known.places.get("body") if target.known else None
        return ["post", "share"] if before == "post" else ["share"] if before == "share" else ["share", "post"]

    def request(self, target: Target, role: Role, conditional: bool = True) -> Request | None:
        """The request for one page of an article; None where there is no such page or it is to be left alone."""
        site = self.site(target)
        url = identity.page_url(site, role, target.code, target.post_url)
        if url is None or addresses.is_left_alone(url, site.never_fetch_pattern):
            return None
        headers = {} if conditional else {"Cache-Control": "no-cache"}
        validator = target.known.validators.get(role) if target.known else None
        if conditional and validator and not target.full:
            if validator.etag:
                headers["If-None-Match"] = validator.etag
            if validator.last_modified:
                headers["If-Modified-Since"] = validator.last_modified
        return Request(url, headers=headers, dont_filter=True, meta={"role": role, "site": target.site})

    async def fetch(self, target: Target, role: Role, conditional: bool = True) -> Response | classify.Verdict | None:
        """One more page, through the same middlewares; a verdict where it cannot be had, None where there is none."""
        request = self.request(target, role, conditional)
        if request is None:
            return None
        try:
            response = await self.crawler.engine.download_async(request)
        except HostSpared:
            raise
        except Exception as error:  # whatever kept the page away is the look's reason
            return classify.failure(error)
        self.begun(target, response)
        return await self.vouched(target, role, response) if conditional else response

    def begun(self, target: Target, response: Response) -> None:
        """Tell that a page is about to be read, should that be the end of this process."""
        reading = self.begin(target, page=response.url, status=response.status)
        self.sink(Begun(reading.look(self.next_id(), self.now(), ("error", ""))))

    async def vouched(self, target: Target, role: Role, response: Response) -> Response | classify.Verdict | None:
        """The answer, or where it is a 304 that vouches for nothing, the one without a condition."""
        if response.status != 304 or self.begin(target).vouches(role, response):
            return response
        return await self.fetch(target, role, conditional=False)

    def leave(self, spared: HostSpared) -> None:
        """What is not looked at, because its host is to be left alone, stays due."""
        self._left[spared.host] = (spared, self._left.get(spared.host, (spared, 0))[1] + 1)
        self.crawler.stats.inc_value("newstrail/left")

    @property
    def left(self) -> tuple[str, ...]:
        """Of each host that was left: why, until when, and how much was not looked at."""
        told = [patience.told(host, why.until, why.reason, n) for host, (why, n) in self._left.items()]
        if self._beyond:
            told.append(f"{self._beyond} articles are more than crawl.most_looks = {self.job.crawl.most_looks} allows")
        return tuple(told)

    def failed(self, failure: Any) -> Look | None:
        """The look at an article whose page could not be had at all; None where its host is spared."""
        if isinstance(failure.value, HostSpared):
            self.leave(failure.value)
            return None
        target: Target = failure.request.cb_kwargs["target"]
        reading = self.begin(target, page=failure.request.url)
        return reading.look(self.next_id(), self.now(), classify.failure(failure.value))

    async def parse(self, response: Response, target: Target) -> AsyncIterator[Any]:
        self.begun(target, response)
        try:
            look = await self.looked(target, response)
            yield look
            if look.outcome == "not_found" and self._confirms_at_once(target):
                again = await self.fetch(target, response.meta["role"], conditional=False)
                if isinstance(again, Response):
                    yield await self.looked(target, again, attempt=2)
        except HostSpared as spared:  # it waits for the next crawl
            self.leave(spared)

    async def looked(self, target: Target, response: Response, attempt: int = 1) -> Look:
        """A look; one at a page that breaks a rule of ours brought nothing, and is no silence."""
        try:
            return await self.look(target, response, attempt)
        except HostSpared:
            raise
        except Exception as error:
            reading = self.begin(target, page=response.url, status=response.status)
            return reading.look(self.next_id(), self.now(), ("error", classify.broken(error)), attempt)

    def _confirms_at_once(self, target: Target) -> bool:
        unconfirmed = target.known is not None and not target.known.removed
        return unconfirmed and seconds(self.site(target).confirm_after) == 0

    async def look(self, target: Target, response: Response, attempt: int = 1) -> Look:
        """Read an article from its first page and those further ones that are needed."""
        reading = self.begin(target)
        seen_at = self.now()
        verdict = await self._read_body(reading, response, seen_at)
        if verdict is None:
            verdict = await self._confirm_collapse(reading, response.meta["role"])
        if verdict is None:
            first: Role = response.meta["role"]
            if not await self._read_further(reading, first) and first in reading.not_modified:
                verdict = await self._read_whole(reading, first)
        if reading.fields.title is None and target.listed_title and "title" not in self._known_places(target):
            reading.fields.title = target.listed_title
            reading.fields.places["title"] = "listing"
        return reading.look(self.next_id(), seen_at, verdict, attempt)

    def _known_places(self, target: Target) -> dict[str, str]:
        """Field -> place where a listing's title would be no news: every place but the listing itself."""
        known = target.known.places if target.known else {}
        return {name: place for name, place in known.items() if place != "listing"}

    async def _read_body(self, reading: Reading, response: Response, seen_at: str) -> classify.Verdict | None:
        """Read the page that the content comes from; without a body on it, the next that may have one."""
        role: Role = response.meta["role"]
        target = reading.target
        answer = await self.vouched(target, role, response)
        if not isinstance(answer, Response):
            return answer
        verdict = reading.take(role, answer, seen_at) or reading.follow(role, answer)
        first = (verdict, list(reading.responses), reading.status, reading.page)
        later = self.body_roles(target)[self.body_roles(target).index(role) + 1 :]
        while not reading.has_body() and (verdict is None or verdict[0] in ("not_found", "empty")) and later:
            role = later.pop(0)
            page = await self.fetch(target, role)
            if page is None:
                continue
            if not isinstance(page, Response):
                return page
            reading.responses.clear()
            reading.status = None
            verdict = reading.take(role, page, seen_at) or reading.follow(role, page)
        if first[0] and first[0][0] == "not_found" and not reading.has_body():
            verdict, reading.responses, reading.status, reading.page = first
            return verdict
        if verdict is None and not reading.has_body():
            return "soft_404" if target.known else "error", "no article's body on the page"
        return verdict

    async def _confirm_collapse(self, reading: Reading, role: Role) -> classify.Verdict | None:
        """A body that collapsed is fetched a second time at once, and counts only if it is the same again."""
        what = reading.collapse(role)
        if what is None:
            return None
        second = self.begin(reading.target)
        page = await self.fetch(reading.target, role, conditional=False)
        verdict = second.take(role, page, self.now()) if isinstance(page, Response) else page
        if verdict is None and second.fields.body_text is not None and second.shows_the_same(reading):
            reading.remarks.append(f"{what}; confirmed by a second fetch")
            reading.collapsed = reading.says_otherwise()
            return None
        return "variant", f"{what}; a second fetch did not show the same"

    async def _confirm_dropped(self, reading: Reading, role: Role, gone: list[str]) -> None:
        """Metadata that a further page no longer tells was dropped only if a second fetch lacks it too."""
        second = self.begin(reading.target)
        page = await self.fetch(reading.target, role, conditional=False)
        verdict = second.take(role, page, self.now()) if isinstance(page, Response) else page
        if verdict is None and second.fields.places and not set(gone) & second.fields.places.keys():
            reading.dropped.update(gone)
            reading.remarks.append(f"{', '.join(gone)} no longer told; confirmed by a second fetch")

    async def _read_whole(self, reading: Reading, role: Role) -> classify.Verdict | None:
        """A 304 holds only with all the pages that gave a field; without them the page is read after all."""
        page = await self.fetch(reading.target, role, conditional=False)
        reading.not_modified.remove(role)
        return (
            reading.take(role, page, self.now(), anew=True)
            if isinstance(page, Response)
            else page or ("error", "no page")
        )

    async def _read_further(self, reading: Reading, first: Role) -> bool:
        """Fetch the pages that gave a field before, and those that may give what lacks: on a first or full look, and
        when the first page no longer tells what it did. Whether all that gave a field were read."""
        complete = True
        target, tried = reading.target, {raw.role for raw in reading.responses} | set(reading.not_modified)
        gave = set(target.known.places.values()) if target.known else set()
        chase = target.known is None or target.full or (first not in reading.not_modified and reading.vanished(first))
        for role in ("share", "post"):
            wanted = role in gave or (chase and reading.lacks())
            if role in tried or not wanted or (role == "share" and role not in gave and self._share_is_shell(target)):
                continue
            page = await self.fetch(target, role)
            fields_before = len(reading.fields.places)
            verdict = reading.take(role, page, self.now()) if isinstance(page, Response) else page
            if verdict:
                complete = complete and role not in gave
                reading.remarks.append(f"{role} page: {verdict[1]}")
            elif role in gave and (gone := reading.vanished(role)):
                await self._confirm_dropped(reading, role, gone)
            elif role == "share":
                self._shells[target.site] += 1 if len(reading.fields.places) == fields_before else -_SHELLS_ENOUGH
        return complete

    def _share_is_shell(self, target: Target) -> bool:
        return bool(self.site(target).content) and self._shells[target.site] >= _SHELLS_ENOUGH
