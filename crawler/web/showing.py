"""What of the record may be shown, and where the pages are: on this machine everything, beyond it what is asked for."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.config import Config

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Showing:
    """`whole_texts`: whole texts, raw responses, tables and SQL, and not the changed passages alone; `numbers`:
    telephone and identity numbers; `is_public`: readers are not on this machine, so nothing is to be indexed;
    `hosts`: the names that the pages answer to, None: to any; `url`: where the pages are, without a slash at the end,
    None: where the request came in."""

    whole_texts: bool
    numbers: bool
    is_public: bool
    hosts: frozenset[str] | None
    url: str | None = None

    @property
    def everything(self) -> bool:
        """Whether tables, SQL and raw responses may be had: nothing in them is hidden."""
        return not self.is_public or (self.whole_texts and self.numbers)


def showing(settings: Config, host: str) -> Showing:
    """What is shown to readers who reach the pages at this host."""
    web = settings.web
    is_public = web.url is not None or not is_loopback(host)
    names = {*LOCAL_NAMES, host, *filter(None, [urlsplit(web.url or "").hostname])}
    return Showing(
        whole_texts=web.whole_texts or not is_public,
        numbers=web.personal_numbers or not is_public,
        is_public=is_public,
        hosts=frozenset(names) if is_loopback(host) else None,
        url=web.url.rstrip("/") if web.url else None,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that host.

    >>> is_loopback("127.0.0.2"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
