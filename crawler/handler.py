"""Scrapy's HTTP client and its decoding of bodies, with the bounds that they lack."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

MOST_HEADER_BYTES = 256 * 1024  # browsers stop at this
_UNVERIFIED = ("certificate verify failed", "VerificationError")  # as OpenSSL and service_identity say it
MOST_CODINGS = 2  # content codings, one over the other; more than one is rare enough


class HeadersTooLongError(Exception):
    """An answer's status lines and headers, those of 1xx answers too, are longer than `MOST_HEADER_BYTES`."""


class CertificateError(Exception):
    """An https origin's certificate is of another host, is over, or nobody vouches for it."""


class _Protocol(_LenientHTTP11ClientProtocol):
    """Counts what comes before a body: Scrapy's `DOWNLOAD_MAXSIZE` counts the body alone."""

    _head = 0

    def request(self, request: Any) -> "Deferred[Any]":
        self._head = 0
        answer = super().request(request)
        assert self._parser is not None
        self._parser.MAX_LENGTH = MOST_HEADER_BYTES  # of a line; at 16 KiB Twisted would drop the connection
        return answer

    def dataReceived(self, bytes: bytes) -> None:
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(bytes)
            if self._head > MOST_HEADER_BYTES:
                self._giveUp(Failure(HeadersTooLongError()))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(HTTP11DownloadHandler):
    """HTTP/1.1 with bounded headers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            for reason in getattr(error.__cause__, "reasons", ()):
                if reason.check(HeadersTooLongError):
                    raise reason.value from error
                if any(said in repr(reason.value) for said in _UNVERIFIED):
                    raise CertificateError(str(reason.value)) from error
            raise


class BoundedCompressionMiddleware(HttpCompressionMiddleware):
    """Decodes a body that is coded a few times at most; each time `DOWNLOAD_MAXSIZE` bounds what comes out."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        codings = [name for value in response.headers.getlist("Content-Encoding") for name in value.split(b",")]
        if len(codings) > MOST_CODINGS:
            raise IgnoreRequest(f"{len(codings)} content codings one over the other; at most {MOST_CODINGS} are read")
        return super().process_response(request, response)
