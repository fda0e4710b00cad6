"""One message to one channel: by one of Apprise's services, or as a signed webhook.

What went wrong is told without addresses and secrets, so that it can stand in the record and in a log.
"""

import http.client
import json
import logging
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from crawler import __version__, network
from crawler.config import Channel
from crawler.errors import NewstrailError
from crawler.rules import delivery

SECONDS = 10  # that a receiver may take, altogether
_SAFE = "/%:@!$&'()*+,;=~-._"  # of a path, as RFC 3986 has it; what is quoted already stays so
_MARKDOWN = frozenset(  # services that read Markdown in what they are told is plain text
    "discord guilded mmost mmosts nctalk nctalks revolt rocket rockets ryver schan zulip".split()
)
_MARKS = re.compile(r"([\\`*_~|\[\]<>#])")
_MENTION = re.compile(r"(?<!/)@(?=\w)")
_STATUS = re.compile(r"\berror=(\d{3})\b")


class NotSentError(NewstrailError):
    """A message was not taken; its text names no address and no secret. `of_message`: the receiver is there and refused
    this one, which says little of the next."""

    def __init__(self, said: str, of_message: bool = False) -> None:
        super().__init__(said)
        self.of_message = of_message


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `id`, the same at each attempt; `title` and `text`, plain; `payload`, the whole as JSON."""

    id: str
    title: str
    text: str
    payload: dict[str, Any]


def send(channel: Channel, message: Message, allow_private: tuple[str, ...], timestamp: int) -> None:
    """Send a message; raises `NotSentError`. `timestamp`: now, in seconds since 1970."""
    if channel.webhook is not None:
        body = json.dumps(message.payload, ensure_ascii=False).encode()
        signed = delivery.headers(channel.secret or "", message.id, timestamp, body)
        post(channel.webhook, body, signed, allow_private)
    else:
        with network.guarded(allow_private):
            _apprise(channel.url or "", message)


def post(
    url: str, body: bytes, headers: dict[str, str], allow_private: tuple[str, ...], limit: float = SECONDS
) -> None:
    """Post JSON; raises `NotSentError` unless the answer is 2xx within `limit` seconds, all in all. Nothing of the
    answer but its head is read."""
    fixed = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"newstrail/{__version__}"}
    exchange(url, body, fixed | headers, allow_private, limit)


def exchange(
    url: str,
    body: bytes,
    headers: dict[str, str],
    allow_private: tuple[str, ...],
    limit: float = SECONDS,
    most: int = 0,
) -> bytes:
    """Post bytes; the answer's, of which there may be `most` (0: they are not read). Raises `NotSentError` unless it is
    2xx within `limit` seconds, all in all.

    No redirect is followed, no proxy used, and the address that was checked is the one that is connected to.
    """
    with _told(limit):
        parts = urlsplit(url)
        target = quote(parts.path or "/", safe=_SAFE) + (
            f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
        )
        with _connected(url, allow_private, limit) as connection:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            status, answer = response.status, response.read(most + 1) if most else b""
    if 300 <= status < 400:
        raise NotSentError(f"it answered HTTP {status}; redirects are not followed")
    if not 200 <= status < 300:
        raise NotSentError(f"it answered HTTP {status}", is_refusal(status))
    if len(answer) > most:
        raise NotSentError(f"its answer is longer than {most} bytes")
    return answer


def is_refusal(status: int) -> bool:
    """Whether an answer refuses a message; others say that the receiver takes none now (5xx, 408, 425, 429).

    >>> [is_refusal(status) for status in (400, 404, 422, 408, 429, 500, 302)]
    [True, True, True, False, False, False, False]
    """
    return 400 <= status < 500 and status not in (408, 425, 429)


@contextmanager
def _connected(url: str, allow_private: tuple[str, ...], limit: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to an address that may be posted to; it is cut when its time is over."""
    parts, is_over = urlsplit(url), threading.Event()
    is_tls = parts.scheme == "https"
    kind = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port)
    connection.auto_open = 0  # to no other address
    try:
        connection.sock = network.connect(connection.host, connection.port, allow_private, limit)
    except network.RefusedAddressError:
        raise NotSentError("it leads to a private address, which crawl.allow_private does not name") from None
    cut = threading.Timer(limit, _cut, [connection, is_over])
    cut.daemon = True
    cut.start()
    try:
        if is_tls:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(
                connection.sock, server_hostname=connection.host, do_handshake_on_connect=False
            )
            connection.sock.do_handshake()
        yield connection
        if is_over.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        raise TimeoutError if is_over.is_set() else error from None
    finally:
        cut.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    is_over.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _told(limit: float) -> Iterator[None]:
    """What went wrong, in words that name no address."""
    try:
        yield
    except ssl.SSLError as error:
        unverified = isinstance(error, ssl.SSLCertVerificationError)
        said = "its certificate cannot be verified" if unverified else "it speaks no TLS that is understood"
        raise NotSentError(said) from None
    except TimeoutError:
        raise NotSentError(f"no answer within {limit:g} seconds") from None
    except socket.gaierror:
        raise NotSentError("its host name cannot be resolved") from None
    except OSError as error:
        raise NotSentError(os.strerror(error.errno) if error.errno else "the connection was closed") from None
    except http.client.HTTPException:
        raise NotSentError("its answer is no HTTP") from None
    except ValueError:
        raise NotSentError("its address cannot be used") from None


def _apprise(url: str, message: Message) -> None:
    """Send by one of Apprise's services; raises `NotSentError`."""
    import apprise  # slow to import, and only some need it

    os.environ.update(NO_PROXY="*", no_proxy="*")  # it would take one from the environment
    logger = logging.getLogger("apprise")  # its log has addresses in it
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    service = apprise.Apprise.instantiate(url, asset=apprise.AppriseAsset(app_id="newstrail", async_mode=False))
    if service is None:
        raise NotSentError("url is no address that Apprise understands")
    sender, name = apprise.Apprise(), urlsplit(url).scheme
    sender.add(service)
    title, text = (_unmarked(words) if name in _MARKDOWN else words for words in (message.title, message.text))
    result = sender.notify(text, title, body_format=apprise.NotifyFormat.TEXT)
    if not result:
        status = _STATUS.search(" ".join(entry.message for entry in result.logs()))
        if status is None:
            raise NotSentError(f"{name}: Apprise could not deliver it")
        raise NotSentError(f"{name}: it answered HTTP {status[1]}", is_refusal(int(status[1])))


def _unmarked(words: str) -> str:
    """Plain text as Markdown that shows it, and that calls nobody; lines with an address stay as they are.

    >>> print(_unmarked("**x** [a](b)"))
    \\*\\*x\\*\\* \\[a\\](b)
    """
    lines = (line if "://" in line and " " not in line else _MARKS.sub(r"\\\1", line) for line in words.split("\n"))
    return _MENTION.sub("@\u200b", "\n".join(lines))
