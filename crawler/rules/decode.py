"""Bytes to text, when header, `<meta>` and bytes disagree."""

import codecs
import re

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_OF_PAGES = ("utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
# GB18030 contains both; publishers declare the smaller sets and use the whole (WHATWG Encoding, 4.2).
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """(text, encoding): a BOM decides, then valid UTF-8, then what was declared, then GB18030.

    Valid UTF-8 beats a declaration, since no other encoding's text of any length passes for it by chance.

    >>> decode("财政部".encode("gb18030"), "text/html; charset=gb2312")
    ('财政部', 'gb18030')
    >>> decode("财政部发布".encode("gb18030"), "text/html; charset=utf-8")
    ('财政部发布', 'gb18030')
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body.decode(encoding, "replace"), encoding
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    if (damaged := _damaged_utf8(body)) is not None:
        return damaged, "utf-8"
    declared = _declared(body, content_type)
    for encoding in (*declared, "gb18030"):
        try:
            return body.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    encoding = declared[0] if declared else "utf-8"
    return body.decode(encoding, "replace"), encoding


def _damaged_utf8(body: bytes) -> str | None:
    """UTF-8 with a few broken bytes, U+FFFD in their place; None for what is valid or not UTF-8 at all.

    GB18030 would read such bytes without complaint, as other words.
    """
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return text if 0 < broken * 10 < sum(not c.isascii() for c in text) else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = []
    if content_type and (match := re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)):
        names.append(match[1])
    if meta := _META.search(body[:4096]):
        names.append(meta[1].decode("ascii"))
    return [encoding for name in names if (encoding := _codec(name))]


def _codec(name: str) -> str | None:
    try:
        b" ".decode(name, "replace")  # refuses Python's bytes-to-bytes codecs; of no bytes it asks no codec
        codec = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return None
    return None if codec in _NOT_OF_PAGES else _WIDER.get(codec, codec)
