"""From configuration and record to a `Job`: what a crawl is asked to do."""

import ipaddress
import json
import socket
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlite_utils import Database

from crawler import budget
from crawler.config import PLACEHOLDER_AGENT, Config, Site, Source, named_hosts
from crawler.errors import ConfigError, NotFoundError
from crawler.items import (
    METADATA,
    HostWish,
    Job,
    Known,
    Layout,
    LearnedLayout,
    ListingTask,
    RobotsCopy,
    Target,
    Validator,
)
from crawler.rules import addresses, identity
from crawler.rules.dates import later, utc_text
from storage import articles, hosts, layouts, queries, redactions, sources

EVER = "9999"  # a time by which every article is due
_SETTLED_LOOKS, _SETTLED_AFTER = 3, 86400  # readings, and seconds, after which a listing's new look is believed
_LOOKS_SECONDS, _FEWEST_LOOKS, _MOST_LOOKS = 60, 10, 500  # of one crawl between readings of listings
FULL_FETCH_EVERY = 20  # looks; so that an origin that lies about "not modified" is found out


def category_job(
    db: Database,
    config: Config,
    key: str,
    now: str,
    recheck: bool = False,
    picked: list[int] | None = None,
    keep_robots: bool = False,
) -> Job:
    """The crawl of one source: its listing, and its articles that are due (`recheck`: all it ever listed; `picked`:
    these articles of its site instead, by their ids).

    `keep_robots`: a robots.txt of less than a day ago is not fetched again; for crawls that nobody started by hand.
    """
    source = config.source(key)
    site = config.sites[source.site]
    refuse_placeholder(config, [source.site])
    url = identity.listing_url(site, source.category_name)
    source_id = put_source(db, config, source)
    known = sources.find_source(db, key) or {}
    if picked is None:
        rows = queries.articles_of_source(db, source_id, now, due_only=not recheck)
    else:
        rows = queries.articles_by_id(db, picked)
    targets = tuple(_target(row) for row in rows if row["site"] == source.site)
    job = Job(
        run=uuid.uuid4().hex,
        spider="category",
        crawl=config.crawl,
        sites={source.site: site},
        targets=targets,
        listing=ListingTask(
            key,
            source.site,
            source.category_name,
            url,
            seen_before=known.get("listing_seen_at") is not None,
            links_before=_links_before(db, source.site, known, now),
        ),
        known_codes=frozenset(queries.known_codes(db, source.site)),
        layouts={source.site: learned_layouts(db, source.site)},
        hosts=_wishes(db),
        robots=_robots(db, [site], targets) if keep_robots else {},
    )
    return _whole(job) if recheck else job


def put_source(db: Database, config: Config, source: Source) -> int:
    """Put a configured source on record, or bring its row up to date; its number there."""
    url = identity.listing_url(config.sites[source.site], source.category_name)
    return sources.put_source(db, source.key, source.name, source.site, source.category_name, url)


def _wishes(db: Database) -> dict[str, HostWish]:
    return {row.pop("host"): HostWish(**row) for row in hosts.wishes(db)}


def _robots(db: Database, sites: Iterable[Site], targets: Iterable[Target]) -> dict[str, RobotsCopy]:
    """What is kept of the hosts that a crawl asks; how old it may be is for the crawl to say."""
    urls = {url for site in sites for url in (site.listing, site.share, site.content) if url}
    urls |= {url for target in targets for url in (target.url, target.post_url) if url}
    origins = {"://".join(urlsplit(url)[:2]) for url in urls}
    return {row.pop("origin"): RobotsCopy(**row) for row in hosts.robots(db, origins)}


def _links_before(db: Database, site: str, source: dict[str, Any], now: str) -> tuple[int, int] | None:
    """The links that a listing used to have; None where there were none, or where it has been otherwise for so long
    that it is the listing now."""
    since = sources.quarantined_since(db, site, source["id"], _SETTLED_LOOKS)
    if not source["matched_links"] or (since and now >= later(since, _SETTLED_AFTER)):
        return None
    return source["matched_links"], source["other_links"]


def due_job(
    db: Database,
    config: Config,
    now: str,
    site: str | None = None,
    unlisted_only: bool = False,
    keep_robots: bool = False,
) -> Job:
    """A crawl of every article whose time has come by `now` (`unlisted_only`: of those that no listing ever had)."""
    due = queries.due_articles(db, now, unlisted_only)
    rows = [row for row in due if row["site"] in config.sites and site in (None, row["site"])]
    job = _share_job(config, db, rows, keep_robots=keep_robots)
    return _whole(job) if now == EVER else job


def _whole(job: Job) -> Job:
    """A crawl of all that there is, not of as much as one crawl looks at: what is not due would never have its turn."""
    most = job.crawl.most_looks + len(job.targets)
    return msgspec.structs.replace(job, crawl=msgspec.structs.replace(job.crawl, most_looks=most))


def scheduled_job(db: Database, config: Config, key: str, now: str) -> Job:
    """The crawl of one source by the schedule: its listing, and those of its site's articles that are worth their
    price."""
    site = config.source(key).site
    picked = budget.pick(db, config, site, now, _most_looks(config))
    return category_job(db, config, key, now, picked=picked, keep_robots=True)


def looks_job(db: Database, config: Config, site: str, now: str) -> Job | None:
    """Between two readings of its listings: a crawl of a site's articles that are worth their price now; None where
    there is none."""
    picked = budget.pick(db, config, site, now, _most_looks(config))
    return _share_job(config, db, queries.articles_by_id(db, picked), keep_robots=True) if picked else None


def _most_looks(config: Config) -> int:
    """Looks of one crawl by the schedule: a minute's or so, so that a listing whose time comes need not wait."""
    delay = config.crawl.delay
    return min(_MOST_LOOKS, max(_FEWEST_LOOKS, int(_LOOKS_SECONDS / delay))) if delay else _MOST_LOOKS


def next_listing(db: Database, config: Config, key: str, now: datetime) -> datetime:
    """When a source with `min_every` is best read next, as the record and the budget have it."""
    return now + budget.listing_gap(db, config, config.source(key), utc_text(now))


def code_job(db: Database, config: Config, codes: list[str], site: str | None = None) -> Job:
    """A crawl of given articles, known or not; raises `NotFoundError` or `ConfigError` where a site must be named."""
    if site is not None:
        config.site(site)
    rows, fresh = [], []
    for code in dict.fromkeys(codes):
        known = [row for row in queries.articles_by_code(db, code, site) if row["site"] in config.sites]
        if known and all(row["state"] == "redacted" for row in known):
            raise NotFoundError(f"{code}: {_redacted(db, known[0])}; it is fetched no more")
        if known:
            rows += [row for row in known if row["state"] != "redacted"]
        else:
            fresh.append(_unknown(config, code, site))
    return _share_job(config, db, rows, fresh)


def _redacted(db: Database, article: dict[str, Any]) -> str:
    tombstone = redactions.of_article(db, article["id"])
    return f"redacted on {tombstone['redacted_at'][:10]}: {tombstone['reason']}" if tombstone else "redacted"


def watch_target(config: Config, url: str) -> Target:
    """The article that a URL means on one of the configured sites; raises `NotFoundError` for any other URL."""
    try:
        _ = urlsplit(url).port  # which may be none
    except ValueError:
        raise NotFoundError(f"{url}: is no URL") from None
    for name, site in config.sites.items():
        if code := identity.code_of(site, url):
            return Target(name, code, identity.page_url(site, "share", code, None) or url)
    for name, site in config.sites.items():
        groups = identity.article_groups(site, url)
        if groups and identity.is_own(site, url, site.listing):
            post = identity.article_url(site, url)
            share = identity.page_url(site, "share", groups["code"], post)
            return Target(name, groups["code"], share or post, post_url=post)
    raise NotFoundError(f"{url}: no article of a configured site; the sites are: {', '.join(config.sites) or 'none'}")


def _unknown(config: Config, code: str, site: str | None) -> Target:
    names = [site] if site else list(config.sites)
    if len(names) != 1:
        raise NotFoundError(f"{code}: not on record, and there are {len(names)} sites it may be of; name one: site=…")
    url = identity.page_url(config.sites[names[0]], "share", code, None)
    return Target(names[0], code, url or code)


def _share_job(
    config: Config,
    db: Database,
    rows: list[dict[str, Any]],
    fresh: list[Target] | None = None,
    keep_robots: bool = False,
) -> Job:
    targets = (*map(_target, rows), *(fresh or []))
    used = {target.site for target in targets}
    refuse_placeholder(config, used)
    sites = {name: config.sites[name] for name in used}
    learned = {name: learned_layouts(db, name) for name in used}
    return Job(
        run=uuid.uuid4().hex,
        spider="share",
        crawl=config.crawl,
        sites=sites,
        targets=targets,
        layouts=learned,
        hosts=_wishes(db),
        robots=_robots(db, sites.values(), targets) if keep_robots else {},
    )


def learned_layouts(db: Database, site: str) -> dict[str, LearnedLayout]:
    """Role -> where the body stands on a site's pages of that role, as learned last."""
    return {
        row["role"]: LearnedLayout(row["id"], msgspec.json.decode(row["layout"], type=Layout))
        for row in layouts.latest(db, site)
    }


def _target(row: dict[str, Any]) -> Target:
    full = (row["looks"] + row["id"]) % FULL_FETCH_EVERY == FULL_FETCH_EVERY - 1
    return Target(row["site"], row["code"], row["url"], row["post_url"], _known(row), full)


def _known(row: dict[str, Any]) -> Known | None:
    if row["version_id"] is None:
        return None
    return Known(
        version=row["version_count"],
        title=row["title"],
        names={name: row[name] for name in ("outlet", "author") if row[name] is not None},
        body_length=row["body_length"],
        has_replacement=bool(row["has_replacement"]),
        places={name: place for name, place in json.loads(row["places"]).items() if _is_told(row, name)},
        validators={
            v["role"]: Validator(v["url"], v["etag"], v["last_modified"], v["body_hash"])
            for v in json.loads(row["validators"])
        },
        recent_hashes=tuple(json.loads(row["recent_hashes"])),
        removed=row["state"] in ("removed", "expired"),
        moved_to=row["moved_to"],
    )


def _is_told(row: dict[str, Any], name: str) -> bool:
    """Whether its page tells a field; one that was seen to drop it keeps its place in the record only."""
    return name not in METADATA or row[name] is not None


def remember(db: Database, target: Target, now: str) -> None:
    """Track an article outside any listing: due at once."""
    articles.add(db, target.site, target.code, target.url, target.post_url, None, now)


def refuse_placeholder(config: Config, sites: Iterable[str]) -> None:
    """The built-in user agent names nobody; only hosts that are the user's own may be asked with it.

    Raises `ConfigError` where one of these sites has a public host.
    """
    if config.crawl.user_agent != PLACEHOLDER_AGENT:
        return
    for name in sites:
        for host in named_hosts(config.sites[name]):
            if _is_public(host, config.crawl.allow_private):
                raise ConfigError(
                    f"{config.path}: crawl.user_agent: the placeholder names nobody and {host} (site.{name}) is "
                    "public; write who you are, such as newsdesk/1.0 (+https://you.example/bot)"
                )


def _is_public(host: str, allow_private: tuple[str, ...]) -> bool:
    if host.lower() in (entry.lower() for entry in allow_private):
        return False
    try:
        # A name is looked up only where it may turn out to be an allowed private one.
        found = [host] if not allow_private else [str(e[4][0]) for e in socket.getaddrinfo(host, None)]
        return any(addresses.is_public(ipaddress.ip_address(address.split("%")[0])) for address in found)
    except (OSError, ValueError):
        return True
