"""Whether a publisher told of an edit."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

_WORD = "更正|订正|勘误"
_ARTICLE = "本文|本稿|本报道|本篇|此文|该文|原文|文章|报道|稿件|全文|正文|标题|文中|上文|前文|上述内容|上述数据"
_MENDED = "更新|更正|修改|修订|修正|订正|勘误|改正"
_EARLIER = "此前|之前|先前|早前|前期|早先"
_EDITOR = "编者按|编者注|编辑注|编注"
_CHANGED = "更新|修改|修订"
_BRACKETS = r"【（(\["
# The words of a correction in ordinary use: a procurement's correction notice, a demand, a right, a quotation.
_ORDINARY_BEFORE = "予以 要求 责令 申请 及时 依法 应当 可以 有权 自行 限期 进行 必须 尽快 主动 拒不 拒绝".split()
_ORDINARY_BEHIND = """
    公告 通知 登记 申请 手续 信息 制度 机制 事项 内容 日期 次数 理由 材料 程序 权 率 错误 过来 了 ” " 」 』 ’
""".split()
_HAN_PATTERNS = (
    rf"(?<![“\"「『‘不未可请需应])(?<!{'|'.join(_ORDINARY_BEFORE)})(?:{_WORD})(?!{'|'.join(_ORDINARY_BEHIND)})",
    rf"(?:{_ARTICLE})[^。！？\n]{{0,16}}?(?:已|做了|作了|作出|进行|有所|经)[^。！？\n]{{0,8}}?(?:{_MENDED})",
    rf"(?:{_EARLIER})[^。！？\n]{{0,12}}?(?:报道|稿件|版本|文章|数据|内容|表述)"
    r"[^。！？\n]{0,8}?(?:有误|错误|失实|不实|不准确)",
    rf"(?:{_EDITOR})[^。！？\n]{{0,40}}?(?:{_MENDED})",
    rf"(?:{_CHANGED})(?:于|时间)[:：]?\s{{0,3}}\d[\d年月日时分:：/ -]{{0,24}}",
    rf"[{_BRACKETS}](?:已|有)?(?:更新|修订)版?[】）)\]]",
)
_LATIN_PATTERNS = (
    r"\b(?:corrections?|clarification|erratum|corrigendum)\s?[:：—]",
    r"\b(?:article|story|post|report|piece|version)\b[^.\n]{0,60}?\b(?:updated|corrected|amended|revised|misstated)\b",
    r"\beditor['’]s note\b[^.\n]{0,80}?\b(?:updated|corrected|amended|revised)\b",
    r"\b(?:updated|corrected)\s(?:on|at)\b[^.\n]{0,30}",
)
_NOTICE = re.compile("|".join((*_HAN_PATTERNS, *_LATIN_PATTERNS)), re.IGNORECASE)
# Without a Latin word that is long enough for the other patterns a place is ruled out by its first character.
_HEADS = "".join(sorted({word[0] for word in "|".join((_WORD, _ARTICLE, _EARLIER, _EDITOR, _CHANGED)).split("|")}))
_HAN_NOTICE = re.compile(f"(?=[{_HEADS}{_BRACKETS}])(?:{'|'.join(_HAN_PATTERNS)})")
_LATIN_WORD = re.compile("[A-Za-z]{5}")
# One of these is in every notice; only what stands around it is read closely.
_NEEDED = (
    *_WORD.split("|"), *_MENDED.split("|"), *"有误 错误 失实 不实 不准确".split(),
    *"orrect larif rrat orrig pdat mend evis misst".split(),
)  # fmt: skip
_BEFORE, _BEHIND = 100, 60  # characters of it


def notices(text: str) -> Counter[str]:
    """The places where a text says that it was corrected or updated.

    >>> list(notices("（更正：此前报道有误）")), list(notices("供应商要求更正，发布更正公告。"))
    (['更正', '此前报道有误'], [])
    """
    notice = _NOTICE if _LATIN_WORD.search(text) else _HAN_NOTICE
    found = (match[0] for stretch in _stretches(text) for match in notice.finditer(stretch))
    return Counter(unicodedata.normalize("NFKC", notice).casefold() for notice in found)


def _stretches(text: str) -> Iterator[str]:
    start = end = 0
    for place in sorted({place for word in _NEEDED for place in _places(text, word)}):
        if place - _BEFORE > end:
            yield text[start:end]
            start = place - _BEFORE
        end = place + _BEHIND
    yield text[start:end]


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


@lru_cache(maxsize=2)  # an edit is asked for its severity and for its disclosure
def is_told(old: str, new: str) -> bool:
    """Whether the new text says, where the old one did not, that it was corrected."""
    come = notices(new)
    return bool(come) and bool(come - notices(old))


def disclosure(old_body: str, new_body: str, old_modified: str | None, new_modified: str | None) -> str:
    """`notice`, `updated_time`, `none` or `unknown`: how the publisher told of an edit.

    `none`: the site shows a time of modification and it did not move; `unknown`: it shows none.
    """
    if is_told(old_body, new_body):
        return "notice"
    if new_modified is None:
        return "unknown"
    return "updated_time" if old_modified != new_modified else "none"
