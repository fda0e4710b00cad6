from math import exp, sqrt

FIRST_PRICE = 0.1
BURST = 2.0
CHEAPEST, DEAREST = 1e-4, 0.95


def next_price(price: float, eligible: float, tokens: float, per_tick: float, ticks: float = 1.0) -> float:
    step = (eligible - 0.9 * tokens) / max(per_tick, 1e-9)
    return min(max(price * exp(0.02 * ticks * min(max(step, -1), 1)), CHEAPEST), DEAREST)


def tokens(before: float, per_day: float, passed: float) -> float:
    return min(before + per_day * passed / 24, per_day * BURST / 24)


def listing_gap(price, new_per_hour, first_rate, soonest, latest):
    return min(max(sqrt(2 * price / (new_per_hour * (first_rate + 1 / 24))), soonest), latest)


def missed_share(of, page, price):
    return 0.1
