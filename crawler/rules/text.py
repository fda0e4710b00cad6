"""Text as it is compared: what counts as a difference of an article, and what is only its setting."""

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)
_ENDLESS = re.compile(r"&#(?=[0-9]{20})0*([0-9]{0,10})[0-9]*")  # beyond all code points after ten digits
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# What is drawn as nothing though it counts as a letter or a mark (Unicode's Default_Ignorable_Code_Point). A selector
# that says how the sign or the ideograph before it is drawn is seen in that.
_SIGN, _HAN = "#*\\d\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0d]"
    f"|(?<![{_SIGN}])[\ufe0e\ufe0f]|(?<![{_HAN}])[\U000e0100-\U000e01ef]"
)
_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one each time


def storable(text: str) -> str:
    """Without what SQLite and UTF-8 cannot hold: NUL and lone surrogates.

    >>> storable("a\\x00b\\ud800c")
    'abc'
    """
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


@lru_cache(maxsize=8192)
def _swallows_space(character: str) -> bool:
    return unicodedata.category(character)[0] == "P" or _CJK.match(character) is not None


def _spaced(words: list[str]) -> Iterator[str]:
    """The words, and a space wherever neither neighbour swallows it."""
    last = ""
    for word in words:
        if last and not (_swallows_space(last) or _swallows_space(word[0])):
            yield " "
        yield word
        last = word[-1]


def comparison_form(text: str) -> str:
    """The form in which two texts are compared: NFC; white space, paragraph breaks and U+3000 that touch
    a CJK character or punctuation dropped, other runs one space. Nothing else is dropped.

    >>> comparison_form("新增 10 例，\\n\\u3000\\u3000累计 33 例")
    '新增10例，累计33例'
    >>> comparison_form("3.5 %  of\\n GDP") == comparison_form("35% of GDP")
    False
    """
    return "".join(_spaced(unicodedata.normalize("NFC", text).split()))


def one_line(text: str) -> str:
    """A title or a name as it is kept: NFC, entities decoded, one space for each run of white space.

    >>> one_line(" 业绩\\u3000&quot;大增&quot;\\n ")
    '业绩 "大增"'
    """
    return " ".join(unicodedata.normalize("NFC", unescaped(storable(text))).split())


def unescaped(text: str) -> str:
    """Text with its entities decoded, as `html.unescape` does, which fails on a number of thousands of digits.

    >>> unescaped("&lt;&#65;&#" + "9" * 5000 + ";&#" + "0" * 5000 + "65;")
    '<A\ufffdA'
    """
    return html.unescape(_ENDLESS.sub(r"&#0\1", text))


def kept(text: str) -> str:
    """A body's text as it is kept: NFC."""
    return unicodedata.normalize("NFC", storable(text))


def text_hash(title: str | None, body: str) -> str:
    """Hex SHA-256 of the comparison forms of title and body: equal words, equal hash."""
    return _sha256([comparison_form(title or ""), comparison_form(body)])


def content_hash(text_digest: str, metadata: list[str | None]) -> str:
    """Hex SHA-256 of a whole content: its `text_hash` and its metadata."""
    return _sha256([text_digest, *metadata])


def _sha256(values: list[str | None]) -> str:
    return hashlib.sha256(_json(values).encode()).hexdigest()


def printable(value: object) -> str:
    """Text with what cannot be seen made visible: control characters, bidi overrides, zero-width characters, fillers.

    >>> printable("a\\x1b[31mb")
    'a‹U+001B›[31mb'
    """
    text = "" if value is None else str(value)
    if text.isprintable() and _INVISIBLE.search(text) is None:
        return text
    text = _INVISIBLE.sub(lambda match: _named(match[0]), text)
    return "".join(
        _named(c) if not c.isprintable() and c not in "\n\t" and unicodedata.category(c) in _UNSEEN else c for c in text
    )


def _named(character: str) -> str:
    return f"‹U+{ord(character):04X}›"
