"""The way out to the network: hosts are resolved here, and no address that is not public is connected to.

Two checks, since there are two kinds of clients. Our own ask `resolve` and connect to what it returns, so that no
second look-up can lead elsewhere. What connects by itself (a library that sends notifications) is met where Python
opens a connection, by an audit hook (PEP 578) that refuses every address which is not allowed.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from crawler.rules import addresses

Found = list[tuple[int, int, int, str, Any]]  # as `socket.getaddrinfo` has it

_everywhere: tuple[str, ...] | None = None  # what this process may connect to besides public addresses; None: anything
_here: ContextVar[tuple[str, ...] | None] = ContextVar("allow_private", default=None)
_opened: set[str] = set()  # addresses of hosts that are allowed by name
_is_hooked = False


class RefusedAddressError(OSError):
    """A host leads to an address that may not be connected to; the message says which."""


def resolve(host: str, port: int, allow_private: Iterable[str]) -> Found:
    """The addresses of a host, all of them checked; connect to these and to no others.

    Raises `RefusedAddressError` where one of them may not be connected to, OSError where there are none.
    """
    found: Found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[assignment]
    listed = [str(entry[4][0]) for entry in found]
    if why := addresses.refusal(host, listed, allow_private):
        raise RefusedAddressError(why)
    _opened.update(text for text in listed if not _is_public(text))
    return found


def connect(host: str, port: int, allow_private: Iterable[str], limit: float) -> socket.socket:
    """A socket to the first of a host's addresses that answers, within `limit` seconds; raises as `resolve` does."""
    found = [str(entry[4][0]) for entry in resolve(host, port, allow_private)]
    for address in found[:-1]:
        with suppress(OSError):  # the next may be reached
            return socket.create_connection((address, port), limit / len(found))
    return socket.create_connection((found[-1], port), limit)


def guard_process(allow_private: Iterable[str]) -> None:
    """From now on nothing in this process connects to an address that is neither public nor allowed."""
    global _everywhere  # noqa: PLW0603
    _hook()
    _everywhere = tuple(allow_private)


@contextmanager
def guarded(allow_private: Iterable[str]) -> Iterator[None]:
    """The same inside of this block, in this thread."""
    _hook()
    token = _here.set(tuple(allow_private))
    try:
        yield
    finally:
        _here.reset(token)


def _hook() -> None:
    global _is_hooked  # noqa: PLW0603
    if not _is_hooked:
        sys.addaudithook(_on_event)  # stays as long as the process
        _is_hooked = True


def _on_event(event: str, arguments: Any) -> None:
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    here = _here.get()
    allowed = _everywhere if here is None else here
    connecting, address = arguments
    if allowed is not None and address and connecting.family in (socket.AF_INET, socket.AF_INET6):
        _refuse(str(address[0]), allowed)


def _refuse(address: str, allowed: tuple[str, ...]) -> None:
    try:
        if addresses.refusal(address, [address], allowed) is None or address in _opened:
            return
    except ValueError:  # a name, which the system would resolve anew
        raise RefusedAddressError(f"{address} is no address that was checked") from None
    for name in allowed:
        with suppress(OSError, UnicodeError):
            if not _is_network(name) and address in [str(e[4][0]) for e in socket.getaddrinfo(name, None)]:
                _opened.add(address)
                return
    raise RefusedAddressError(addresses.refusal(address, [address], allowed))


def _is_network(entry: str) -> bool:
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    return addresses.is_public(ipaddress.ip_address(address.partition("%")[0]))
