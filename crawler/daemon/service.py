"""The daemon itself: an event loop with a job for each source, and threads that do what the jobs say."""

import asyncio
import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from crawler import config, jobs
from crawler.config import Config
from crawler.daemon import crawls, plans
from crawler.daemon.chores import CHORES, Chore
from crawler.daemon.crawls import GONE, STOPPED, log, now
from crawler.daemon.systemd import Systemd
from crawler.errors import ConfigError, NewstrailError
from crawler.leash import Leash
from crawler.rules.text import printable
from storage.database import open_database, usable
from storage.errors import StorageError

_LOOK_EVERY = 60.0  # seconds between two looks at what of a site is due
_CLOCK_EVERY, _PLANS_EVERY = 1.0, 5.0  # seconds between two looks at the clock, and at the schedule
_JUMP = 5.0  # seconds by which the clock must be off to have been set, or the machine to have slept
_GRACE, _LAST_GRACE = 20.0, 5.0  # seconds in which crawls may end in order, and in which they are gone after that
_AFTER_TROUBLE = 60.0  # seconds until a database that could not be used is tried again


class Daemon:
    """Runs a configuration's schedule until SIGTERM or SIGINT; SIGHUP rereads the configuration.

    The table `schedule` is the truth: what is planned is written there first, and what stands there is obeyed, within
    seconds also where another process wrote it.
    """

    def __init__(self, settings: Config, systemd: Systemd, chores: tuple[Chore, ...] = CHORES) -> None:
        self.settings, self._systemd, self._chores = settings, systemd, chores
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._crawling: dict[str, Leash] = {}  # what waits or runs, by name
        self._ended: set[str] = set()  # crawls, since the schedule was read last
        self._sites: set[str] = set()  # that are crawled now
        self._cut: Counter[str] = Counter()  # site -> crawls in a row that were cut off
        self._turn = asyncio.Condition()
        self._stopping, self._poked, self._reread = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._doubtful = True
        # Interrupts of a terminal are for this process alone; what a thread blocks, its children do as well.
        block = (signal.pthread_sigmask, signal.SIG_BLOCK, {signal.SIGINT})
        self._threads = ThreadPoolExecutor(80, "crawl", initializer=block[0], initargs=block[1:])
        self._record = ThreadPoolExecutor(1, "record")

    async def run(self) -> bool:
        """Until it is told to stop; whether all that ran has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reread.set)
        await self._in_record(lambda db: plans.adopt(db, self.settings, now()))
        self._scheduler.start()
        self._add_sites()
        for chore in self._chores:
            self._add_every(f"chore {chore.name}", chore.seconds, min(chore.seconds, _LOOK_EVERY), self._do, chore)
        tasks = [loop.create_task(watch()) for watch in self._watches()]
        self._systemd.ready(self._status())
        log.info("process %d: %s", os.getpid(), self._status())
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        return await self._stop()

    def _watches(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
        return self._keep_plans, self._watch_clock, self._heartbeat, self._keep_configuration

    def _status(self) -> str:
        return f"{len(self.settings.sources)} sources on {len(self.settings.sites)} sites, {self.settings.database}"

    async def _in_record(self, do: Callable[[Any], Any]) -> Any:
        """Something done with the database, in the thread for that."""

        def work() -> Any:
            path = self.settings.database
            with usable(path), closing(open_database(path, make=False)) as db:
                return do(db)

        return await asyncio.get_running_loop().run_in_executor(self._record, work)

    # ── Plans ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_plans(self) -> None:
        """Bring the schedule up to date every few seconds, and at once where something changed."""
        while True:
            try:
                await self._replan()
                pause = _PLANS_EVERY
            except Exception as error:
                self._doubtful = True
                _told("the schedule", error)
                pause = _AFTER_TROUBLE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), pause)
            self._poked.clear()

    async def _replan(self) -> None:
        doubtful, self._doubtful = self._doubtful, False
        settings, busy = self.settings, set(self._crawling)
        self._ended.clear()
        due = await self._in_record(lambda db: plans.update(db, settings, now(), busy, doubtful))
        if settings is not self.settings:
            self._poked.set()
            return
        for job in self._scheduler.get_jobs():
            if job.id.startswith("source ") and job.id[7:] not in due:
                job.remove()
        for key, at in due.items():
            if key not in self._crawling and key not in self._ended:  # what was read of these is no longer so
                self._plan(key, at)

    def _plan(self, key: str, at: datetime) -> None:
        job = self._scheduler.get_job(f"source {key}")
        if job is None or job.next_run_time != at:
            self._scheduler.add_job(
                self._crawl_source, DateTrigger(at), (key, at), id=f"source {key}", max_instances=1, coalesce=True,
                misfire_grace_time=int(plans.GRACE.total_seconds()), replace_existing=True,
            )  # fmt: skip

    async def _watch_clock(self) -> None:
        """Where the clock was set, or the machine slept, all plans are looked at again."""
        before = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(_CLOCK_EVERY)
            offset = time.time() - time.monotonic()
            if abs(offset - before) > _JUMP:
                log.warning("the clock moved by %+.0f s: the schedule is looked at again", offset - before)
                self._doubtful = True
                self._poked.set()
            before = offset

    async def _heartbeat(self) -> None:
        while self._systemd.heartbeat:
            self._systemd.alive()
            await asyncio.sleep(self._systemd.heartbeat)

    # ── Crawls ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _crawl_source(self, key: str, planned: datetime) -> None:
        def crawl(leash: Leash) -> None:
            crawls.crawl_source(lambda: self.settings, key, planned, leash, self._cut)

        if source := self.settings.sources.get(key):
            await self._crawl(key, source.site, crawl)
            self._poked.set()

    async def _crawl_due(self, site: str) -> None:
        name = f"{site} (what is due)"
        await self._crawl(name, site, lambda leash: crawls.crawl_due(self.settings, site, leash, self._cut))

    async def _crawl(self, name: str, site: str, crawl: Callable[[Leash], None]) -> None:
        """One crawl in a thread when it has its turn: one of a site at a time, no more than `crawls` of all."""
        if name in self._crawling or self._stopping.is_set():
            return
        leash = self._crawling[name] = Leash()
        held = False
        try:
            async with self._turn:
                await self._turn.wait_for(lambda: leash.why or self._is_free(site))
                if leash.why:
                    return
                self._sites.add(site)
                held = True
            await asyncio.get_running_loop().run_in_executor(self._threads, crawl, leash)
        except Exception as error:
            _told(name, error)
        finally:
            del self._crawling[name]
            self._ended.add(name)
            async with self._turn:
                self._sites -= {site} if held else set()
                self._turn.notify_all()

    def _is_free(self, site: str) -> bool:
        return site not in self._sites and len(self._sites) < self.settings.daemon.crawls

    # ── The rest ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _add_sites(self) -> None:
        for job in self._scheduler.get_jobs():
            if job.id.startswith("site ") and job.id[5:] not in self.settings.sites:
                job.remove()
        for number, site in enumerate(self.settings.sites, 1):
            if self._scheduler.get_job(f"site {site}") is None:
                first = _LOOK_EVERY * number / len(self.settings.sites)  # not all in one second
                self._add_every(f"site {site}", _LOOK_EVERY, first, self._crawl_due, site)

    def _add_every(self, name: str, seconds: float, first: float, do: Callable[..., Any], *arguments: Any) -> None:
        self._scheduler.add_job(
            do, IntervalTrigger(seconds=seconds, timezone=UTC), arguments, id=name, max_instances=1, coalesce=True,
            misfire_grace_time=None, next_run_time=now() + timedelta(seconds=first),
        )  # fmt: skip

    async def _do(self, chore: Chore) -> None:
        def work() -> None:
            settings = self.settings
            with usable(settings.database), closing(open_database(settings.database, make=False)) as db:
                chore.do(db, settings, now())

        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except Exception as error:
            _told(chore.name, error)

    async def _keep_configuration(self) -> None:
        while await self._reread.wait():
            self._reread.clear()
            await self._reload()

    async def _reload(self) -> None:
        """Read the configuration again; one that cannot be is told of, and the old one goes on."""
        self._systemd.reloading()
        before = self.settings
        try:
            self.settings = await asyncio.to_thread(self._read_again)
            await self._in_record(lambda db: plans.adopt(db, self.settings, now()))
        except Exception as error:
            self.settings = before
            _told("the configuration stays as it was", error)
        else:
            for key in self._crawling.keys() & (before.sources.keys() - self.settings.sources.keys()):
                self._crawling[key].close(GONE, _GRACE)
            self._doubtful = True  # zones may have changed
            self._add_sites()
            log.info("the configuration was read again: %s", self._status())
        self._poked.set()
        self._systemd.ready(self._status())

    def _read_again(self) -> Config:
        fresh = config.load(self.settings.path)
        if fresh.database.resolve() != self.settings.database.resolve():
            raise ConfigError(f"{fresh.path}: database: a daemon keeps to the one it began with; start another for it")
        jobs.refuse_placeholder(fresh, {source.site for source in fresh.sources.values()})
        return fresh

    async def _stop(self) -> bool:
        """No new crawl; the running ones end in order, or soon."""
        self._systemd.stopping()
        self._scheduler.pause()
        log.info("stopping: %d crawls are told to end", len(self._crawling))
        for leash in self._crawling.values():
            leash.close(STOPPED, _GRACE)
        async with self._turn:
            self._turn.notify_all()
        if await self._all_ended(_GRACE):
            return True
        for leash in self._crawling.values():
            leash.kill()
        return await self._all_ended(_LAST_GRACE)

    async def _all_ended(self, seconds: float) -> bool:
        async with self._turn:
            try:
                await asyncio.wait_for(self._turn.wait_for(lambda: not self._crawling), seconds)
            except TimeoutError:
                return False
        return True


def _told(what: str, error: Exception) -> None:
    """One line for what a person can mend; the daemon goes on in any case."""
    if isinstance(error, NewstrailError | StorageError):
        log.error("%s: %s", printable(what), printable(" ".join(str(error).split())))
    else:
        log.error("%s: a fault of newstrail; the daemon goes on", printable(what), exc_info=error)


def run(settings: Config, systemd: Systemd) -> None:
    """Run the schedule until the process is told to stop; then it ends here, whatever threads still do."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    asyncio.run(_run(settings, systemd))


async def _run(settings: Config, systemd: Systemd) -> None:
    ended = await Daemon(settings, systemd).run()
    log.info("stopped%s", "" if ended else ": some of what ran was cut off")
    logging.shutdown()
    os._exit(0)  # a chore that waits for someone else may not keep the service from ending
