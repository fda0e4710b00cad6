"""What an outcome says about the next look at an article: the table for all that is not a plain look at a live page."""

from crawler.rules.classify import NOTHING_READ
from crawler.rules.dates import from_utc_text, later

_SOONEST, _LATEST = 300, 7 * 86400  # seconds
_REGULAR = 7200  # seconds between looks that are regular whatever was planned; twice what was planned is, too
_AFTER_TROUBLE = 1800
_SHARE_OF_AGE = 0.2  # of the time since the last change; diffengine's rule


def regular_gap(last_checked_at: str | None, next_check_at: str | None) -> int:
    """Seconds that may lie between two looks if they are to be regular; what is given was planned after the first.

    >>> regular_gap("2024-01-01T00:00:00Z", "2024-01-01T04:00:00Z"), regular_gap(None, None)
    (28800, 7200)
    """
    if not last_checked_at or not next_check_at:
        return _REGULAR
    planned = from_utc_text(next_check_at) - from_utc_text(last_checked_at)
    return max(_REGULAR, 2 * int(planned.total_seconds()))


def next_check(
    outcome: str, state: str, seen_at: str, changed_at: str, gone_firmly_since: str | None, gone_looks: int,
    confirm_after: int,
) -> str | None:  # fmt: skip
    """When an article is due after a look (UTC text), None for never. `confirm_after` is in seconds.

    >>> next_check("unchanged", "live", "2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", None, 0, 600)
    '2024-01-02T04:48:00Z'
    >>> next_check("gone", "removed", "2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", None, 1, 600)
    '2024-01-04T00:00:00Z'
    """
    if state == "redacted":
        return None
    if state == "expired":
        return later(seen_at, 7 * 86400 * 2 ** min(gone_looks, 6))
    if state == "removed":
        return later(seen_at, 86400 * 2 ** min(gone_looks, 8))
    if outcome == "pending" and gone_firmly_since:
        return max(seen_at, later(gone_firmly_since, confirm_after))
    if outcome == "pending":
        return later(seen_at, _AFTER_TROUBLE * 2 ** min(gone_looks, 4))
    if outcome == "gone":
        return later(seen_at, min(600 * 2 ** min(gone_looks, 10), _LATEST))
    if outcome == "variant":
        return later(seen_at, _SOONEST)
    soonest = _AFTER_TROUBLE if outcome in NOTHING_READ else _SOONEST
    age = (from_utc_text(seen_at) - from_utc_text(changed_at)).total_seconds()
    return later(seen_at, min(max(age * _SHARE_OF_AGE, soonest), _LATEST))
