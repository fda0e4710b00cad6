"""Anchors: heads of the chain, written down beside the database, with an RFC 3161 time stamp where there is a server.

A line of the file is a JSON object: `number` and `link` of the chain's last row, `time` (UTC text) when it was the
last, and perhaps `timestamp`: the server's whole answer (TimeStampResp, DER) in base64, over the ASCII text of `link`.
"""

import base64
import hashlib
import os
from pathlib import Path

import msgspec
from sqlite_utils import Database

from crawler.chain import Finding
from crawler.config import Config
from crawler.errors import NewstrailError, UsageError
from crawler.sending import NotSentError, exchange
from storage import evidence

_MOST_BYTES = 256 * 1024  # of a server's answer
_SHA512 = "2.16.840.1.101.3.4.2.3"
_TYPES = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """A head of the chain as it was at `time`."""

    number: int
    link: str
    time: str
    timestamp: str | None = None


class StampError(NewstrailError):
    """A time stamp that cannot be had, or that proves nothing."""


def read(file: Path) -> list[Head]:
    """The heads in a file; none where it is not there yet. Raises `UsageError` where it is no such file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    heads = []
    for number, line in enumerate(lines, 1):
        try:
            heads.append(msgspec.json.decode(line, type=Head))
        except msgspec.DecodeError:
            raise UsageError(f"{file}: line {number} is no head of a chain; name a file that verify wrote") from None
    return heads


def findings(db: Database, heads: list[Head], settings: Config) -> list[Finding]:
    """Heads that the chain no longer has, and time stamps that are not of theirs."""
    last = evidence.head(db)
    found = []
    for place, head in enumerate(heads, 1):
        if fault := _fault(head, evidence.link_at(db, head.number), last) or _stamp_fault(head, settings):
            found.append(
                Finding("chain", head.number, "", f"head of {head.time} (line {place} of the anchors): {fault}")
            )
    return found


def _fault(head: Head, link: str | None, last: tuple[int, str] | None) -> str | None:
    if link is None:
        return f"it is no longer there; the chain ends at {last[0] if last else 0}: rows were cut off or removed"
    return None if link == head.link else "the chain has another link there: rows up to it were rewritten"


def _stamp_fault(head: Head, settings: Config) -> str | None:
    if head.timestamp is None:
        return None
    try:
        check_stamp(head, base64.b64decode(head.timestamp, validate=True), _roots(settings))
    except (StampError, ValueError) as error:
        return f"its time stamp is not valid: {error}"
    return None


def add(file: Path, head: tuple[int, str], heads: list[Head], settings: Config, now: str) -> str | None:
    """Add today's head to the file; what is to be said of its time stamp, where one is configured and was not had."""
    warning = None
    line = Head(*head, now)
    if url := settings.verify.timestamp_url:
        try:
            answer = stamp(line, url, settings)
            line = Head(*head, now, base64.b64encode(answer).decode())
        except (StampError, NotSentError) as error:
            warning = f"the head was written without a time stamp: verify.timestamp_url: {error}"
    try:
        with file.open("ab") as out:
            out.write(msgspec.json.encode(line) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
    return warning


def stamp(head: Head, url: str, settings: Config) -> bytes:
    """A server's answer for a head, checked; raises `StampError` or `NotSentError`."""
    from rfc3161_client import TimestampRequestBuilder

    request = (
        TimestampRequestBuilder().data(head.link.encode()).nonce(nonce=True).cert_request(cert_request=True).build()
    )
    agent = {"User-Agent": settings.crawl.user_agent}
    answer = exchange(url, request.as_bytes(), _TYPES | agent, settings.crawl.allow_private, most=_MOST_BYTES)
    check_stamp(head, answer, _roots(settings), request.nonce)
    return answer


def check_stamp(head: Head, answer: bytes, roots: bytes | None, nonce: int | None = None) -> None:
    """Raises `StampError` unless the answer (DER) is a time stamp of this head; `roots`: PEM of whom to believe.

    Without `roots` it is checked what was stamped, and not who did it.
    """
    from cryptography import x509
    from rfc3161_client import PKIStatus, VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        decoded = decode_timestamp_response(answer)
        if decoded.status != PKIStatus.GRANTED:
            raise StampError("the server did not grant one")
        imprint = decoded.tst_info.message_imprint
        if (
            imprint.hash_algorithm.dotted_string != _SHA512
            or imprint.message != hashlib.sha512(head.link.encode()).digest()
        ):
            raise StampError("it is of another head")
        if nonce is not None and decoded.tst_info.nonce != nonce:
            raise StampError("it answers another request")
        if roots is not None:
            builder = VerifierBuilder(roots=x509.load_pem_x509_certificates(roots))
            builder.build().verify_message(decoded, head.link.encode())
    except VerificationError as error:
        raise StampError(f"verify.timestamp_ca does not vouch for it ({error})") from None
    except ValueError as error:
        raise StampError(f"it cannot be read ({error})") from None


def _roots(settings: Config) -> bytes | None:
    if settings.verify.timestamp_ca is None:
        return None
    file = settings.path.parent / settings.verify.timestamp_ca
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{settings.path}: verify.timestamp_ca: {file}: {error.strerror}") from None
