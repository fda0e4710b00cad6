"""Text as origins send it: what encoding it is in, numbers and times that cannot be, what cannot be seen or kept."""

import json
import time
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crawler.items import Fields, Look, Raw
from crawler.rules import classify, dates, extract, normalize, page, text
from crawler.rules.decode import decode
from crawler.rules.diff import compare

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS, RARE = "财政部公布采购预算", "镕䶮㐂\U00020164\U0002b740"  # all but the first are four bytes in GB18030
UTF8, UTF16_LE, UTF16_BE = b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"

# bytes, Content-Type, what is read
DECODED = [
    ("header utf-8, bytes GBK", WORDS.encode("gbk"), "utf-8", WORDS),
    ("header gb2312, bytes GBK", "朱镕基".encode("gbk"), "gb2312", "朱镕基"),
    ("header gb2312, four bytes", RARE.encode("gb18030"), "gb2312", RARE),
    ("header gbk, four bytes", RARE.encode("gb18030"), "gbk", RARE),
    ("header cp936", RARE.encode("gb18030"), "cp936", RARE),
    ("header x-gbk", RARE.encode("gb18030"), "x-gbk", RARE),
    ("header gb_2312-80", RARE.encode("gb18030"), "GB_2312-80", RARE),
    ("header gbk, bytes UTF-8", WORDS.encode(), "gbk", WORDS),
    ("header latin-1, meta gbk", f'<meta charset="gbk">{WORDS}'.encode("gbk"), "iso-8859-1", WORDS),
    ("header ascii, meta gbk", f'<meta charset="gbk">{WORDS}'.encode("gbk"), "us-ascii", WORDS),
    ("header latin-1, no meta", "Müller – “Café”".encode("cp1252"), "iso-8859-1", "Müller – “Café”"),
    ("header big5", "臺灣財政預算".encode("big5"), "big5", "臺灣財政預算"),
    ("header big5, what Hong Kong adds", "啲嘢喺度".encode("big5hkscs"), "big5", "啲嘢喺度"),
    ("header shift_jis, what Windows adds", "①㈱髙".encode("cp932"), "shift_jis", "①㈱髙"),
    ("header unknown, bytes GBK", WORDS.encode("gbk"), "x-no-such", WORDS),
    ("header with a NUL", WORDS.encode("gbk"), "a\x00b", WORDS),
    ("header quoted", WORDS.encode("gbk"), '"gbk"', WORDS),
    ("BOM of UTF-8, header gbk", UTF8 + WORDS.encode(), "gbk", WORDS),
    ("BOM of UTF-8, bytes that are broken", UTF8 + WORDS.encode() + b"\xff", "gbk", WORDS + "\ufffd"),
    ("BOM of UTF-16, header utf-8", UTF16_LE + WORDS.encode("utf-16-le"), "utf-8", WORDS),
    ("BOM of UTF-16, the other order", UTF16_BE + WORDS.encode("utf-16-be"), "gbk", WORDS),
    ("header utf-16, no BOM", WORDS.encode("utf-16-le"), "utf-16", WORDS),
    ("header rot13", WORDS.encode("gbk"), "rot13", WORDS),
    ("header zlib_codec", WORDS.encode("gbk"), "zlib_codec", WORDS),
    ("header unicode_escape", b"\\u8d22" + WORDS.encode("gbk"), "unicode_escape", "\\u8d22" + WORDS),
    ("header unicode-escape", b"\\u8d22" + WORDS.encode("gbk"), "raw-unicode-escape", "\\u8d22" + WORDS),
    ("header hz", b"~{<:Ky2;~}" + WORDS.encode("gbk"), "hz-gb-2312", "~{<:Ky2;~}" + WORDS),
    ("header idna", b"xn--fiqs8s" + WORDS.encode("gbk"), "idna", "xn--fiqs8s" + WORDS),
    ("surrogates in UTF-8", WORDS.encode() * 6 + b"\xed\xa0\x80", "utf-8", WORDS * 6 + "\ufffd" * 3),
    ("four bytes cut", WORDS.encode("gb18030") * 3 + b"\x81\x30\x81", "gb2312", WORDS * 3 + "\ufffd"),
]


@pytest.mark.parametrize(("body", "declared", "read"), [case[1:] for case in DECODED], ids=[c[0] for c in DECODED])
def test_bytes_are_read_as_what_they_are(body: bytes, declared: str, read: str) -> None:
    assert decode(body, f"text/html; charset={declared}")[0].rpartition(">")[2] == read


@pytest.mark.parametrize("declared", ["utf-7", "UTF7", "unicode-1-1-utf-7", "u7", "csUnicode11UTF7"])
@pytest.mark.parametrize("rest", [b"", "采购".encode(), "采购".encode("gbk"), b"\xff"])
def test_utf_7_is_never_read(declared: str, rest: bytes) -> None:
    body = b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-" + rest
    for content_type, markup in ((f"text/html; charset={declared}", body),
                                 (None, f'<meta charset="{declared}">'.encode() + body)):  # fmt: skip
        words, encoding = decode(markup, content_type)
        assert "+ADw-script+AD4-" in words and "<script" not in words
        assert encoding != "utf-7"


def test_the_declaration_is_looked_for_only_where_it_may_stand() -> None:
    late = b"<p>" + b"x" * 5000 + b'<meta charset="big5">' + WORDS.encode("gbk")
    assert WORDS in decode(late)[0]


# --- times -----------------------------------------------------------------------------------------------------------

TIMES = [
    "0000-01-01", "0000-01-01 00:00:00", "0001-01-01T00:00:00Z", "0999-12-31 10:00", "9999-12-31 23:59:59",
    "9999-12-31T23:59:59-23:59", "2024-02-30", "2024年2月30日 10:00", "2023-02-29 10:00:00", "2024-13-01", "2024-00-10",
    "2024-01-00", "2024-01-01 25:00:00", "2024-01-01 10:61", "2024-01-01T00:00:00+99:99", "12024-01-01", "2024-01-011",
    "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 01 Jan 0024 10:00:00 +0800", "Fri, 30 Feb 2024 10:00:00 +0800",
    "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 2024 10:00:00 +999999", "1 Jan 99999999999999999999 10:00:00",
    str(2**63), str(2**64), "-1", "0", "1e9", "9" * 4000, "253402300800", "NaN", "\ud800", "\x00", "१०", "1²34-01-01",
]  # fmt: skip


@pytest.mark.parametrize("written", TIMES, ids=lambda written: repr(written)[:40])
def test_a_time_that_cannot_be_is_a_remark_and_no_other_time(written: str) -> None:
    assert dates.published(written, SHANGHAI) is None
    kept, remarks = normalize.normalize(Fields(published_at=written, places={"published_at": "post"}), SHANGHAI)
    assert (kept.published_at, kept.published_precision, kept.places) == (None, None, {})
    (remark,) = remarks
    assert remark.startswith("published_at not understood")
    msgspec.msgpack.encode(remark)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("1900-01-02 12:00:00+08:00", "1900-01-02T04:00:00Z"),
        ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z"),
        ("2024-02-29 10:00:00", "2024-02-29T02:00:00Z"),
        ("Mon, 01 Jan 24 10:00:00 +0800", "2024-01-01T02:00:00Z"),
        ("Mon, 01 Jan 2024 10:00:00 +0800", "2024-01-01T02:00:00Z"),
        ("Mon, 1 Jan 2024 01:02:03 -0330", "2024-01-01T04:32:03Z"),
    ],
)
def test_times_at_the_edge_are_read(written: str, utc: str) -> None:
    found = dates.published(written, SHANGHAI)
    assert found is not None and found[0] == utc


# --- JSON ------------------------------------------------------------------------------------------------------------

NINES = "9" * 7_000_000
ANSWERS = [
    ("over 2^63", '{"text": "<p>正文。</p>", "title": 18446744073709551617}', "18446744073709551617"),
    ("under -2^63", '{"text": "<p>正文。</p>", "title": -18446744073709551617}', "-18446744073709551617"),
    ("NaN", '{"text": "<p>正文。</p>", "title": NaN}', None),
    ("infinity", '{"text": "<p>正文。</p>", "title": -Infinity, "source": 1e999}', None),
    ("a fraction of 7 MB", f'{{"text": "<p>正文。</p>", "title": "题", "n": 0.{NINES}}}', "题"),
    ("duplicate keys", '{"text": "<p>甲。</p>", "title": "一", "title": "二", "text": "<p>正文。</p>"}', "二"),
    ("lone surrogates", '{"text": "<p>正\\ud800文。</p>", "title": "\\udfff题\\ud800"}', "题"),
    ("a pair", '{"text": "<p>正文。</p>", "title": "\\ud840\\udd64"}', "\U00020164"),
    ("NUL", '{"text": "<p>正\\u0000文。</p>", "title": "题\\u0000"}', "题"),
    ("a BOM", '\ufeff{"text": "<p>正文。</p>", "title": "题"}', "题"),
]
REFUSED = [
    ("nested 100,000 deep", "[" * 100_000 + "]" * 100_000, "not JSON"),
    ("objects nested 100,000 deep", '{"a":' * 100_000 + "1" + "}" * 100_000, "not JSON"),
    ("deep beside a text", '{"text": "<p>正文。</p>", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "not JSON"),
    ("a number of 7 MB", f'{{"text": "<p>正文。</p>", "n": {NINES}}}', "not JSON: Exceeds the limit"),
    ("keys that are surrogates", '{"\\ud800": 1, "\\u0000": 2}', "no body in the JSON"),
    ("a number", NINES, "not JSON"),
    ("nothing but a string", '"\\ud800"', "no body in the JSON"),
]


def taken(body: str) -> Fields:
    raw = Raw("content", "http://a.example/1", "2024-11-22T01:00:00Z", 200, {}, body.encode())
    markup, _ = decode(raw.body, None)
    assert classify.answer(raw, markup=markup) is None
    return extract.from_json(markup, "content")


@pytest.mark.parametrize(("body", "title"), [case[1:] for case in ANSWERS], ids=[case[0] for case in ANSWERS])
def test_odd_json_is_read(body: str, title: str | None) -> None:
    kept, _ = normalize.normalize(taken(body), SHANGHAI)
    assert (kept.title, kept.body_text) == (title, "正文。")
    msgspec.msgpack.encode(kept)  # no lone surrogate is left, nor NUL
    assert "\x00" not in json.dumps(msgspec.to_builtins(kept), ensure_ascii=False)


@pytest.mark.parametrize(("body", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_json_that_holds_nothing_is_refused_and_says_why(body: str, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(extract.ExtractionError, match=said) as refused:
        taken(body)
    assert time.monotonic() - started < 5 and len(str(refused.value)) <= 300


# --- what cannot be seen ---------------------------------------------------------------------------------------------

UNSEEN = {
    "a zero-width space": "\u200b", "a joiner": "\u200d", "a word joiner": "\u2060", "a BOM": "\ufeff",
    "right to left": "\u202e", "an isolate": "\u2066", "an Arabic mark": "\u061c", "a soft hyphen": "\u00ad",
    "a tag": "\U000e0041", "a filler": "\u3164", "a grapheme joiner": "\u034f", "a selector": "\ufe00",
    "a selector of nothing": "\ufe0f",
}  # fmt: skip


@pytest.mark.parametrize("mark", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_kept_told_apart_and_shown(mark: str) -> None:
    before, after = "江州市采购预算", f"江州市采{mark}购预算"
    fields = extract.from_page(f"<h1>{after}</h1><div><p>{after}3.5亿元，由市级财政安排。</p></div>", "post", {})
    kept, _ = normalize.normalize(fields, SHANGHAI)
    assert (kept.title, mark in (kept.body_text or "")) == (after, True)
    assert text.text_hash(before, "") != text.text_hash(after, "")
    assert "".join(operation.text for operation in compare(before, after)).count(mark) == 1
    shown = text.printable(after)
    assert f"‹U+{ord(mark):04X}›" in shown and mark not in shown


def test_what_can_be_seen_is_shown_as_it_is() -> None:
    for words in ("❤️☀️▶️5️⃣", "葛\U000e0100城", "cafe\u0301", "采购🎉🇨🇳", "a\tb\nc"):
        assert text.printable(words) == words
    assert text.printable("一\u2028二\u2029") == "一‹U+2028›二‹U+2029›"


# --- much of it ------------------------------------------------------------------------------------------------------


def test_a_text_node_of_nearly_8_mb_is_read() -> None:
    words = "长文。" * (7 * 1024 * 1024 // 9)
    read = page.fragment_text(f"<p>{words}</p>")
    assert read == words
    look = Look("1", "s", "c", "u", "t", "read", fields=Fields(body_text=text.kept(read)))
    assert len(msgspec.msgpack.encode(look)) > 7_000_000
