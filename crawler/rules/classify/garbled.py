"""Text that was decoded as something other than it is (mojibake)."""

import re

_ENOUGH = 8  # characters beyond ASCII; fewer tell nothing
_SAMPLE = 3000  # characters that are looked at
_STRETCH = re.compile(r"[^\x00-\x7f]+")
# What Chinese is written with: ideographs, and the punctuation between them.
_ORDINARY = re.compile("[\u4e00-\u9fa5\u3000-\u3002\u3008-\u3011\uff01-\uff5e\u2014\u2018-\u201d\u2026\u00b7]")
# No characters of Latin-1 and Windows-1252, in which U+FFFD stands for a byte that was lost.
_BEYOND_LATIN = re.compile(
    "[^\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a\u201c-\u201e"
    "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\ufffd]"
)
_COMMONEST = "的，。、"  # nearly never what other bytes are taken for
_TWICE_REPLACED = "锟斤拷"  # U+FFFD in UTF-8, read as GBK
_OLD_CHINESE = "gb2312"  # the set that is in use; GB18030 has a character for nearly any two bytes


def garbled(text: str) -> bool:
    """Whether a text is UTF-8 read as GBK or as Latin-1, GBK read as Latin-1, or full of replacement characters.

    Tells by making the mistake undone: what then reads as UTF-8 or as Chinese was not meant to be read as it stands.
    Texts with fewer than eight characters beyond ASCII are not judged.

    >>> garbled("财政部关于2022年采购预算的通知".encode().decode("gb18030", "replace"))
    True
    >>> garbled("财政部关于2022年采购预算的通知".encode().decode("latin-1"))
    True
    >>> garbled("财政部关于2022年采购预算的通知")
    False
    """
    stretches = _STRETCH.findall(text[:_SAMPLE])
    beyond = "".join(stretches)
    if len(beyond) < _ENOUGH:
        return False
    replaced = beyond.count("\ufffd") + 3 * beyond.count(_TWICE_REPLACED)
    if replaced * 5 >= len(beyond) and replaced >= 4:
        return True
    if sum(map(beyond.count, _COMMONEST)) >= max(2, len(beyond) / 50):
        return False
    if len(_BEYOND_LATIN.findall(beyond)) * 5 <= len(beyond):
        return _was_utf8(_latin_bytes(stretches)) or _was_gbk(stretches)
    return _was_utf8_read_as_gbk(stretches)


def _latin_bytes(stretches: list[str]) -> bytes:
    return b" ".join(b"".join(_latin_byte(c) for c in stretch) for stretch in stretches)


def _latin_byte(character: str) -> bytes:
    if character <= "\xff":
        return character.encode("latin-1")
    return character.encode("cp1252", "ignore")


def _was_utf8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII are sequences of UTF-8, as no other text has them; some may have been lost."""
    beyond = len(data) - data.count(b" ")
    read = data.decode("utf-8", "ignore").replace(" ", "")
    return len(read.encode()) * 5 >= beyond * 3 and len(read) * 3 >= _ENOUGH


def _was_gbk(stretches: list[str]) -> bool:
    """Whether long stretches of Latin letters and signs are the two bytes each of Chinese characters."""
    long = [stretch for stretch in stretches if len(stretch) >= 4]
    if sum(map(len, long)) * 5 < sum(map(len, stretches)) * 3:
        return False
    read = b" ".join(b"".join(map(_latin_byte, s)) for s in long).decode(_OLD_CHINESE, "replace").replace(" ", "")
    return len(set(read)) >= 4 and len(_ORDINARY.findall(read)) * 5 >= len(read) * 4


def _was_utf8_read_as_gbk(stretches: list[str]) -> bool:
    data = " ".join(stretches).replace("\ufffd", " ").encode("gb18030", "ignore")
    beyond = len(data) - data.count(b" ")
    ordinary = _ORDINARY.findall(data.decode("utf-8", "ignore"))
    return len(ordinary) * 3 * 5 >= beyond * 3 and len(ordinary) * 2 >= _ENOUGH
