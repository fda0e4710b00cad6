"""A small HTTP/1.1 server on loopback: one thread, one event loop, one write for a response.

It keeps connections open and answers faster than a crawler can ask, so that a benchmark measures the crawler.
An `Answer` can also misbehave on the wire: late, silent, slow, cut off, raw.
"""

import asyncio
import socket
import ssl
import struct
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple, cast

HOST = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time


class Request(NamedTuple):
    """One request as it came, and the status it was answered with (0: nothing was sent)."""

    at: float  # time.monotonic()
    method: str
    path: str  # with its query, as sent
    headers: dict[str, str]  # names in lower case
    status: int = 0


@dataclass(frozen=True)
class Answer:
    """A response, whole or faulty. Date, Content-Length and Connection are added where `headers` lacks them.

    `delay`: seconds before the first byte. `raw`: sent as it is in place of status line, headers and body; then
    the connection is closed. `hold`: seconds of silence, then a close without an answer. `pieces`: sent after
    the body (or `raw`), `pace` seconds before each; the connection ends with them. `reset`: the connection
    ends at once, with a TCP reset.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    raw: bytes | None = None
    hold: float = 0.0
    pieces: Sequence[bytes] = ()
    pace: float = 0.0
    reset: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is sent whole and at once, and the connection stays usable."""
        return not (self.delay or self.hold or self.pieces or self.reset or self.raw is not None)

    @property
    def sent_status(self) -> int:
        """The status for the log: 0 where no byte of an answer goes out."""
        if self.hold:
            return 0
        if self.raw is not None:
            return int(self.raw[9:12]) if self.raw[9:12].isdigit() else 0
        return self.status


def wire(answer: Answer, method: str = "GET", close: bool = False) -> bytes:
    """The bytes of an answer to `method`."""
    if answer.raw is not None:
        return answer.raw
    bodiless = answer.status in (204, 304) or answer.status < 200
    headers = {"Date": formatdate(usegmt=True)}
    if not bodiless and not answer.pieces:
        headers["Content-Length"] = str(len(answer.body))
    if close or answer.pieces:
        headers["Connection"] = "close"
    headers.update(answer.headers)
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if bodiless or method == "HEAD" else head + answer.body


def is_current(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    """Whether the client's copy is the current one: RFC 9110, 13.2.2, where If-None-Match goes first."""
    if (wanted := headers.get("if-none-match")) is not None:
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return "*" in tags or etag in tags
    try:
        return modified <= parsedate_to_datetime(headers["if-modified-since"])
    except (KeyError, ValueError, TypeError):
        return False


class Overrides:
    """Answers that stand in for a path's own, each for so many requests."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[tuple[Answer | Callable[[Request], Answer | None], int | None]]] = {}

    def add(self, path: str, answer: Answer | Callable[[Request], Answer | None], times: int | None) -> None:
        """After those that are there; one without end is replaced."""
        queue = self._queues.setdefault(path, deque())
        if queue and queue[-1][1] is None:
            queue.pop()
        queue.append((answer, times))

    def answer(self, request: Request) -> Answer | None:
        """What stands in for the answer to this request; None where nothing does."""
        queue = self._queues.get(request.path)
        if not queue:
            return None
        answer, times = queue.popleft()
        if times is None or times > 1:
            queue.appendleft((answer, times and times - 1))
        return answer if isinstance(answer, Answer) else answer(request)

    def clear(self) -> None:
        """Nothing stands in for anything."""
        self._queues.clear()


class Server:
    """Serves `respond` on these addresses in a daemon thread, from `start` to `stop`.

    `respond` is called in that thread, one request at a time; `port` 0 takes a free one, the same on all; `tls`: what
    is spoken beneath.
    """

    def __init__(
        self,
        respond: Callable[[Request], Answer],
        port: int = 0,
        hosts: Sequence[str] = (HOST,),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.respond = respond
        self.port = port
        self._hosts, self._tls = hosts, tls
        self.connections: set[_Connection] = set()
        self._ready = threading.Event()
        self._failure: OSError | None = None

    def start(self) -> None:
        """Listen; raises OSError where the port is taken."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="replica", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Cut every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            listeners = [await self._listen(self._hosts[0])]
            self.port = listeners[0].sockets[0].getsockname()[1]
            listeners += [await self._listen(host) for host in self._hosts[1:]]
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        self._ready.set()
        await self._stopping.wait()
        for listener in listeners:
            listener.close()
        while self.connections:
            for connection in tuple(self.connections):
                connection.abort()
            await asyncio.sleep(0)

    async def _listen(self, host: str) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Connection(self), host, self.port, backlog=512, ssl=self._tls)


class _Connection(asyncio.Protocol):
    """One client: requests are answered in the order in which they came."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._slow: asyncio.Task[None] | None = None  # the answer that is being sent bit by bit
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._slow:
            self._slow.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def abort(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._serve()

    def _serve(self) -> None:
        while self._slow is None and not self._transport.is_closing():
            head, whole, rest = self._buffer.partition(b"\r\n\r\n")
            if not whole:
                return
            self._buffer = rest
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        try:
            request, close = _parse(head)
        except ValueError:
            self._transport.write(wire(Answer(400), close=True))
            self._transport.close()
            return
        answer = self._respond(request)
        if answer.plain:
            self._transport.write(wire(answer, request.method, close))
            if close:
                self._transport.close()
        else:
            self._slow = asyncio.create_task(self._send_slowly(answer, request.method, close))
            self._slow.add_done_callback(self._sent)

    def _respond(self, request: Request) -> Answer:
        try:
            return self._server.respond(request)
        except Exception:  # a test's own callable: its mistake must be seen, not waited for
            return Answer(500, {"Content-Type": "text/plain; charset=utf-8"}, traceback.format_exc().encode())

    async def _send_slowly(self, answer: Answer, method: str, close: bool) -> None:
        await asyncio.sleep(answer.delay + answer.hold)
        if not answer.hold:
            self._transport.write(wire(answer, method, close or answer.reset))
            for piece in answer.pieces:
                await asyncio.sleep(answer.pace)
                await self._writable.wait()
                self._transport.write(piece)
        if answer.reset:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._transport.abort()
        elif close or answer.hold or answer.pieces or answer.raw is not None:
            self._transport.close()

    def _sent(self, task: "asyncio.Task[None]") -> None:
        self._slow = None
        if not task.cancelled() and task.exception():
            self._transport.abort()
        self._serve()


def _parse(head: bytes) -> tuple[Request, bool]:
    """A request, and whether the connection ends after it; ValueError where it is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, protocol = first.split(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    wish = headers.get("connection", "").lower()
    close = wish == "close" or has_body or (protocol != "HTTP/1.1" and wish != "keep-alive")
    return Request(time.monotonic(), method, path, headers), close
