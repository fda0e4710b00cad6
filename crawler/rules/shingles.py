"""Which texts tell one story: MinHash bands find candidates, and a closer look tells a copy from a template's sibling.

A copy may have been edited: a figure corrected, a paragraph dropped, a credit line put in front. What was made of one
template (daily quotes, notices) shares even more words; but there the figures, the dates and the names are others.
"""

import hashlib
import re
import struct
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from rensa import RMinHash

from crawler.rules.text import comparison_form, storable

_RULE = f"1.{RMinHash.ALGORITHM_VERSION}".encode()  # bands of other rules never meet
_READ = 20_000  # characters of a text that are compared
_SHORT = 30  # characters; with fewer only equal texts are one story
_SHINGLE = 3
_WINDOW = re.compile("." * _SHINGLE, re.DOTALL)
_FULL_WIDTH, _FROM_HALF_WIDTH = re.compile("[\uff01-\uff5e]"), 0xFEE0
_BANDS, _ROWS = 24, 3

# Shares that tell copies from siblings, chosen on real and made pairs of either kind.
_ALL_ALIKE = 0.45  # of both texts' shingles
_WORDS_ALIKE = 0.65  # of the shorter text's shingles without a digit
_FRAME = 0.9  # of them; with so much in common and another day or number in it, what differs are a template's slots
_SAID_TWICE, _SAID_TWICE_SHARE = 4, 0.08  # characters' worth of what one text repeats and the other lacks
_FACTS_OTHER = 0.25  # of the facts, where the words are the same,
_FACTS_OTHER_PER_WORD = 1.25  # and more where words differ too, for an edit hits both alike;
_FACTS_OTHER_MOST = 0.49  # but never half of them
_LEAD = 150  # characters that tell what a story is about, whatever stands below it
_SOME, _LONG = 3, 200  # facts, characters; of so many, one figure may always be another: it was corrected
_DATE_WEIGHT, _NAME_WEIGHT, _NUMBER_WEIGHT = 2, 3, 3  # at most, a number: one for each digit

_FACT = re.compile(
    r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]|(?<!\d)(?P<only_day>\d{1,2})日(?!元)"
    r"|\d{4}[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})(?!\d)"
    r"|(?P<name>[A-Za-z][A-Za-z\d]+)"
    r"|(?P<code>(?<![.,])\d{6,}(?![\d.,]|[^\W\d_]|%))"
    r"|\d+(?:[.,:/]\d+)*(?:%|[^\W\d_])?"
)
_DATELINE_ENDS = ("电", "讯", "丨", "|")  # 新华社3月18日电: each outlet's own
_DIGITS = re.compile(r"\d+")

_Date = tuple[int, int]  # (month, day); month 0 where it is not said


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a text states, and the form in which it was read."""

    form: str
    dates: dict[_Date, int]  # -> where it stands first
    names: dict[str, int]  # Latin words, numbers that name something (第17号, 600519) -> where
    numbers: dict[str, tuple[int, int]]  # number with its unit, a short one with what it counts -> (weight, where)


def bands(text: str) -> tuple[int, ...]:
    """Signed 64-bit integers, of which texts that share many words share some; none for an empty text.

    Equal in every process and on every machine for texts of equal comparison form.
    """
    form = _form(text)
    if len(form) < _SHORT:
        return (_hashed(form.encode(), 0),) if form else ()
    sketch = RMinHash(num_perm=_BANDS * _ROWS, seed=1)
    sketch.update(_windows(form))
    values = sketch.digest()
    rows = (values[start : start + _ROWS] for start in range(0, len(values), _ROWS))
    return tuple(_hashed(struct.pack(f"<{_ROWS}Q", *row), number) for number, row in enumerate(rows, 1))


def is_same_story(a: str, b: str, a_title: str = "", b_title: str = "") -> bool:
    """Whether two texts are copies of one story, each perhaps edited since. Titles only tell apart: where they name
    other dates, or other numbers of something.

    >>> quote = "江州银行11月{}日收盘报{}元，上涨{}%，成交额{}亿元。以上数据仅供参考，不构成投资建议。"
    >>> is_same_story(quote.format(3, 5.21, 1.36, 7.8), "（记者 王小明）" + quote.format(3, 5.21, 1.63, 7.8))
    True
    >>> is_same_story(quote.format(3, 5.21, 1.36, 7.8), quote.format(4, 5.18, 0.58, 6.4))
    False
    """
    shorter, longer = sorted((_stated(a), _stated(b)), key=lambda stated: (len(stated.form), stated.form))
    if not shorter.form or _titled_apart(a_title, b_title):
        return False
    if shorter.form == longer.form:
        return True
    if len(shorter.form) < _SHORT or not _agree(shorter, longer, 0):  # most siblings show in that, at little cost
        return False
    (shingles, words), (other_shingles, other_words) = _shingled(shorter.form), _shingled(longer.form)
    if not _alike(shingles, other_shingles):
        return False
    kept = len(words & other_words) / (len(words) or 1)
    return kept >= _WORDS_ALIKE and _agree(shorter, longer, kept) and _speak_of_the_same(shorter.form, longer.form)


def _form(text: str) -> str:
    read = comparison_form(storable(text))[:_READ]
    for mark in set(_FULL_WIDTH.findall(read)):  # what NFKC makes of them, long before `normalize` were done with that
        read = read.replace(mark, chr(ord(mark) - _FROM_HALF_WIDTH))
    return unicodedata.normalize("NFKC", read)[:_READ]


def _windows(form: str) -> list[str]:
    """A form's shingles, each as often as it stands there, in no order."""
    return [shingle for start in range(_SHINGLE) for shingle in _WINDOW.findall(form, start)]


def _shingles(form: str) -> set[str]:
    return set(_windows(form))


def _hashed(values: bytes, band: int) -> int:
    digest = hashlib.blake2b(values, digest_size=8, key=_RULE, salt=band.to_bytes(2, "little")).digest()
    return int.from_bytes(digest, "little", signed=True)


@lru_cache(maxsize=256)  # a template's notices are compared with each other again and again
def _stated(text: str) -> _Stated:
    form = _form(text)
    return _Stated(form, *_facts(form))


@lru_cache(maxsize=4)
def _shingled(form: str) -> tuple[frozenset[str], frozenset[str]]:
    """A form's shingles, and those without a digit."""
    return frozenset(_shingles(form)), frozenset().union(*map(_shingles, _DIGITS.split(form)))


def _facts(form: str) -> tuple[dict[_Date, int], dict[str, int], dict[str, tuple[int, int]]]:
    """Dates, names and numbers, as in `_Stated`."""
    dates: dict[_Date, int] = {}
    names: dict[str, int] = {}
    numbers: dict[str, tuple[int, int]] = {}
    for match in _FACT.finditer(form):
        at = match.start()
        if day := match["day"] or match["only_day"] or match["iso_day"]:
            if not form.startswith(_DATELINE_ENDS, match.end()):
                dates.setdefault((int(match["month"] or match["iso_month"] or 0), int(day)), at)
            continue
        if match["name"] or match["code"] or match[0].endswith("号") or form[at - 1 : at] == "第":
            names.setdefault(match[0].casefold(), at)
            continue
        digits = sum(map(str.isdigit, match[0][: _NUMBER_WEIGHT + 1]))
        counted = form[max(0, at - 2) : at] if digits < _NUMBER_WEIGHT else ""
        numbers.setdefault(counted + match[0], (min(digits, _NUMBER_WEIGHT), at))
    return dates, names, numbers


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    shared = len(a & b)
    return shared >= _ALL_ALIKE * (len(a) + len(b) - shared)


def _speak_of_the_same(shorter: str, longer: str) -> bool:
    """What a text says more than once is what it is about; an edit does not take all of that away."""
    pairs = Counter(map(str.__add__, shorter, shorter[1:]))
    repeated = {pair: times for pair, times in pairs.items() if times > 1 and pair.isalpha()}
    lacking = sum(times for pair, times in repeated.items() if pair not in longer)
    return lacking < _SAID_TWICE or lacking <= _SAID_TWICE_SHARE * sum(repeated.values())


def _agree(shorter: _Stated, longer: _Stated, kept: float) -> bool:
    """Whether the shorter text's dates, names and figures are the longer one's, but for as many as an edit may change
    that kept this share of the words."""
    dates = [(at, _DATE_WEIGHT) for date, at in shorter.dates.items() if not _has_date(longer.dates, date)]
    names = [(at, _NAME_WEIGHT) for name, at in shorter.names.items() if name not in longer.names]
    numbers = [(at, weight) for number, (weight, at) in shorter.numbers.items() if number not in longer.numbers]
    lead_date = min(shorter.dates.values(), default=0)
    is_other_day = numbers and any(at == lead_date for at, _ in dates)
    if kept >= _FRAME and (is_other_day or _slots(shorter, longer) & _slots(longer, shorter)):
        return False
    count = len(shorter.dates) + len(shorter.names) + len(shorter.numbers)
    may_differ = 1 if count >= _SOME or len(shorter.form) >= _LONG else 0
    if not dates and not names and len(numbers) <= may_differ:
        return True
    other = [*dates, *names, *numbers]
    facts = [(at, _DATE_WEIGHT) for at in shorter.dates.values()]
    facts += [(at, _NAME_WEIGHT) for at in shorter.names.values()]
    facts += [(at, weight) for weight, at in shorter.numbers.values()]
    allowed = min(_FACTS_OTHER + _FACTS_OTHER_PER_WORD * (1 - kept), _FACTS_OTHER_MOST)
    return all(_weight(other, end) <= allowed * _weight(facts, end) for end in (_LEAD, _READ))


def _slots(one: _Stated, other: _Stated) -> set[str]:
    """Kinds of number that name something (第17号 and 第18号 are of one kind) of which the other text lacks one."""
    return {_DIGITS.sub("0", name) for name in one.names if name not in other.names and _DIGITS.search(name)}


def _weight(facts: list[tuple[int, int]], end: int) -> int:
    return sum(weight for at, weight in facts if at < end)


def _has_date(dates: dict[_Date, int], date: _Date) -> bool:
    """Whether a text may speak of that date: it does, names its day without a month, or names no date at all."""
    month, day = date
    return not dates or any(d == day and (m == month or not m or not month) for m, d in dates)


def _titled_apart(a_title: str, b_title: str) -> bool:
    """Whether two titles name dates, or numbers of something, and none in common: 18日疫情通报 and 19日疫情通报."""
    a, b = _stated(a_title), _stated(b_title)
    a_codes, b_codes = ({name for name in stated.names if _DIGITS.search(name)} for stated in (a, b))
    other_dates = a.dates and b.dates and not any(_has_date(b.dates, date) for date in a.dates)
    return bool(other_dates) or bool(a_codes and b_codes and not a_codes & b_codes)
