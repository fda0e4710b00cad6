"""When a page is worth another look: edits as a Poisson process, rate = the page's own factor × its source's profile.

Everything is hours and plain floats; docs/revisit.md says what is assumed and where the formulas come from.
"""

from crawler.rules.revisit.budget import (
    BURST,
    CHEAPEST,
    DEAREST,
    FIRST_PRICE,
    FORGET_AFTER,
    listing_gap,
    missed_share,
    next_price,
    patrol_value,
    tokens_after,
)
from crawler.rules.revisit.curve import BUCKETS, EDGES, Profile, of_rates, pooled, prior_rates, profile, spread
from crawler.rules.revisit.page import (
    MIN_GAP,
    Page,
    learned,
    next_age,
    score,
    unchanged_probability,
    urgency,
    weight,
)

__all__ = [
    "BUCKETS", "BURST", "CHEAPEST", "DEAREST", "EDGES", "FIRST_PRICE", "FORGET_AFTER", "MIN_GAP", "Page", "Profile",
    "learned", "listing_gap", "missed_share", "next_age", "next_price", "of_rates", "patrol_value",
    "pooled", "prior_rates", "profile", "score", "spread", "tokens_after", "unchanged_probability", "urgency", "weight",
]  # fmt: skip
