"""Scrapy's way to `crawler.network`: the addresses that were checked are the ones that are connected to."""

import asyncio
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from crawler import network

_KEPT = 300.0  # seconds; a name may come to mean another host, and is checked again then


@implementer(IHostResolution)
class _Resolution:
    task: "asyncio.Task[None]"

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing depends on it any more; the look-up ends by itself."""


@implementer(IHostnameResolver)
class CheckedResolver:
    """Resolves every host that this process connects to: once, for the check before a request and its connection."""

    def __init__(self, reactor: Any, allow_private: Iterable[str]) -> None:
        self._reactor, self._allowed = reactor, tuple(allow_private)
        self._asked: dict[str, tuple[float, asyncio.Future[network.Found]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        return cls(reactor, crawler.settings.getlist("NEWSTRAIL_ALLOW_PRIVATE"))

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    async def lookup(self, host: str) -> network.Found:
        """The host's addresses; raises as `network.resolve` does, UnicodeError for what is no name at all."""
        at, asked = self._asked.get(host, (0.0, None))
        if asked is None or asked.cancelled() or time.monotonic() - at > _KEPT:
            asked = asyncio.ensure_future(asyncio.to_thread(network.resolve, host, 0, self._allowed))
            self._asked[host] = (time.monotonic(), asked)
        return await asyncio.shield(asked)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[Any]] | None = None,
        transportSemantics: str = "TCP",
    ) -> _Resolution:
        """Twisted's question (IHostnameResolver): none of the addresses is told where one may not be connected to."""
        resolution = _Resolution(hostName)
        telling = self._tell(resolutionReceiver, resolution, hostName, portNumber, addressTypes)
        resolution.task = asyncio.ensure_future(telling)
        return resolution

    async def _tell(
        self,
        receiver: Any,
        resolution: _Resolution,
        host: str,
        port: int,
        kinds: Sequence[type[Any]] | None,
    ) -> None:
        receiver.resolutionBegan(resolution)
        try:
            found = await self.lookup(host)
        except (OSError, UnicodeError):
            found = []
        for family, *_, address in found:
            kind = IPv6Address if family == socket.AF_INET6 else IPv4Address
            if kinds is None or kind in kinds:
                receiver.addressResolved(kind("TCP", address[0], port, *address[2:]))
        receiver.resolutionComplete()
