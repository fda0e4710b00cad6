"""What a table of newstrail.toml must be, beyond the types of its keys."""

import ipaddress
import re
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.config.cron import triggers
from crawler.config.model import (
    TEMPLATES,
    Channel,
    CrawlSettings,
    DaemonSettings,
    Retention,
    Site,
    Source,
    VerifySettings,
    WebSettings,
    did_you_mean,
    host_and_port,
    placeholders,
    seconds,
    selector_xpath,
)  # fmt: skip
from crawler.errors import ConfigError


def refuse(file: Path, key: str, allowed: str) -> NoReturn:
    """Raises `ConfigError`: the file, the key and what is allowed."""
    raise ConfigError(f"{file}: {key}: {allowed}")


def check_crawl(file: Path, crawl: CrawlSettings) -> None:
    """`[crawl]`; raises `ConfigError`."""
    if "\n" in crawl.user_agent or not crawl.user_agent.isascii():
        refuse(file, "crawl.user_agent", "one line of ASCII, such as newsdesk/1.0 (+https://you.example/bot)")
    if crawl.proxy is not None and not _is_proxy(crawl.proxy):
        refuse(file, "crawl.proxy", "the address of an HTTP proxy, such as http://proxy.example:3128")
    for entry in crawl.allow_private:
        if not _is_host_or_network(entry):
            refuse(file, "crawl.allow_private", f"{entry!r} is neither a host name nor a CIDR such as 10.0.0.0/8")


def _is_host_or_network(entry: str) -> bool:
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return bool(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", entry))
    return True


def check_site(file: Path, where: str, site: Site) -> Site:
    """A `[site.NAME]`; raises `ConfigError`."""
    try:
        groups = set(re.compile(site.article).groupindex)
    except re.error as error:
        refuse(file, f"{where}.article", f"not a regular expression: {error}")
    if "code" not in groups:
        refuse(file, f"{where}.article", "needs a group (?P<code>…) for the article's own id")
    for key in TEMPLATES:
        if (template := getattr(site, key)) is not None:
            _check_template(file, f"{where}.{key}", template, {"category"} if key == "listing" else groups)
    _check_zone(file, f"{where}.timezone", site.timezone)
    for key in ("confirm_after", "variant_window", "forget_after"):
        _check_duration(file, f"{where}.{key}", getattr(site, key))
    for pattern in site.never_fetch:
        try:
            re.compile(pattern)
        except re.error as error:
            refuse(file, f"{where}.never_fetch", f"{pattern!r} is not a regular expression: {error}")
    for field, selector in site.selectors.items():
        _check_selector(file, f"{where}.{field}", selector)
    return site


def _check_template(file: Path, where: str, template: str, fields: set[str]) -> None:
    try:
        used = placeholders(template)
    except ValueError as error:
        refuse(file, where, f"not a URL template: {error}")
    if unknown := used - fields:
        allowed = ", ".join(sorted(f"{{{f}}}" for f in fields))
        refuse(file, where, f"{{{min(unknown)}}} is not known here; allowed: {allowed}")
    if "code" in fields and "code" not in used:
        refuse(file, where, "needs {code}, which tells one article from another")
    if not _is_web_url(template):
        refuse(file, where, "must be a whole http:// or https:// URL")


def _check_zone(file: Path, where: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        refuse(file, where, f"{name!r} is not an IANA time zone such as Asia/Shanghai")


def _check_duration(file: Path, where: str, value: str) -> None:
    try:
        seconds(value)
    except ValueError as error:
        refuse(file, where, f"{value!r} is not {error}")


def _check_selector(file: Path, where: str, selector: str) -> None:
    from lxml.etree import XPath

    try:
        XPath(selector_xpath(selector))
    except Exception as error:  # cssselect and lxml have no common base
        refuse(file, where, f"{selector!r} is neither a CSS selector nor, behind xpath:, XPath ({error})")


def check_source(file: Path, where: str, source: Source, sites: dict[str, Site], seen: dict[str, Source]) -> None:
    """A `[[source]]`; raises `ConfigError`."""
    if source.key in seen:
        refuse(file, where, "key stands twice; each must be unique")
    if source.site not in sites:
        names = ", ".join(sites) or "none is defined"
        refuse(file, f"{where}.site", f"no [site.{source.site}]; there are: {names}{did_you_mean(source.site, sites)}")
    if source.every is not None and source.cron is not None:
        refuse(file, f"{where}.every", "give either every or cron, not both")
    if source.every is not None:
        _check_duration(file, f"{where}.every", source.every)
        if seconds(source.every) == 0:
            refuse(file, f"{where}.every", "must be longer than 0s")
    if source.min_every is not None:
        _check_soonest(file, f"{where}.min_every", source)
    if source.cron is not None:
        _check_cron(file, f"{where}.cron", source.cron)


def _check_cron(file: Path, where: str, value: str) -> None:
    try:
        triggers(value)
    except ValueError as error:
        refuse(file, where, f"{value!r} is not a crontab line such as '*/5 8-20 * * 1-5': {error}")


def _check_soonest(file: Path, where: str, source: Source) -> None:
    if source.every is None:
        refuse(file, where, "needs every beside it: the record decides between the two")
    _check_duration(file, where, source.min_every or "")
    if not 0 < seconds(source.min_every or "") <= seconds(source.every):
        refuse(file, where, "must be longer than 0s, and not longer than every")


def check_daemon(file: Path, where: str, daemon: DaemonSettings) -> None:
    """`[daemon]`; raises `ConfigError`."""
    _check_duration(file, f"{where}.longest_crawl", daemon.longest_crawl)
    if seconds(daemon.longest_crawl) == 0:
        refuse(file, f"{where}.longest_crawl", "must be longer than 0s")


def check_retention(file: Path, where: str, retention: Retention) -> None:
    """`[retention]`; raises `ConfigError`."""
    for key in ("checks", "raw"):
        if (value := getattr(retention, key)) is not None:
            _check_duration(file, f"{where}.{key}", value)


def check_web(file: Path, where: str, web: WebSettings) -> None:
    """`[web]`; raises `ConfigError`."""
    if host_and_port(web.address) is None:
        refuse(file, f"{where}.address", "write HOST:PORT, such as 127.0.0.1:8400 or [::1]:8400")
    if web.url is not None and not (_is_web_url(web.url) and urlsplit(web.url).path in ("", "/")):
        refuse(file, f"{where}.url", "an address with a host and no path, such as https://news.example.org")


def check_verify(file: Path, where: str, verify: VerifySettings) -> None:
    """`[verify]`; raises `ConfigError`."""
    if verify.timestamp_url is not None and not _is_web_url(verify.timestamp_url):
        refuse(file, f"{where}.timestamp_url", "must be a whole http:// or https:// URL")
    if verify.timestamp_ca is not None and not verify.timestamp_ca:
        refuse(file, f"{where}.timestamp_ca", "a PEM file, relative to this one")


def check_channel(
    file: Path, where: str, channel: Channel, sources: dict[str, Source], seen: dict[str, Channel]
) -> None:
    """A `[[notify]]`; raises `ConfigError`."""
    if channel.name in seen:
        refuse(file, f"{where}.name", "stands twice; each must be unique")
    if (channel.url is None) == (channel.webhook is None):
        refuse(file, where, "give either url (of an Apprise service) or webhook, not both")
    if channel.webhook is not None and not _is_web_url(channel.webhook):
        refuse(file, f"{where}.webhook", "must be a whole http:// or https:// URL")
    if channel.webhook is not None and not channel.secret:
        refuse(file, f"{where}.secret", "a webhook needs one: the receiver checks the signature with it")
    if channel.every is not None:
        _check_duration(file, f"{where}.every", channel.every)
        if seconds(channel.every) == 0:
            refuse(file, f"{where}.every", "must be longer than 0s")
    for key in channel.sources:
        if key not in sources:
            there_are = ", ".join(sources) or "none"
            refuse(file, f"{where}.sources", f"no source {key!r}; there are: {there_are}{did_you_mean(key, sources)}")


def _is_proxy(url: str) -> bool:
    return bool(re.fullmatch(r"http://[^/@?#\s]+/?", url)) and _is_web_url(url)


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False
