"""When a page is worth another look: what holds for any numbers, and what the simulator makes of the whole."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules import revisit
from crawler.rules.revisit import Page

ROOT = Path(__file__).parents[2]
SIMULATOR = ROOT.parent / "shared" / "sim" / "sim.py"
ANYTHING = st.floats(allow_nan=True, allow_infinity=True)
AGES = st.floats(0, 10_000)
SUMS = st.lists(st.floats(0, 1e6), min_size=revisit.BUCKETS, max_size=revisit.BUCKETS)
PROFILES = st.builds(lambda num, den: revisit.profile(num, den, revisit.prior_rates()), SUMS, SUMS)
PAGES = st.builds(Page, st.floats(0.01, 1e4), st.floats(1e-3, 1e6), st.integers(0, 10**6))
PRICES = st.floats(1e-4, 0.95)


@given(PROFILES, AGES, AGES)
def test_expected_edits_grow_with_age_and_lead_back_to_it(of: revisit.Profile, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert of.expected(low) <= of.expected(high) * (1 + 1e-9)
    assert math.isclose(of.age_at(of.expected(one)), one, rel_tol=1e-6, abs_tol=1e-6)


@given(PAGES, st.floats(0, 1e9))
def test_a_chance_is_one(page: Page, expected: float) -> None:
    assert 0 <= revisit.unchanged_probability(page, expected) <= 1


@given(PROFILES, PAGES, AGES, PRICES, PRICES)
def test_a_dearer_look_comes_later(of: revisit.Profile, page: Page, last: float, one: float, other: float) -> None:
    soon, late = (revisit.next_age(of, page, last, price) for price in sorted((one, other)))
    assert last + revisit.MIN_GAP <= soon * (1 + 1e-9) and soon <= late * (1 + 1e-9)


@given(PROFILES, PAGES.filter(lambda page: page.streak < 8), st.floats(0, 700), st.floats(1e-3, 0.5))
def test_nothing_is_worth_it_before_it_is_due(of: revisit.Profile, page: Page, last: float, price: float) -> None:
    due = revisit.next_age(of, page, last, price)
    if due > last + 2 * revisit.MIN_GAP:
        assert revisit.score(of, page, last, last + (due - last) * 0.999) <= price * 1.001


@given(st.floats(0.05, 50), st.floats(0.05, 50), st.floats(0.01, 100))
def test_a_change_raises_the_factor_and_none_lowers_it(a: float, b: float, expected: float) -> None:
    page = Page(a, b)
    same, none = revisit.learned(page, expected, False)
    more, edits = revisit.learned(page, expected, True)
    assert none == 0 and edits >= 1 - 1e-6
    assert same.a / same.b < a / b < more.a / more.b * (1 + 1e-9)
    assert (same.streak, more.streak) == (0, 1)


@given(PROFILES, AGES, AGES, st.floats(0, 100), st.floats(1e-3, 100))
def test_what_a_look_teaches_is_shared_out_whole(
    of: revisit.Profile, one: float, other: float, edits: float, factor: float
) -> None:
    low, high = sorted((one, other))
    if taught := revisit.spread(of, low, high, edits, factor):
        assert math.isclose(sum(num for _, num, _ in taught), edits, rel_tol=1e-6, abs_tol=1e-9)
        assert math.isclose(sum(den for _, _, den in taught), factor * (high - low), rel_tol=1e-6, abs_tol=1e-6)
        assert [bucket for bucket, _, _ in taught] == sorted({bucket for bucket, _, _ in taught})


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_no_number_breaks_a_rule(a: float, b: float, c: float, d: float, e: float) -> None:
    of = revisit.of_rates([a, b, c, d, e] * 2 + [a, b, c, d])
    page = Page(0.5, 0.5, 9)
    assert revisit.CHEAPEST <= revisit.next_price(a, b, c, d, e) <= revisit.DEAREST
    assert 0 <= revisit.unchanged_probability(page, a) <= 1
    assert 0 <= revisit.missed_share([(of, page, a)], b) <= 1
    assert revisit.score(of, page, a, b) >= 0
    assert math.isfinite(revisit.next_age(of, page, a, b))
    assert math.isfinite(revisit.tokens_after(a, b, c))
    assert math.isfinite(revisit.patrol_value(a, b))
    for changed in (True, False):
        later, edits = revisit.learned(page, a, changed)
        assert later.a > 0 and later.b > 0 and math.isfinite(edits)


@given(st.floats(0, 1e5), st.floats(0, 1e6), st.floats(0, 1000))
def test_no_more_than_two_hours_are_saved_up(before: float, per_day: float, passed: float) -> None:
    assert 0 <= revisit.tokens_after(min(before, per_day / 12), per_day, passed) <= max(per_day / 12, 1) * (1 + 1e-9)


@given(st.floats(1e-4, 0.95), st.floats(0, 1e4), st.floats(0, 100), st.floats(0.01, 1), st.floats(1, 12))
def test_a_listing_is_read_within_its_bounds(
    price: float, found: float, rate: float, soonest: float, latest: float
) -> None:
    gap = revisit.listing_gap(price, found, rate, soonest, latest)
    assert soonest <= gap <= latest
    assert revisit.listing_gap(price, found * 4, rate, soonest, latest) <= gap


def test_a_page_that_changes_at_every_look_weighs_less_and_less() -> None:
    assert revisit.weight(8) == 1 > revisit.weight(9) > revisit.weight(100) > 0


def test_the_simulator_finds_more_edits_than_by_fixed_rules() -> None:
    pytest.importorskip("numpy", reason="the simulator needs numpy")
    if not SIMULATOR.exists():
        pytest.skip(f"no simulator at {SIMULATOR}")

    def captured(policy: str) -> float:
        command = [
            sys.executable,
            str(SIMULATOR),
            "--policy",
            policy,
            "--budget",
            "5",
            "--seed",
            "3",
            "--per-day",
            "60",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
        return float(json.loads(done.stdout)["cap"])

    ours = captured(f"{ROOT / 'bench' / 'revisit_adapter.py'}:Newstrail")
    assert ours > 1.2 * captured("newsdiffs") and ours > 1.4 * captured("uniform")
