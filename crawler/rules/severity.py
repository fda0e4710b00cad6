"""How much an edit matters, and whether the publisher said that there was one."""

import re
import unicodedata
from collections import Counter

_NUMBER = re.compile(r"[-+]?\d[\d.,:：/%‰％．]*")
_NOTICE = re.compile(r"更正|订正|勘误|本文已更新|已更正|correction|corrected", re.IGNORECASE)
_TURNING = re.compile(
    r"不|未|没有|无|尚未|增长|下降|上涨|下跌|涨|跌|盈利|亏损|增持|减持|净买入|净卖出|同比|环比|\bnot?\b", re.IGNORECASE
)
_REWRITTEN = 0.2  # of the old text


def severity(fields: list[str], old: tuple[str, str], new: tuple[str, str], removed_chars: int) -> str:
    """`material`, `minor` or `cosmetic`; `old` and `new` are (title, body text).

    >>> severity(["body"], ("标题", "增长3.5%。"), ("标题", "增长35%。"), 4)
    'material'
    >>> severity(["body"], ("标题", "他说,好。"), ("标题", "他说，好。"), 1)
    'cosmetic'
    """
    if not {"title", "body"} & set(fields):
        return "minor"
    before, after = "\n".join(old), "\n".join(new)
    if any(_counted(p, before) != _counted(p, after) for p in (_NUMBER, _TURNING)):
        return "material"
    if _NOTICE.search(after) and not _NOTICE.search(before):
        return "material"
    if _words(before) == _words(after):
        return "cosmetic"
    rewritten = removed_chars >= _REWRITTEN * max(1, len(old[1]))
    return "material" if rewritten or _words(old[0]) != _words(new[0]) else "minor"


def _counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(unicodedata.normalize("NFKC", found.rstrip(".,:：/．")) for found in pattern.findall(text))


def _words(text: str) -> str:
    """Letters and digits alone, full-width forms as half-width ones."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LNMS")


def disclosure(old_body: str, new_body: str, old_modified: str | None, new_modified: str | None) -> str:
    """`notice`, `updated_time`, `none` or `unknown`: how the publisher told of an edit."""
    if _NOTICE.search(new_body) and not _NOTICE.search(old_body):
        return "notice"
    if old_modified is None and new_modified is None:
        return "unknown"
    return "updated_time" if old_modified != new_modified else "none"
