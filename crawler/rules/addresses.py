"""Which network addresses may be fetched from, and which URLs are left alone."""

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import ParseResult, SplitResult, unquote

_PORTS = {"http": 80, "https": 443}
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def host_of(url: SplitResult | ParseResult) -> str:
    """The host of a URL as the record names it: in lower case, with its port where that is not the scheme's own.

    >>> from urllib.parse import urlsplit
    >>> [host_of(urlsplit(url)) for url in ("https://A.example:443/", "http://me@a.example:8080", "http://Bücher.example")]
    ['a.example', 'a.example:8080', 'xn--bcher-kva.example']
    """
    name = (url.hostname or "").lower()
    with suppress(UnicodeError):  # a name that cannot be asked for stays as it is written
        name = name if name.isascii() else name.encode("idna").decode()
    return f"{name}:{url.port}" if url.port and url.port != _PORTS.get(url.scheme) else name


def refusal(host: str, addresses: Iterable[str], allow_private: Iterable[str]) -> str | None:
    """Why a host that resolves to these addresses may not be fetched; None where it may.

    Every address must be public, or the host or its network must stand in `allow_private`.

    >>> refusal("intranet", ["10.0.0.7"], [])
    'intranet leads to the private address 10.0.0.7, which crawl.allow_private does not name'
    >>> refusal("intranet", ["10.0.0.7"], ["10.0.0.0/8"])
    """
    allowed = list(allow_private)
    if host.lower() in (entry.lower() for entry in allowed):
        return None
    networks = [network for entry in allowed if (network := _network(entry)) is not None]
    for text in addresses:
        address = ipaddress.ip_address(text.split("%")[0])
        if not is_public(address) and not any(address in network for network in networks):
            return f"{host} leads to the private address {address}, which crawl.allow_private does not name"
    return None


def is_left_alone(url: str, never_fetch: "re.Pattern[str] | None") -> bool:
    """Whether a site's `never_fetch` names a URL, as it is written or as it reads.

    >>> is_left_alone("https://a.example/%E8%A7%86%E9%A2%91/1.html", re.compile("/视频/"))
    True
    """
    return never_fetch is not None and bool(never_fetch.search(url) or never_fetch.search(unquote(url)))


def is_public(address: _Address) -> bool:
    """Whether an address is of the public internet; what is embedded in IPv6 forms counts as itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
