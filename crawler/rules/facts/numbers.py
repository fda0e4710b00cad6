"""Numerals, Arabic and Chinese, to exact decimals."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2}
FORMAL = dict(zip("零壹贰叁肆伍陆柒捌玖拾佰仟圆", "零一二三四五六七八九十百千元", strict=True)) | {
    "貳": "二",
    "陸": "六",
}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
SCALES = {
    "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
    "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "亿万": 10**12,
}  # fmt: skip
LONGEST = 24  # characters of a numeral; a longer one is no quantity, and Decimal would round it


def plain(value: Decimal) -> str:
    """A decimal without exponent and without zeros at its end.

    >>> plain(Decimal("1.50E+8")), plain(Decimal("0.250")), plain(Decimal("-0"))
    ('150000000', '0.25', '0')
    """
    written = str(value)
    if "E" in written:
        written = format(value, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def arabic(text: str) -> Decimal:
    """The value of half-width digits with or without thousands commas."""
    return Decimal(text.replace(",", ""))


def chinese(text: str) -> int | None:
    """The value of Chinese numerals; None where they do not make a number.

    >>> [chinese(t) for t in ("十五", "一百二十三", "两千", "一亿五千万", "二零二零", "三百五", "两三", "万")]
    [15, 123, 2000, 150000000, 2020, 350, None, None]
    """
    if not 0 < len(text) <= LONGEST:
        return None
    if len(text) > 2 and all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return _placed(text)


def _placed(text: str) -> int | None:
    total, section, digit, last_place = 0, 0, -1, 1
    for character in text:
        if (value := DIGITS.get(character)) is not None:
            if digit > 0:
                return None
            digit, last_place = value, 1 if value == 0 else last_place
        elif (place := _PLACES.get(character)) is not None:
            section += (digit if digit > 0 else 1) * place
            digit, last_place = -1, place
        else:
            if section == 0 and digit < 0 and not total:
                return None
            total, digit, last_place = _raised(total, section + max(digit, 0), character), -1, _MYRIADS[character]
            section = 0
    if digit > 0:
        section += digit * max(last_place // 10, 1)  # 三百五 is 350, 三百零五 is 305
    return total + section


def _raised(total: int, section: int, myriad: str) -> int:
    factor = _MYRIADS[myriad]
    below = total % factor if total >= factor else total
    return total - below + (below + section) * factor


def formal(text: str) -> Decimal | None:
    """An amount in the numerals of cheques, 元 角 分 and all; None where it is none.

    >>> formal("壹亿伍仟零柒拾柒万叁仟捌佰元整"), formal("叁佰元伍角"), formal("元")
    (Decimal('150773800'), Decimal('300.5'), None)
    """
    whole, _, rest = "".join(FORMAL.get(c, c) for c in text.rstrip("整正")).partition("元")
    value = chinese(whole)
    return None if value is None else sum(_coins(rest), Decimal(value))


def _coins(text: str) -> Iterator[Decimal]:
    for digit, coin in pairwise(text):
        if coin in "角分" and digit in DIGITS:
            yield Decimal(DIGITS[digit]) / (10 if coin == "角" else 100)
