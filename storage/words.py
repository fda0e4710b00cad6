"""Text as the full-text index has it: pairs of characters for Chinese, whole words and numbers for the rest. Pure.

`采购15077.38万元` is `采购 购 15077.38 万元 元`: every two neighbours of a run of CJK characters, then its last one
alone. That one keeps two runs apart, so that a phrase of pairs never reaches over punctuation, and with it every
character begins some word of the index. A change of these rules needs a migration that fills the index anew.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Written without spaces between words: Han, kana, bopomofo, hangul.
CJK = (
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufad9\U00020000-\U0003ffff"
)
GAP, PERCENT = "\ue000", "\ue025"  # words of the index for punctuation beside a Latin word, and for a per cent sign
LETTER = rf"[^\W_{CJK}]"
SOFT = "-_/:+&@#~=*'’·‐–"  # between two Latin words one of these is a space: 2024-ZB-001
_LONGEST = 64  # characters of a word; what is longer is none
_WORD = re.compile(
    rf"([{CJK}](?:\s*[{CJK}])*)|([0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?(?!,?{LETTER})|{LETTER}+(?:\.{LETTER}+)*)|([%‰])"
)
_SIMPLE = re.compile("[\x00-\x7f\u2014\u2018-\u201d\u2026\u3001-\u3011\u4e00-\u9fff！（），：；？]*")


class _Fold(dict[int, str]):
    """Code point -> what it is in the index, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(character: str) -> str:
    if unicodedata.category(character) == "Cf":  # zero-width, soft hyphen
        return ""
    plain = unicodedata.normalize("NFKC", character)
    if plain not in ".%" and not any(map(str.isalnum, plain)):
        return character
    return "".join(_without_accents(c) for c in plain).casefold()


def _without_accents(character: str) -> str:
    if ord(character) >= 0x590:  # beyond Latin, Greek and Cyrillic marks make other letters
        return character
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))


_FOLDS = _Fold()


def folded(text: str) -> str:
    """Text as it is compared: lower case, full-width forms as ASCII, without accents and zero-width characters.

    >>> folded("１５０７７．３８％ Café")
    '15077.38% cafe'
    """
    return text.lower() if _SIMPLE.fullmatch(text) else text.translate(_FOLDS)


def folded_places(text: str) -> tuple[str, list[int]]:
    """`folded(text)`, and for each of its characters and its end the place in `text`."""
    pieces = [_FOLDS[ord(character)] for character in text]
    flat = "".join(pieces)
    if all(len(piece) == 1 for piece in pieces):
        return flat, list(range(len(text) + 1))
    return flat, [*(at for at, piece in enumerate(pieces) for _ in piece), len(text)]


@dataclass(frozen=True, slots=True)
class Run:
    """CJK characters, a Latin word or number, a per cent sign, or punctuation that keeps two of them apart."""

    kind: str  # "cjk", "latin", "percent" or "gap"
    text: str  # of a gap: empty


def runs(text: str) -> Iterator[Run]:
    """What a text is made of, in order. White space that touches CJK or punctuation is none, as in the comparison
    form."""
    text = folded(text)
    end, last = 0, ""
    for match in _WORD.finditer(text):
        cjk, latin, _ = match.groups()
        kind = "cjk" if cjk else "latin" if latin else "percent"
        if last and not (kind == last == "cjk") and _parts(text[end : match.start()], last == kind == "latin"):
            yield Run("gap", "")
        yield Run(kind, _run_text(kind, match[0]))
        end, last = match.end(), kind


def _run_text(kind: str, found: str) -> str:
    if kind == "cjk":
        return "".join(found.split())
    return found.replace(",", "")[:_LONGEST] if kind == "latin" else found


def _parts(between: str, both_latin: bool) -> bool:
    between = between.strip()
    return bool(between) and not (both_latin and len(between) == 1 and between in SOFT)


def index_words(text: str | None) -> str:
    """The words of a text, as the index is given them.

    >>> index_words("新增 10 例，\\n\\u3000累计３３例")
    '新增 增 10 例 累计 计 33 例'
    >>> index_words("项目2024-ZB-001：1,234.50元，降3.5%") == index_words("项目 2024 ZB 001。 1234.50元。降3.5％")
    True
    """
    return " ".join(_words(text or ""))


def _words(text: str) -> Iterator[str]:
    for run in runs(text):
        if run.kind == "cjk":
            yield from map(str.__add__, run.text, run.text[1:])
            yield run.text[-1]
        else:
            yield _word(run)


def _word(run: Run) -> str:
    return run.text if run.kind == "latin" else PERCENT if run.kind == "percent" else GAP


def phrase(text: str, *, begins: bool = False) -> str | None:
    """What finds a text in the index, for MATCH; None where it has no word. `begins`: words that begin with its last.

    >>> phrase("越来越"), phrase("采"), phrase("15077余万元"), phrase("，。")
    ('"越来 来越"', '"采" *', '"15077 余万 万元"', None)
    >>> phrase("procure", begins=True)
    '"procure" *'
    """
    words: list[str] = []
    parts = list(runs(text))
    for at, run in enumerate(parts):
        if run.kind != "cjk":
            words.append(_word(run))
            continue
        words += map(str.__add__, run.text, run.text[1:])
        if at + 1 < len(parts) or len(run.text) == 1:
            words.append(run.text[-1])
    if not words:
        return None
    last = parts[-1]
    opened = (last.kind == "cjk" and len(last.text) == 1) or (last.kind == "latin" and begins)
    return f'"{" ".join(words)}"{" *" * opened}'
