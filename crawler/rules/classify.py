"""What an answer is, before anything is read from it."""

NOT_FOUND = (404, 410)  # RFC 9110, 15.5.5 and 15.5.11
Verdict = tuple[str, str]  # outcome of the look, reason


def response(status: int, body: bytes, flags: list[str]) -> Verdict | None:
    """(outcome, reason) of an answer that cannot be read as an article; None for one that can.

    >>> response(404, b"gone", [])
    ('not_found', 'HTTP 404')
    >>> response(200, b"<p>...</p>", ["partial"])
    ('partial', 'the answer was cut short')
    >>> response(200, b"<p>...</p>", [])
    """
    if status in NOT_FOUND:
        return "not_found", f"HTTP {status}"
    if not 200 <= status < 300:
        return "error", f"HTTP {status}"
    if "partial" in flags:
        return "partial", "the answer was cut short"
    if not body.strip():
        return "empty", "an empty answer"
    return None


_FAILURES = {
    "DNSLookupError": "the host name cannot be resolved",
    "CannotResolveHostError": "the host name cannot be resolved",
    "ConnectionRefusedError": "the connection was refused",
    "DownloadConnectionRefusedError": "the connection was refused",
    "ConnectionRefusedByPeer": "the connection was refused",
    "TimeoutError": "no answer in time",
    "TCPTimedOutError": "no answer in time",
    "DownloadTimeoutError": "no answer in time",
    "ResponseNeverReceived": "the connection broke before an answer came",
    "ResponseFailed": "the connection broke in the answer",
    "ResponseDataLossError": "the answer was cut short",
    "DownloadFailedError": "the connection broke",
    "DownloadCancelledError": "the answer is larger than allowed",
    "ConnectionLost": "the connection broke",
    "ConnectionDone": "the connection broke",
    "UnsupportedURLSchemeError": "only http and https are fetched",
}


def failure(error: BaseException) -> Verdict:
    """(outcome, reason) of a request that brought no answer."""
    name = type(error).__name__
    said = str(error)
    if name == "IgnoreRequest":
        return ("robots", said) if said.startswith("robots.txt") and "disallows" in said else ("error", said)
    if name in ("ResponseDataLossError",):
        return "partial", _FAILURES[name]
    return "error", _FAILURES.get(name) or f"{name}: {said}".rstrip(": ")[:200]
