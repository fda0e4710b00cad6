"""The raw responses as a WARC file (ISO 28500), through warcio."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from crawler import __version__

_NAMES = uuid.UUID("3f1d1e34-52cf-5d0e-8a1b-3a9e3c8f6a10")  # ids of records hang on it
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a header's name (RFC 9110, 5.6.2)
_NO_VALUE = re.compile("[\x00-\x1f\x7f]+")
# Of the bytes as they came over the wire; those that are kept are decoded.
_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length", "content-md5", "content-digest", "trailer")
_ORIGINAL = "X-Archive-Orig-"
_INFO = {
    "software": f"newstrail/{__version__}",
    "format": "WARC File Format 1.0",
    "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.0/",
    "description": f"bodies are kept after content decoding; headers of the wire are named {_ORIGINAL}*",
}


def write(
    file: BinaryIO, responses: Iterable[dict[str, Any]], body: Callable[[str], bytes | None], packed: bool
) -> "Counter[str]":
    """Write these responses (`storage.export.records` of `responses`); how many were `written`, of them `revisits`,
    and how many not: `dropped` (their bytes are no longer kept) and `withheld` (their pages ask for it).

    `body`: a hash's bytes, or None; `packed`: each record compressed by itself.
    """
    writer = WARCWriter(file, gzip=packed)
    writer.write_record(writer.create_warcinfo_record(None, _INFO))
    counted: Counter[str] = Counter()
    for response in responses:
        is_withheld = bool(response["is_withheld"])
        data = None if is_withheld or response["is_dropped"] else body(response["body_hash"])
        if data is None:
            counted["withheld" if is_withheld else "dropped"] += 1
            continue
        is_revisit = response["first_id"] != response["id"] and not response["is_first_withheld"]
        writer.write_record((_revisit if is_revisit else _response)(writer, response, data))
        counted["written"] += 1
        counted["revisits"] += is_revisit
    return counted


def _response(writer: WARCWriter, response: dict[str, Any], body: bytes) -> Any:
    return writer.create_warc_record(
        uri(response["url"]), "response", payload=BytesIO(body), length=len(body),
        warc_headers_dict=_identity(response), http_headers=_http(response, body),
    )  # fmt: skip


def _revisit(writer: WARCWriter, response: dict[str, Any], body: bytes) -> Any:
    """The same bytes as a record before: its own headers, and where the bytes are."""
    digester = Digester("sha1")
    digester.update(body)
    return writer.create_revisit_record(
        uri(response["url"]), str(digester), uri(response["first_url"]), response["first_fetched_at"],
        http_headers=_http(response, body), warc_headers_dict=_identity(response),
    )  # fmt: skip


def _identity(response: dict[str, Any]) -> dict[str, str]:
    what = [response[name] for name in ("id", "url", "fetched_at", "body_hash")]
    return {
        "WARC-Record-ID": f"<{uuid.uuid5(_NAMES, json.dumps(what)).urn}>",
        "WARC-Date": response["fetched_at"],
    }


def _http(response: dict[str, Any], body: bytes) -> StatusAndHeaders:
    headers = [*_headers(json.loads(response["headers"])), ("Content-Length", str(len(body)))]
    return StatusAndHeaders(_status_line(response["status"]), headers, protocol="HTTP/1.1")


def _headers(kept: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in kept.items():
        if _TOKEN.fullmatch(name):
            called = f"{_ORIGINAL}{name}" if name.lower() in _OF_THE_WIRE else name
            yield called, _NO_VALUE.sub(" ", str(value)).strip()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def uri(url: str) -> str:
    """A URL as one line of ASCII, whatever is in it.

    >>> uri("https://a.example/采\\r\\nWARC-Type: metadata")
    'https://a.example/%E9%87%87%0D%0AWARC-Type:%20metadata'
    """
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~", errors="replace")
