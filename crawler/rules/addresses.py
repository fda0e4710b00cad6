"""Which network addresses may be fetched from, and which URLs are left alone."""

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import ParseResult, SplitResult, unquote

_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2083  # characters; no browser opened longer ones
# What stands between // and the path of a URL that all parsers read alike: no user, no backslash, no control character.
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out (RFC 4291, 2.4)
# IPv6 networks whose last 32 bits are an IPv4 address: RFC 4291, 2.5.5.1; RFC 6052, 2.1; RFC 2765.
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "::ffff:0:0:0/96")))
_ISATAP = (0x5EFE, 0x2005EFE)  # before the IPv4 address (RFC 5214, 6.1)


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


def unclear(url: str) -> str | None:
    """Why a URL is not asked for whatever it leads to: it is too long, or two programs may read two hosts in it.

    >>> unclear("http://a.example\\\\@10.0.0.1/")
    'a URL whose host is written ambiguously'
    >>> unclear("http://a.example:8080/1.html?u=b@c"), unclear("http://[2001:db8::1]/")
    (None, None)
    """
    if len(url) > LONGEST_URL:
        return f"a URL of more than {LONGEST_URL} characters"
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    return None if _AUTHORITY.fullmatch(authority) else "a URL whose host is written ambiguously"


def is_public(address: _Address) -> bool:
    """Whether an address is of the public internet; what is embedded in IPv6 forms counts as itself.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::a00:1")]
    [True, True, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if any(not is_public(one) for one in inner):
            return False
        if inner and address not in _GLOBAL_UNICAST:
            return True
        return address in _GLOBAL_UNICAST and address.is_global
    return address.is_global and not address.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _EMBEDDING) or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        found.append(last)
    return [one for one in found if one is not None]


def _network(entry: str) -> _Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
