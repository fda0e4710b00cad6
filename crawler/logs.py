"""The daemon's log, on standard error: lines for people, or a JSON object a line. What keeps and rotates it is the
system's business."""

import logging
import math
import sys
import threading
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from crawler.rules.text import printable

_log = logging.getLogger("newstrail")
_LONGEST = 2000  # characters of a text; a line stays under the 48 KiB at which journald would cut it
_DEEPEST = 4
_OTHERS = "apscheduler", "asyncio", "urllib3", "apprise"  # whose lines are of no use to people unless asked for


def configure(as_json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send this process's log to standard error (or `stream`): `level` and above, of other packages only warnings
    unless it is DEBUG. Fields given with `extra=` (source, run, outcome, looks, changes, seconds) stand in
    the object; people have the message."""
    out = stream or sys.stderr
    if isinstance(out, TextIOWrapper):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    handler = logging.StreamHandler(out)
    handler.setFormatter(_json() if as_json else Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _log.critical("ended by a fault", exc_info=(kind, error, trace))
    threading.excepthook = lambda fault: _log.error("a thread ended by a fault", exc_info=fault.exc_value)
    for name in _OTHERS:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)


def utc(created: float) -> str:
    """A record's time (Unix, seconds) as ISO 8601 in UTC, to the millisecond.

    >>> utc(1732265000.25)
    '2024-11-22T08:43:20.250Z'
    """
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON has them: texts made harmless and of bounded length, what is not JSON's as text.

    >>> plain({"title": "a\\x1b[31m", "share": float("nan"), 1: (None, True)})
    {'title': 'a‹U+001B›[31m', 'share': 'nan', '1': [None, True]}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return {str(plain(str(key))): plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [plain(one, depth + 1) for one in value]
    return printable(shortened(str(value)))


def shortened(text: str) -> str:
    """A text without its middle where it is too long: a trace's last line says most."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


class _Json(JsonFormatter):
    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        first = ("time", "level", "logger", "message")
        return {name: plain(log_data[name]) for name in (*first, *(key for key in log_data if key not in first))}

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["time"] = utc(record.created)


def _json() -> logging.Formatter:
    return _Json(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        json_ensure_ascii=False,
    )


class Lines(logging.Formatter):
    """A line for people: time, level where it is a warning or worse, and the message, which says it all."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows on lines of its own, set in."""
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        words = " ".join([utc(record.created)[:19] + "Z", level + record.getMessage()])
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        behind = "".join(f"\n    {printable(line)}" for line in trace.splitlines())
        return printable(" ".join(shortened(words).split())) + behind
