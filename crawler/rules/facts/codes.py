"""Document numbers, stock codes and other identifiers."""

import re
from collections.abc import Iterator

from crawler.items import Fact
from crawler.rules.facts.reading import Reading

_URL = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+")
_MAIL = re.compile(r"[A-Za-z0-9_.+-]{1,40}+@[A-Za-z0-9_-]{1,40}(?:\.[A-Za-z0-9_-]{1,40}){1,4}")
_DOCUMENT = re.compile(r"[〔\[(【﹝](?P<year>(?:19|20)[0-9]{2})[〕\])】﹞] ?第?(?P<number>[0-9]{1,5}) ?号")
_ISSUER = re.compile(r"[\u4e00-\u9fff]{1,14}(?:\([\u4e00-\u9fff]{1,6}\))?(?:[字发办函审])?\Z")
_BEFORE_ISSUER = """
    根据 按照 依据 依照 印发 下发 发布 执行 遵照 转发 参照 通知 文件 编号为 文号为 废止 公布 见 以 按 据 和 与 及 对
    的 了 为 将 于 是 由
""".split()
_NOT_ISSUER = re.compile("|".join(_BEFORE_ISSUER))
_LATIN = re.compile("[A-Za-z]+")
_HAN_MARKETS = ("纳斯达克", "纽交所")
# Each with the words of which a text must hold one, Latin ones as whole words; with none, it is sought in any text.
_STOCKS = tuple(
    (re.compile(pattern), frozenset(words.split()))
    for pattern, words in (
        (r"[0-9]{4,6}+[.,](?P<market>SH|SZ|BJ|HK|SS|OF|NQ)(?![A-Za-z0-9])", "SH SZ BJ HK SS OF NQ"),
        (r"[A-Z]{1,5}+\.(?P<market>US|N|O)(?![A-Za-z0-9])", "US N O"),
        (
            r"(?P<market>[Ss][HhZz]|[BbHh][JjKk])(?P<code>[0-9]{5,6})(?![0-9A-Za-z])",
            "SH Sh sH sh SZ Sz sZ sz BJ Bj bJ bj BK Bk bK bk HJ Hj hJ hj HK Hk hK hk",
        ),
        (r"\((?P<code>[03468][0-9]{5})(?=[),，])", ""),
        (
            r"(?P<market>NYSE|NASDAQ|Nasdaq|纳斯达克|纽交所) ?: ?(?P<code>[A-Z]{1,5})(?![A-Za-z0-9])",
            "NYSE NASDAQ Nasdaq 纳斯达克 纽交所",
        ),
        (r"代码 ?: ?(?P<code>[03468][0-9]{5})(?![0-9])", ""),
    )
)
_MARKETS = {"SS": "SH", "N": "US", "O": "US"} | dict.fromkeys("NYSE NASDAQ 纳斯达克 纽交所".split(), "US")
_KNOWN = frozenset("SH SZ BJ HK US OF NQ".split())
_DATA_CODE = re.compile(r'data-code(?<!\wdata-code)="(?P<value>(?:K )?[^"<>|,.]{1,8}[|,.][^"<>]{1,16})"')
_BY_NUMBER = {"1": "SH", "116": "HK", "105": "US", "106": "US", "107": "US"}
_PHONE = re.compile(r"(?:0[0-9]{2,3}-[0-9]{7,8}|1[3-9][0-9]{9}|400-[0-9]{3,4}-[0-9]{3,4})(?![0-9])")
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What must not stand before is looked for behind the first character, where far fewer places are left.
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY](?<![A-Za-z0-9].)[0-9A-HJ-NPQRTUWXY]{17}(?![A-Za-z0-9])")


def is_credit_code(code: str) -> bool:
    """Whether the check digit of a 统一社会信用代码 holds (GB 32100-2015).

    >>> is_credit_code("91350100M000100Y43"), is_credit_code("91350100M000100Y44")
    (True, False)
    """
    if len(code) != 18 or any(c not in _CREDIT for c in code):
        return False
    total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _CREDIT[(31 - total % 31) % 31] == code[17]


def read_codes(reading: Reading) -> None:
    """Add documents, stocks and identifiers; addresses of pages and mail are taken without being facts."""
    text = reading.plain
    if "://" in text or "www." in text or "@" in text:
        for match in (*_URL.finditer(text), *_MAIL.finditer(text)):
            reading.take(*match.span())
    for match in _DOCUMENT.finditer(text):
        _add_document(reading, match)
    _read_stocks(reading)
    for match in _CREDIT_CODE.finditer(text):
        if not reading.is_taken(*match.span()) and is_credit_code(match[0]):
            reading.add("identifier", *match.span(), match[0], role="统一社会信用代码")


def _read_stocks(reading: Reading) -> None:
    text = reading.plain
    there = {*_LATIN.findall(text), *(name for name in _HAN_MARKETS if name in text)}
    for pattern, words in _STOCKS:
        for match in pattern.finditer(text) if not words or words & there else ():
            if not reading.is_taken(*match.span()):
                _add_stock(reading, match)


def _add_document(reading: Reading, match: re.Match[str]) -> None:
    window = reading.plain[max(0, match.start() - 20) : match.start()]
    issuer = _ISSUER.search(window)
    if issuer is None:
        return
    first = issuer.start()
    for cut in _NOT_ISSUER.finditer(window, first):
        first = cut.end()
    if first == len(window):
        return
    value = f"{window[first:]}〔{match['year']}〕{int(match['number'])}号"
    reading.add("document", match.start() - len(window) + first, match.end(), value)


def _add_stock(reading: Reading, match: re.Match[str]) -> None:
    part = match.groupdict()
    start, end = match.span("code") if part.get("code") else match.span()
    code = part.get("code") or match[0][: match.start("market") - match.start() - 1]
    said = (part.get("market") or "").upper()
    market = _MARKETS.get(said, said) or _market(code)
    before = reading.plain[match.start() - 1 : match.start()] if match.start() else ""
    if market not in _KNOWN or (before.isascii() and (before.isalnum() or before == ".")):
        return
    if code.isdigit() and len(code) != 6 and market != "HK":
        return
    if part.get("code") and said in _KNOWN:
        start = match.start()
    reading.add("stock", start, end, stock_value(code, market))


def stock_value(code: str, market: str) -> str:
    """The normal form of a stock code: 600519.SH, 00700.HK, NIO.US."""
    return f"{code.zfill(5) if market == 'HK' else code}.{market}"


def _market(code: str) -> str:
    return {"6": "SH", "0": "SZ", "3": "SZ"}.get(code[0], "BJ")


def coded_stocks(body_html: str, stated: set[str | None]) -> Iterator[Fact]:
    """The stocks that only the markup names (`data-code`), each once; `stated` are the values the words name."""
    seen = set(stated)
    for match in _DATA_CODE.finditer(body_html):
        value = _coded(match["value"])
        if value and value not in seen:
            seen.add(value)
            yield Fact("stock", match["value"], None, value)


def _coded(text: str) -> str | None:
    if "|" in text:
        code, _, rest = text.removeprefix("K ").partition("|")
        market = rest.partition("|")[0]
    else:
        market, code = re.split("[,.]", text, maxsplit=1)
    if market == "0" and re.fullmatch("[023489][0-9]{5}", code):
        return stock_value(code, _market(code))
    if market in _BY_NUMBER and re.fullmatch("[0-9]{4,6}" if market in ("1", "116") else "[A-Z]{1,6}", code):
        return stock_value(code, _BY_NUMBER[market])
    return None


def read_phone(reading: Reading, start: int) -> int:
    """Add the telephone number at `start`; return where it ends, `start` where there is none."""
    if (match := _PHONE.match(reading.plain, start)) is None:
        return start
    reading.add("identifier", start, match.end(), match[0], role="电话")
    return match.end()
