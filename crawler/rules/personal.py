"""Numbers that are somebody's: telephones and identity cards."""

import re

_NUMBERS = re.compile(
    r"""(?<![\d.])(?:
        (?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}          # a mobile telephone
        | (?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[-\s—－])\s?\d{7,8}(?:[-转]\d{1,6})?   # one with an area code
        | [1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]   # a card (GB 11643)
    )(?![\d])""",
    re.X,
)
_KEPT = 3  # signs at the beginning


def masked(text: str) -> str:
    """The text with such numbers hidden but for their first three signs; everything else, and the length, stays.

    >>> masked("联系人：王女士 13912345678，010-88886666；金额15077.38万元，110101199003077758")
    '联系人：王女士 139********，010*********；金额15077.38万元，110***************'
    """
    return _NUMBERS.sub(lambda found: found[0][:_KEPT] + "*" * (len(found[0]) - _KEPT), text)
