"""Bytes to text, when header, `<meta>` and bytes disagree."""

import codecs
import re

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What a page may declare, by Python's names (WHATWG Encoding, 4.2), and what is read in its place: GB18030 contains GBK
# and GB2312, and publishers declare the smaller sets and use the whole. Neither UTF-7 and HZ are among them, in which
# plain letters hide markup, nor what Python has besides, for its own source and for names of hosts.
_OF_PAGES = {
    "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "big5": "big5hkscs", "big5hkscs": "big5hkscs",
    "euc_jp": "euc_jp", "shift_jis": "cp932", "cp932": "cp932", "iso2022_jp": "iso2022_jp", "euc_kr": "cp949",
    "cp949": "cp949", "utf-8": "utf-8", "utf-16": "utf-16-le", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    **{name: name for name in ("cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic")},
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp{number}": f"cp{number}" for number in range(1250, 1259)},
}  # fmt: skip
_OTHER_NAMES = {
    "x-gbk": "gbk", "gb_2312-80": "gb2312", "cn-gb": "gb2312", "cn-big5": "big5", "x-x-big5": "big5",
    "x-sjis": "cp932", "windows-31j": "cp932", "windows-949": "cp949", "windows-874": "cp874",
}  # fmt: skip
_ANYTHING = "cp1252"  # what a server says of every page where nobody told it otherwise; nearly all bytes pass for it


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """(text, encoding): a BOM decides, then valid UTF-8, then what was declared, then GB18030.

    Valid UTF-8 beats a declaration, since no other encoding's text of any length passes for it by chance. The header
    goes before `<meta>`, but for the ISO-8859-1 or ASCII that servers say of every page.

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
    declared = sorted(_declared(body, content_type), key=lambda encoding: encoding == _ANYTHING)
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
        return _OF_PAGES.get(codecs.lookup(_OTHER_NAMES.get(name.lower(), name)).name)
    except (LookupError, ValueError):  # a name with a NUL in it is no name at all
        return None
