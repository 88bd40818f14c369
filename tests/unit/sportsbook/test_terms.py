"""Terms of trade: the most specific rule that says something counts, and each change counts up the version."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.sportsbook.terms import Method, PricePolicy, TermsScope, TermsValues
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.markets.terms import NEVER, SECOND, Facts, TermsBook, defaults

NOW = 1_900_000_000 * SECOND
TENANT = Tenant("aurora", "EUR", 500)
SPORTS, KINDS, LEAGUES = ["football", "tennis"], ["WIN", "1"], ["l1", "l2"]
TIMES = [0, 60, 3600, 86_400]

scopes = st.builds(
    TermsScope,
    sport=st.sampled_from(["", *SPORTS]),
    tier=st.sampled_from([0, 1, 2]),
    competition=st.sampled_from(["", *LEAGUES]),
    market_type=st.sampled_from(["", *KINDS]),
    within_s=st.sampled_from([None, *TIMES]),
)
values = st.builds(
    TermsValues,
    margin_bp=st.none() | st.integers(0, 2000),
    max_stake=st.none() | st.integers(0, 10**12),
    price_policy=st.none() | st.sampled_from([PricePolicy.NONE, PricePolicy.ANY]),
    offered=st.none() | st.booleans(),
)
facts = st.builds(
    Facts,
    sport=st.sampled_from(SPORTS),
    tier=st.sampled_from([1, 2]),
    competition=st.sampled_from(LEAGUES),
    market_type=st.sampled_from(KINDS),
    starts_at=st.sampled_from([0, *(NOW + s * SECOND for s in (-5, 0, 1, 59, 60, 61, 3600, 90_000))]),
    in_play=st.booleans(),
)


def book(*rules: tuple[TermsScope, TermsValues]) -> TermsBook:
    made = TermsBook(defaults(TENANT, 10**9))
    for version, (scope, said) in enumerate(rules, 1):
        made.set(scope, said, version)
    return made


def seconds_to_start(of: Facts) -> float:
    if of.in_play:
        return 0
    return float("inf") if of.starts_at == 0 else max(1, (of.starts_at - NOW) / SECOND)


def applies(scope: TermsScope, of: Facts) -> bool:
    words = (
        (scope.sport, of.sport),
        (scope.tier, of.tier),
        (scope.competition, of.competition),
        (scope.market_type, of.market_type),
    )
    timely = scope.within_s is None or seconds_to_start(of) <= scope.within_s
    return timely and all(not asked or asked == given for asked, given in words)


def beats(one: TermsScope, other: TermsScope) -> bool:
    """Whether `one` is the more specific, down the chain from its end."""
    if one.within_s != other.within_s:
        return other.within_s is None or (one.within_s is not None and one.within_s < other.within_s)
    for name in ("market_type", "competition", "tier", "sport"):
        if bool(getattr(one, name)) != bool(getattr(other, name)):
            return bool(getattr(one, name))
    return False


@given(st.dictionaries(scopes, values, max_size=12), facts)
def test_every_value_is_that_of_the_most_specific_rule_which_says_it(
    rules: dict[TermsScope, TermsValues], of: Facts
) -> None:
    found = book(*rules.items()).resolve(of, NOW)
    base: dict[str, Any] = msgspec.structs.asdict(defaults(TENANT, 10**9))
    for name in ("margin_bp", "max_stake", "price_policy", "offered"):
        best: TermsScope | None = None
        for scope, said in rules.items():
            stated = getattr(said, name) is not None and applies(scope, of)
            if stated and (best is None or beats(scope, best)):
                best = scope
        expected = base[name] if best is None else getattr(rules[best], name)
        assert getattr(found, name) == expected


@given(
    st.lists(st.tuples(scopes, values), min_size=2, max_size=8, unique_by=lambda rule: rule[0]),
    facts,
    st.randoms(),
)
def test_the_order_in_which_rules_came_says_nothing(
    rules: list[tuple[TermsScope, TermsValues]], of: Facts, random: Any
) -> None:
    before = book(*rules).resolve(of, NOW)
    random.shuffle(rules)
    assert book(*rules).resolve(of, NOW) == before


@given(scopes, values, facts)
def test_a_rule_that_says_nothing_is_none_and_still_counts_as_a_change(
    scope: TermsScope, said: TermsValues, of: Facts
) -> None:
    made = book((scope, said), (scope, TermsValues()))
    assert made.rules == {}
    assert made.resolve(of, NOW) == msgspec.structs.replace(defaults(TENANT, 10**9), version=2)


def test_the_same_object_is_given_until_a_time_is_reached_or_a_rule_changes() -> None:
    made = book((TermsScope(within_s=60), TermsValues(margin_bp=700)))
    race = Facts("racing", 1, "l1", "WIN", NOW + 61 * SECOND, in_play=False)
    early = made.resolve(race, NOW)
    assert (early.margin_bp, made.resolve(race, NOW + SECOND // 2)) == (500, early)
    late = made.resolve(race, NOW + SECOND)
    assert (late.margin_bp, late.version) == (700, 1)
    assert made.resolve(race, NOW + 30 * SECOND) is late
    made.set(TermsScope(), TermsValues(max_stake=5), 2)
    assert (made.resolve(race, NOW).max_stake, made.resolve(race, NOW).version) == (5, 2)


@given(st.dictionaries(scopes, values, max_size=12), facts)
def test_nothing_changes_by_the_clock_before_it_is_said_to(
    rules: dict[TermsScope, TermsValues], of: Facts
) -> None:
    made = book(*rules.items())
    at = made.next_change(of, NOW)
    assert at > NOW
    before = min(at - 1, NOW + 100_000 * SECOND)
    assert made.resolve(of, before) == made.resolve(of, NOW)
    if at < NEVER:
        assert made.within(of, at) != made.within(of, before)


def test_a_late_start_is_not_in_play() -> None:
    made = book((TermsScope(within_s=0), TermsValues(bet_delay=5)))
    race = Facts("racing", 1, "l1", "WIN", NOW - 60 * SECOND, in_play=False)
    assert made.resolve(race, NOW).bet_delay == 0
    assert made.resolve(msgspec.structs.replace(race, in_play=True), NOW).bet_delay == 5


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (TermsValues(price_policy=PricePolicy.WITHIN), "tolerance_bp"),
        (TermsValues(min_price_e4=30_000, max_price_e4=20_000), "min_price_e4"),
        (TermsValues(min_margin_bp=600), "min_margin_bp"),
        (TermsValues(ladder=((10_100, 20_000, 100), (30_000, 40_000, 100))), "ladder"),
        (TermsValues(ladder=()), "ladder"),
        (TermsValues(min_price_e4=10_101, max_price_e4=10_102), "method"),
    ],
)
def test_a_rule_under_which_nothing_can_be_priced_is_refused_by_name(said: TermsValues, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        book().check(TermsScope(), said)


def test_a_rule_is_judged_on_top_of_the_tenant_s_rule_for_everything() -> None:
    made = book((TermsScope(), TermsValues(tolerance_bp=100)))
    made.check(TermsScope("football"), TermsValues(price_policy=PricePolicy.WITHIN))
    with pytest.raises(ValueError, match="tolerance_bp"):
        book().check(TermsScope("football"), TermsValues(price_policy=PricePolicy.WITHIN))


def test_methods_for_one_winner_price_no_place_market() -> None:
    shin = msgspec.structs.replace(defaults(TENANT, 1), method=Method.SHIN)
    assert shin.rule(1) is shin.rule(1)
    with pytest.raises(ValueError, match="one winner"):
        shin.rule(2)


def test_brands_are_all_unless_some_are_named() -> None:
    every = defaults(TENANT, 1)
    assert every.sold_by(1)
    assert not msgspec.structs.replace(every, brands=(2,)).sold_by(1)
    assert not msgspec.structs.replace(every, offered=False).sold_by(1)
