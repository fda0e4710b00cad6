"""Amounts, percentages, counts and bare numbers."""

import re
from decimal import Decimal

from crawler.rules.facts.numbers import LONGEST, SCALES, arabic, chinese, formal, plain
from crawler.rules.facts.reading import Reading, half_width
from crawler.rules.facts.units import AFTER_ARABIC, AFTER_CHINESE, DURATIONS, PER, PREFIXES, UNITS, Unit, unit_named

_SCALE = r"万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?![瓦克米卡伏帕赫升])|百(?!分)"
# “This or nothing” is written (?:…|) and not (?:…)?, which takes `re` twice as long.
ARABIC = re.compile(
    r"(?P<number>(?:[0-9]{1,3}+(?:,[0-9]{3}){1,8}(?![0-9])|[0-9]++)(?:\.[0-9]++|))"
    rf" ?(?:(?P<more>[余多]|来(?=[个人年天万亿]))|)(?:(?P<scale>{_SCALE})|)"
    r"(?:(?P<second>(?<=[亿万千])[0-9]{1,4}(?:\.[0-9]{1,6})?(?:(?P<second_scale>[万千])|(?=元)))|)"
    rf"(?:(?P<still>[余多])|) ?(?:(?P<unit>{AFTER_ARABIC})|)"
    rf"(?:(?P<over>(?<=[元倍%个件家起例吨人台辆次])[余多](?![样年元家次]))|)(?:/(?P<per>{PER})|)"
)
_IN_BRACKETS = re.compile(r" ?\((?:人民币|单位:)?(?P<unit>[^():\n]{1,6})\)")
_CHEQUE = "壹贰叁肆伍陆柒捌玖"
_FORMAL = rf"[{_CHEQUE}拾][{_CHEQUE}拾佰仟零万亿]{{0,30}}[元圆](?:[{_CHEQUE}零]角)?零?(?:[{_CHEQUE}零]分)?[整正]?"
_NUMERAL = "零一二两三四五六七八九十百千万亿"
CHINESE = re.compile(
    rf"(?P<formal>{_FORMAL})"
    rf"|(?P<parts>百分之|千分之)(?P<part>[{_NUMERAL}]{{1,12}}(?:点[零一二三四五六七八九]{{1,8}})?)(?P<some>[余多])?"
    rf"|(?P<number>[{_NUMERAL}]++)(?:点(?P<fraction>[零一二三四五六七八九]++)(?P<raised>[百千万亿]*+)|)"
    rf"(?:(?P<more>[余多])|)(?:(?P<scale>[万亿]{{1,2}})|)(?:(?P<unit>{AFTER_CHINESE})|)(?:/(?P<per>{PER})|)"
)
_ANY_DIGITS = re.compile(rf"[0-9,.]+|[{_NUMERAL}]+")
_NOT_BEFORE_CHINESE = re.compile(r"[几数上成统万专唯同统进逐]\Z")
_ONE = frozenset("例人名户")  # after these 一 counts; elsewhere it is mostly an article: 一家, 一个, 一起
_ORDINARY = re.compile("方|时间|线|者|产业|人称|人民|中学")  # 第三方, 第一时间: no numbers

_ENGLISH_SCALES = {
    **{"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    **{"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12},  # behind a currency's sign: £3.4m
}
_ENGLISH = re.compile(
    r" ?(?:(?P<word>thousand|million|billion|trillion)|(?P<letters>k|mn?|bn?|tn))(?![A-Za-z0-9])", re.IGNORECASE
)

_BEFORE_WORDS = (
    "不超过 不低于 不少于 不高于 不多于 不大于 不小于 大约 将近 接近 至少 最多 不足 不到 约为 大概 约 近 逾 近乎"
).split()
_BEFORE = re.compile(rf"(?:(?<!不)(?:超过|超)|{'|'.join(_BEFORE_WORDS)}) ?\Z")
_SAID_BEFORE = re.compile(rf"(?:超过|超|{'|'.join(_BEFORE_WORDS)})? ?(?:{'|'.join(map(re.escape, PREFIXES))})?")
_NOT_BEFORE = re.compile(r"(?:[最附临邻靠相][近]|[合公契节纽预条签履违制邀失大特][约]|[高反][超]|[立满][不]足) ?\Z")
_AFTER = re.compile(r" ?(?:左右|上下|以上|以下|以内|之上|开外)")
_AFTER_BEGINS = frozenset(" 左上以之开")
# The characters with which such words, and `PREFIXES`, end: most numbers need not be looked at closer.
_BEFORE_ENDS = frozenset("过于低少高多大小约近超逾足到出概为乎 ")
_CURRENCY_ENDS = frozenset("币BYD¥$€R£P ")
_SAID_AFTER = re.compile(r"(?<=[^ ]) ?(?:左右|上下|以上|以下|以内|之上|开外)\Z")
_LAST = 4  # characters in which a word before a number is sought


def before(text: str, start: int, unit: str | None) -> int:
    """Where a word that makes the number at `start` approximate begins; `start` where there is none."""
    window = text[max(0, start - _LAST) : start]
    if not (match := _BEFORE.search(window)) or _NOT_BEFORE.search(window):
        return start
    if unit in DURATIONS and match[0].strip() == "近":
        return start
    return start - len(window) + match.start()


def _currency(text: str, start: int) -> tuple[int, str | None]:
    window = text[max(0, start - 4) : start]
    bare = window.rstrip(" ")
    for prefix, unit in PREFIXES.items():
        if bare.endswith(prefix):
            return start - (len(window) - len(bare)) - len(prefix), unit
    return start, None


_NO_MINUS_AFTER = re.compile(r"[A-Za-z0-9%‰\-元亿万倍年月日时点吨个人]")


def _is_minus(text: str, start: int) -> bool:
    """Whether the hyphen before `start` is a minus: not after a letter, a digit or another quantity's unit."""
    return start == 1 or _NO_MINUS_AFTER.match(text[start - 2]) is None


def value_of(match: re.Match[str]) -> Decimal | None:
    """What an `ARABIC` match counts, without its unit."""
    return _value(*match.group("number", "scale", "second", "second_scale"))


def _value(number: str, scale: str | None, second: str | None, second_scale: str | None) -> Decimal | None:
    if len(number) > LONGEST:
        return None
    value = arabic(number)
    if scale:
        value *= SCALES[scale]
    if second:
        value += arabic(second.removesuffix(second_scale or "")) * SCALES.get(second_scale or "", 1)
    return value


def read_arabic(reading: Reading, start: int, match: re.Match[str], before_hyphen: bool) -> int:
    """Add the quantity of an `ARABIC` match at `start`; return where it ends. `before_hyphen`: it ends a range."""
    text, end = reading.plain, match.end()
    number, more, scale, second, second_scale, still, said, over, per = match.groups()
    value = _value(number, scale, second, second_scale)
    if value is None:
        return end
    if not (said or scale):
        if bracketed := _read_bracketed(reading, start, match, value):
            return bracketed
        if not more:
            end = match.start() + len(number)
    first, prefixed = _currency(text, start) if start and text[start - 1] in _CURRENCY_ENDS else (start, None)
    if first == start and not before_hyphen and start and text[start - 1] == "-" and _is_minus(text, start):
        first, value = start - 1, -value
    if not scale and (english := _ENGLISH.match(text, match.start() + len(number))) and (prefixed or english["word"]):
        value *= _ENGLISH_SCALES[(english["word"] or english["letters"]).casefold()]
        end, said, per, over = english.end(), None, None, None
    unit = UNITS.get(said or "")
    if prefixed and (unit is None or unit.type == "amount"):
        unit = Unit("amount", unit.unit if unit and prefixed == "元" else prefixed)
    else:
        first = start if prefixed else first
    _add(reading, first, end, value, unit, per, bool(more or still or over))
    return max(end, reading.found[-1].end)


def _read_bracketed(reading: Reading, start: int, match: re.Match[str], value: Decimal) -> int:
    """Add a number whose unit stands in brackets behind it, 98.5（万元）; return where it ends, 0 if it is none."""
    said = _IN_BRACKETS.match(reading.plain, match.end("number"))
    if said is None or (named := unit_named(said["unit"])) is None:
        return 0
    _add(reading, start, said.end(), value * named[0], named[1], None, False)
    return said.end()


def _add(
    reading: Reading, first: int, end: int, value: Decimal, unit: Unit | None, per: str | None, approximate: bool
) -> None:
    text, name = reading.plain, unit.unit if unit else None
    if first and reading.text[first - 1] == "第":
        reading.add("number", first - 1, first + _digits(text, first), plain(value))
        return
    word = before(text, first, name) if first and text[first - 1] in _BEFORE_ENDS else first
    if text[end : end + 1] in _AFTER_BEGINS and (after := _AFTER.match(text, end)):
        end, approximate = after.end(), True
    approximate = approximate or word < first
    if unit is None:
        reading.add("number", word, end, plain(value), approximate=approximate)
        return
    full = f"{name}/{per}" if per else name
    value = value if unit.factor == 1 else value * unit.factor
    reading.add(unit.type, word, end, plain(value), unit=full, approximate=approximate)


def _digits(text: str, start: int) -> int:
    match = _ANY_DIGITS.match(text, start)
    return len(match[0]) if match else 0


def read_chinese(reading: Reading, match: re.Match[str]) -> None:
    """Add the quantity of a `CHINESE` match, if it is one: Chinese numerals without a unit are mostly words."""
    start, end = match.span()
    if match["formal"]:
        first, _ = _currency(reading.plain, start)
        if (amount := formal(match["formal"])) is not None:
            reading.add("amount", first, end, plain(amount), unit="元")
    elif match["parts"]:
        unit = Unit("percent", "%" if match["parts"] == "百分之" else "‰")
        if (part := _decimal(match["part"])) is not None:
            _add(reading, start, end, part, unit, None, bool(match["some"]))
    elif start and reading.plain[start - 1] == "第":
        _read_ordinal(reading, start, match["number"])
    else:
        _read_counted(reading, match)


def _read_ordinal(reading: Reading, start: int, numeral: str) -> None:
    end = start + len(numeral)
    value = chinese(numeral)
    if value is not None and not _ORDINARY.match(reading.plain, end):
        reading.add("number", start - 1, end, plain(Decimal(value)))


def _read_counted(reading: Reading, match: re.Match[str]) -> None:
    number, unit = match["number"], UNITS.get(match["unit"] or "")
    if unit is None and not (match["scale"] or "万" in number or "亿" in number):
        return
    value = _value_of_chinese(match)
    if value is None or _NOT_BEFORE_CHINESE.search(reading.plain[max(0, match.start() - 1) : match.start()]):
        return
    vague = number[0] in "百千万亿" and not (match["more"] or (len(number) > 1 and unit and unit.type == "amount"))
    if vague or _is_article(match, unit):
        return
    _add(reading, match.start(), match.end(), value, unit, match["per"], bool(match["more"]))


def _is_article(match: re.Match[str], unit: Unit | None) -> bool:
    """Whether 一 says no more than that there is one: 一家, 一个."""
    counted = unit is not None and unit.type == "count" and match["unit"] not in _ONE
    return match["number"] == "一" and counted and not (match["fraction"] or match["scale"])


def _decimal(text: str) -> Decimal | None:
    whole, _, fraction = text.partition("点")
    value = chinese(whole)
    if value is None:
        return None
    if not fraction:
        return Decimal(value)
    return Decimal(f"{value}." + "".join(str(chinese(c)) for c in fraction))


def parsed(text: str) -> Decimal | None:
    """The value of a text that is one quantity, in its base unit; None where it is anything else."""
    plain_text = _SAID_BEFORE.sub("", half_width(text).strip(), count=1)
    plain_text, negative = plain_text.removeprefix("-"), plain_text.startswith("-")
    if after := _SAID_AFTER.search(plain_text):
        plain_text = plain_text[: after.start()]
    if match := ARABIC.fullmatch(plain_text):
        value = value_of(match)
    elif match := CHINESE.fullmatch(plain_text):
        value = _value_of_chinese(match)
    else:
        return None
    unit = UNITS.get(match["unit"] or "")
    return None if value is None else value * (unit.factor if unit else 1) * (-1 if negative else 1)


def _value_of_chinese(match: re.Match[str]) -> Decimal | None:
    if match["formal"]:
        return formal(match["formal"])
    if match["parts"]:
        return _decimal(match["part"])
    value = _decimal(match["number"] if match["fraction"] is None else f"{match['number']}点{match['fraction']}")
    if value is None and match["more"] and match["number"] in "百千万":
        value = Decimal(SCALES[match["number"]])
    for scale in (*(match["raised"] or ""), *(match["scale"] or "")) if value is not None else ():
        value = (value or Decimal(0)) * SCALES[scale]
    return value
