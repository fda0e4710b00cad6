"""What is told to whom, in which words. Page text stays plain text: whoever shows it must not read it as markup."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crawler.config import Channel
from crawler.rules.dates import from_utc_text
from crawler.rules.text import printable

DEFAULT_KINDS = ("edited", "removed", "restored")
LISTED = 50  # findings that a digest spells out; the others it counts
_SEVERITIES = ("cosmetic", "minor", "material")
_LONGEST_TITLE, _LONGEST_TEXT, _FACTS = 200, 2000, 10  # characters, characters, facts of one message
_KINDS = {
    "first_seen": "First seen", "edited": "Edited", "removed": "Not available", "restored": "Available again",
    "moved": "Moved",
}  # fmt: skip
_DISCLOSURES = {
    "notice": "The text says that it was corrected.",
    "updated_time": "The modified time that the page shows has moved.",
    "none": "The page shows a modified time, and it has not moved.",
}
_WITHHELD = "The page asks that its text be shown nowhere else (noarchive)."


class Event(msgspec.Struct, frozen=True):
    """A change, as far as the filters of a channel ask for it."""

    kind: str
    sources: tuple[str, ...] = ()  # keys of those that listed the article
    fields: tuple[str, ...] = ()
    severity: str | None = None
    words: str = ""  # titles, summary, and what went and came


def wanted(channel: Channel, event: Event) -> bool:
    """Whether a channel's filters let a change through.

    `min_severity` is asked of edits only; a change of no field passes no filter for fields.

    >>> wanted(Channel("desk"), Event("edited", severity="minor")), wanted(Channel("desk"), Event("first_seen"))
    (True, False)
    """
    if event.kind not in (channel.kinds or DEFAULT_KINDS):
        return False
    if event.kind == "edited" and _rank(event.severity) < _rank(channel.min_severity):
        return False
    for asked, has in ((channel.sources, event.sources), (channel.fields, event.fields)):
        if asked and not set(asked) & set(has):
            return False
    words = _form(event.words) if channel.words else ""
    return not channel.words or any(_form(word) in words for word in channel.words)


def wants_trouble(channel: Channel, sources: Sequence[str]) -> bool:
    """Whether a channel is to hear that these sources cannot be read."""
    return channel.trouble and (not channel.sources or bool(set(channel.sources) & set(sources)))


def _rank(severity: str | None) -> int:
    return _SEVERITIES.index(severity) if severity else 0


def _form(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()


def title(message: Mapping[str, Any]) -> str:
    """The one line that says what a message is about. `message`: a row of `outbox.messages`."""
    if message["event"] == "change":
        return _line(f"{_KINDS[message['kind']]}: {message['title'] or message['code']}", _LONGEST_TITLE)
    said = "Nothing new from" if message["outcome"] == "quiet" else "Cannot be read:"
    if message["event"] == "recovery":
        said = "Something new again from" if message["outcome"] == "quiet" else "Read again:"
    return _line(f"{said} {message['name'] or message['source'] or message['site']}", _LONGEST_TITLE)


def text(message: Mapping[str, Any], zone: ZoneInfo) -> str:
    """What a message says below its title: plain text, times in `zone`."""
    lines = _of_change(message, zone) if message["event"] == "change" else _of_incident(message, zone)
    return _bounded("\n".join(line for line in lines if line), _LONGEST_TEXT)


def _of_change(message: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    about = (message["outlet"], message["severity"], ", ".join(message["fields"]))
    shown = [_WITHHELD] if message["noarchive"] else [message["summary"], *map(_fact, message["facts"][:_FACTS])]
    return [
        _line(" · ".join(filter(None, about))),
        *map(_line, filter(None, shown)),
        _line(message["reason"]) if message["kind"] == "removed" else "",
        _when(message, zone),
        _DISCLOSURES.get(message["disclosure"] or "", ""),
        _line(message["url"]),
    ]


def _when(message: Mapping[str, Any], zone: ZoneInfo) -> str:
    until = _local(message["changed_by"], zone)
    if message["changed_after"] is None:
        return f"Seen at {until} ({zone})."
    return f"Between {_local(message['changed_after'], zone)} and {until} ({zone})."


def _of_incident(message: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    since = f"Since {_local(message['began_at'], zone)} ({zone})"
    over = f"{since}, until {_local(message['ended_at'], zone)}." if message["event"] == "recovery" else f"{since}."
    return [_line(f"{message['outcome']}: {message['reason'] or 'no reason known'}"), over, _line(message["url"])]


def _fact(fact: Mapping[str, Any]) -> str:
    return f"{fact['role'] or fact['type']}: {fact['old_text'] or '—'} → {fact['new_text'] or '—'}"


def _local(time: str, zone: ZoneInfo) -> str:
    return f"{from_utc_text(time).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _line(words: str | None, longest: int = 600) -> str:
    """One line, without control characters."""
    return _bounded(printable(" ".join((words or "").split())), longest)


def _bounded(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def data(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as a value for JSON: all that is known of the change or the incident."""
    left_out = {"event", "noarchive", "state", "source", "name"} if message["event"] == "change" else {"event"}
    told = {key: value for key, value in message.items() if key not in left_out}
    if message["event"] == "change" and message["noarchive"]:
        told |= {"summary": None, "facts": [], "withheld": "noarchive"}
    return told


def payload(
    message_id: str, kind: str, channel: str, created_at: str, told: dict[str, Any], title: str, text: str
) -> dict[str, Any]:
    """The JSON of a webhook. `kind`: `change`, `trouble`, `recovery`, `digest` or `test`."""
    return {
        "id": message_id, "type": kind, "timestamp": created_at, "channel": channel, "title": title, "text": text,
        "data": told,
    }  # fmt: skip


def digest(messages: Sequence[Mapping[str, Any]], count: int, zones: Mapping[str, ZoneInfo]) -> tuple[str, str]:
    """(title, text) of one message for `count` findings, of which `messages` are the first: by kind, a line each."""
    lines: list[str] = []
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for message in messages[:LISTED]:
        groups.setdefault(message["kind"] if message["event"] == "change" else message["event"], []).append(message)
    for kind, group in groups.items():
        lines += [f"{_KINDS.get(kind, kind.capitalize())} ({len(group)})", *(_brief(m, zones) for m in group), ""]
    if count > LISTED:
        lines.append(f"and {count - LISTED} more")
    return f"{count} {'finding' if count == 1 else 'findings'}", "\n".join(lines).strip()


def _brief(message: Mapping[str, Any], zones: Mapping[str, ZoneInfo]) -> str:
    zone = zones.get(message["site"], ZoneInfo("UTC"))
    if message["event"] != "change":
        at = message["began_at"] if message["event"] == "trouble" else message["ended_at"]
        return f"- {_local(at, zone)} {title(message)}: {_line(message['reason'], 120)}"
    shown = "" if message["noarchive"] else _line(message["summary"], 120)
    head = _line(message["title"] or message["code"], 80)
    return " ".join(filter(None, (f"- {_local(message['changed_by'], zone)}", head, shown, _line(message["url"], 300))))
