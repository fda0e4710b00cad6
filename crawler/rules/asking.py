"""What a person types into a search: words, "phrases", OR, NOT, -word, (…), source:KEY, since:T, changed:T.

Words beside each other must all be there. `parse` gives what FTS5's MATCH is given, and never anything that MATCH
cannot read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.errors import UsageError
from storage.words import phrase

_LONGEST, _MOST_WORDS, _DEEPEST = 1000, 50, 10  # characters, words, parentheses in each other
_FILTERS = ("source", "since", "changed")
_OPERATORS = ("AND", "OR", "NOT")
_QUOTED = r"\"[^\"]*\"|“[^”]*”"
_TOKEN = re.compile(
    rf"\s*(?:(?P<filter>(?:{'|'.join(_FILTERS)})[:：](?:{_QUOTED}|[^\s()（）\"“”]*))"
    rf"|(?P<phrase>{_QUOTED})|(?P<open>[(（])|(?P<close>[)）])|(?P<minus>-(?=[^\s-]))"
    r"|(?P<unclosed>[\"“”])|(?P<word>[^\s()（）\"“”]+))"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A search as understood. `since` and `changed` are times as they were typed, `changed` also `yes` or `no`."""

    match: str  # for articles_fts MATCH
    words: tuple[tuple[str, bool], ...]  # what is looked for, to mark it: (text, whether it is a word's beginning)
    sources: tuple[str, ...] = ()  # any of them
    since: str | None = None
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    match: str
    words: tuple[tuple[str, bool], ...] = ()


def parse(text: str) -> Question:
    """Understand a search; raises `UsageError` with one line that says what is wrong.

    >>> parse("采购 OR 越来越 -中标 source:yaowen").match
    '("采购") OR (("越来 来越") NOT ("中标"))'
    """
    if len(text) > _LONGEST:
        raise UsageError(f"search: of {len(text)} characters; at most {_LONGEST} are read")
    tokens = list(_tokens(text))
    kept, filters = _filters(tokens)
    found = _Reader(kept).read()
    if found is None:
        what = "nothing but punctuation" if kept else "give a word to look for"
        raise UsageError(f"search: {what}{f' in {text.strip()!r}' if kept else ''}; there is no word to look for")
    sources = tuple(value for name, value in filters if name == "source")
    return Question(found.match, found.words, sources, _only(filters, "since"), _only(filters, "changed"))


def match(text: str) -> str:
    """The same for MATCH alone; raises `UsageError` where something else is asked for, too."""
    question = parse(text)
    if question.sources or question.since or question.changed:
        raise UsageError("search_terms: source:, since: and changed: are no words; ask for them in WHERE")
    return question.match


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text = text.strip()
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token is not None and token.lastgroup is not None
        if token.lastgroup == "unclosed":
            raise UsageError(f"search: a quotation mark has no other half: {text[token.start() :].strip()[:40]!r}")
        yield token.lastgroup, token[token.lastgroup]
        at = token.end()


def _filters(tokens: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The tokens without filters, and the filters: (name, value)."""
    kept: list[tuple[str, str]] = []
    filters: list[tuple[str, str]] = []
    depth = 0
    for kind, said in tokens:
        depth += (kind == "open") - (kind == "close")
        if kind != "filter":
            kept.append((kind, said))
            continue
        name, value = re.split("[:：]", said, maxsplit=1)
        if not (value := value.strip('"“”').strip()):
            raise UsageError(f"search: {name}: needs a value behind it, without a space between")
        if depth > 0 or (kept and kept[-1] in (("minus", "-"), ("word", "NOT"))):
            raise UsageError(f"search: {name}: is for the whole search; it cannot be in parentheses or behind NOT")
        filters.append((name, value))
    return kept, filters


def _only(filters: list[tuple[str, str]], name: str) -> str | None:
    found = [value for given, value in filters if given == name]
    if len(found) > 1:
        raise UsageError(f"search: {name}: is given twice")
    return found[0] if found else None


class _Reader:
    """Reads tokens by recursive descent: OR of ANDs of words, each of which may be excluded."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at, self._words = tokens, 0, 0

    def read(self) -> _Part | None:
        found = self._any(0)
        if self._at < len(self._tokens):
            raise UsageError("search: a closing parenthesis has no opening one")
        return found

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _any(self, depth: int) -> _Part | None:
        if depth > _DEEPEST:
            raise UsageError(f"search: parentheses are {depth} deep; at most {_DEEPEST} are read")
        parts = [self._all(depth)]
        while self._next() == ("word", "OR"):
            self._at += 1
            parts.append(self._all(depth))
        if len(parts) == 1:
            return parts[0]
        kept = [part for part in parts if part is not None]
        if len(kept) < len(parts):
            raise UsageError("search: OR needs a word on both sides")
        return _Part(" OR ".join(f"({part.match})" for part in kept), tuple(w for part in kept for w in part.words))

    def _all(self, depth: int) -> _Part | None:
        wanted: list[_Part] = []
        unwanted: list[_Part] = []
        while self._next()[0] not in ("end", "close") and self._next() != ("word", "OR"):
            if self._next() == ("word", "AND"):
                self._at += 1
                continue
            is_wanted, part = self._one(depth)
            if part is not None:
                (wanted if is_wanted else unwanted).append(part)
        if not wanted and unwanted:
            raise UsageError("search: NOT and - leave out of what other words find; give a word to look for, too")
        if not wanted:
            return None
        match, words = " AND ".join(_wrapped(wanted)), tuple(w for part in wanted for w in part.words)
        return _Part(f"({match}) NOT ({' OR '.join(_wrapped(unwanted))})" if unwanted else match, words)

    def _one(self, depth: int) -> tuple[bool, _Part | None]:
        is_wanted = True
        while self._next() in (("minus", "-"), ("word", "NOT")):
            self._at += 1
            is_wanted = not is_wanted
            if self._next()[0] in ("end", "close") or self._next() in (("word", "OR"), ("word", "AND")):
                raise UsageError("search: NOT needs a word behind it")
        kind, said = self._next()
        self._at += 1
        if kind == "open":
            return is_wanted, self._inside(depth)
        return is_wanted, self._phrase(said.strip('"“”'), kind == "word" and said.endswith("*"))

    def _inside(self, depth: int) -> _Part | None:
        found = self._any(depth + 1)
        if self._next()[0] != "close":
            raise UsageError("search: a parenthesis is not closed")
        self._at += 1
        return found

    def _phrase(self, text: str, begins: bool) -> _Part | None:
        self._words += 1
        if self._words > _MOST_WORDS:
            raise UsageError(f"search: at most {_MOST_WORDS} words are looked for")
        found = phrase(text, begins=begins)
        return None if found is None else _Part(found, ((text, begins),))


def _wrapped(parts: list[_Part]) -> list[str]:
    return [part.match if len(parts) == 1 else f"({part.match})" for part in parts]
