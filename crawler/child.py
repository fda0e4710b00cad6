"""A crawl's own process: it fetches and reads, tells what it saw, and never sees the database.

What a page may cost it is bounded: CPU time and memory by the kernel (setrlimit(2)), the clock on the wall by the
process that records, which hears a pulse as long as no page holds this one up.
"""

import asyncio
import gc
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import IO, Any

from crawler import network
from crawler.items import Begun, Job, Message, Pulse
from crawler.wire import read_start, send

_SOON = 0.05  # seconds
_PULSE = 1.0
_PR_SET_PDEATHSIG = 1  # prctl(2)
_MB = 1024 * 1024


def scrapy_settings(job: Job) -> dict[str, Any]:
    """What a job's configuration says to Scrapy."""
    crawl = job.crawl
    return {
        "USER_AGENT": crawl.user_agent,
        "DOWNLOAD_DELAY": crawl.delay,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency_per_host,
        "NEWSTRAIL_ALLOW_PRIVATE": list(crawl.allow_private),
        "NEWSTRAIL_PROXY": crawl.proxy,
    }


def main(parent: int) -> None:
    """A job from standard input, messages to what was standard output."""
    _end_with(parent)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but messages may reach the parent
    start = read_start(sys.stdin.buffer)
    network.guard_process(start.job.crawl.allow_private)

    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update({"LOG_ENABLED": False} | start.settings | scrapy_settings(start.job), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(_spider_class(start.job))
    told = _Teller(out, crawler, start.job.crawl.page_seconds)
    _obey_parent(crawler)
    process.crawl(crawler, job=start.job, sink=told)
    gc.freeze()  # what is imported stays: it need not be looked through again and again
    gc.set_threshold(50_000, 20, 50)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what a page ends leaves no copy of it in the folder
    _take_no_more_than(start.job.crawl.memory_mb)
    asyncio.get_event_loop_policy().get_event_loop().call_later(_PULSE, told.pulse)
    process.start(install_signal_handlers=False)


def _spider_class(job: Job) -> Any:
    from spiders.category import CategorySpider
    from spiders.share import ShareSpider

    return CategorySpider if job.spider == "category" else ShareSpider


class _Teller:
    """Tells the parent, and gives the next page its CPU time."""

    def __init__(self, out: IO[bytes], crawler: Any, page_seconds: int) -> None:
        self._out, self._crawler, self._page_seconds = out, crawler, page_seconds
        self._hard = resource.getrlimit(resource.RLIMIT_CPU)[1]

    def __call__(self, message: Message) -> None:
        try:
            send(self._out, message)
        except BrokenPipeError:
            os._exit(1)  # the parent is gone; nobody is there to record what would still be seen
        if isinstance(message, Begun | Pulse):
            self.allow_time()

    def pulse(self) -> None:
        """The loop turns; what was asked so far is told with it, should the process not come to its end."""
        stats = self._crawler.stats
        asked = stats.get_value("newstrail/requests", 0) if self._crawler.crawling else 0
        not_modified = stats.get_value("downloader/response_status_count/304", 0) if self._crawler.crawling else 0
        self(Pulse(asked, not_modified))
        asyncio.get_running_loop().call_later(_PULSE, self.pulse)

    def allow_time(self) -> None:
        """From here on a page's time counts. Where it takes longer, SIGXCPU ends the process, whatever it is doing."""
        soft = int(time.process_time()) + self._page_seconds + 1
        if self._hard == resource.RLIM_INFINITY or soft < self._hard:
            resource.setrlimit(resource.RLIMIT_CPU, (soft, self._hard))


def _end_with(parent: int) -> None:
    """Where the system can do it (Linux), end this process when the one that started it ends, however that comes."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before
            os._exit(1)


def _take_no_more_than(memory_mb: int) -> None:
    """Bound the memory of this process to so many MiB more than it has now. A page that needs more is a look that ended
    in an error; where not even that can be told, the process dies."""
    pages = int(Path("/proc/self/statm").read_text().split()[5]) if sys.platform == "linux" else 0
    bound = pages * resource.getpagesize() + memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def _obey_parent(crawler: Any) -> None:
    """A terminal's Ctrl-C reaches the whole group; only the parent's SIGTERM closes the crawl, in order."""
    loop = asyncio.get_event_loop_policy().get_event_loop()

    async def stop() -> None:
        while not (crawler.engine and crawler.engine.running):  # before that, Scrapy lets it pass
            await asyncio.sleep(_SOON)
        await crawler.stop_async()

    def close(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(lambda: loop.create_task(stop()))

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, close)


if __name__ == "__main__":
    main(int(sys.argv[1]))
