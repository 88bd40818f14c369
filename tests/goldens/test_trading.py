"""What holds at the trading desk, through the public API, against the rules written down a second time in fractions."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.core import betting, odds, trading

OUTCOMES = ["home", "draw", "away"]
PRICES = st.one_of(
    st.integers(101, 3_000).map(lambda cents: f"{cents / 100:.2f}"),
    st.integers(10_001, 90_000).map(lambda e4: f"{e4 / 10_000:.4f}"),
    st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda parts: f"{parts[0]}/{parts[1]}"),
)
AMOUNTS = st.integers(0, 10_000_000)
PNL = st.integers(-5_000_000, 5_000_000)
BETS = st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(1, 10_000), PRICES), max_size=8)


def decimal(price: str) -> Fraction:
    return Fraction(price) + (1 if "/" in price else 0)


def filled(bets: list[tuple[str, int, str]]) -> trading.Book:
    book = trading.Book(OUTCOMES)
    for selection, stake, price in bets:
        book.add(book.payoff(selection, stake, price))
    return book


@given(BETS)
def test_a_book_is_the_sum_of_its_bets(bets: list[tuple[str, int, str]]) -> None:
    position = filled(bets).position()
    for outcome, pnl in position.pnl_by_outcome.items():
        paid = sum(math.ceil(stake * decimal(price)) for name, stake, price in bets if name == outcome)
        assert pnl == sum(stake for _, stake, _ in bets) - paid
    assert (position.worst, position.best) == (min(position.pnl), max(position.pnl))
    assert position.pnl_by_outcome[position.worst_outcome] == position.worst == -position.exposure


@given(BETS, BETS.filter(bool), st.data())
def test_no_decision_on_a_reservation_adds_exposure(
    bets: list[tuple[str, int, str]], pending: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    book = filled(bets)
    before_any = book.position()
    for at, (selection, stake, price) in enumerate(pending):
        book.reserve(str(at), book.payoff(selection, stake, price))
    assert book.position(reserved=False).pnl == before_any.pnl
    last = book.position().exposure
    assert last >= before_any.exposure
    for key in book.reserved:
        (book.accept if data.draw(st.booleans()) else book.release)(key)
        exposure = book.position().exposure
        assert exposure <= last
        last = exposure
    assert not book.reserved


def test_pre_match_and_in_play_are_apart_and_bets_come_out_again() -> None:
    book = filled([("home", 100, "2.5")])
    later = book.payoff(["home", "draw"], 50, "1.4")
    book.add(later, in_play=True)
    assert book.position(in_play=False).pnl == (-150, 100, 100)
    assert book.position(in_play=True).pnl == (-20, -20, 50)
    assert book.position().pnl == (-170, 80, 150)
    with pytest.raises(ValueError, match="payoff: is not in the book"):
        book.remove(later)
    book.remove(later, in_play=True)
    assert book.position().pnl == (-150, 100, 100)


def test_a_match_is_one_vector_over_its_scores() -> None:
    book = trading.Book.scores()
    book.add(book.payoff("home", 100, "2.5"))
    book.add(book.payoff("over2.25", 200, "1.9"))
    book.add(book.payoff("home-0.75", 100, "2.0"))
    book.add(book.payoff(["home", "btts"], 10, "4.5"))
    pnl = book.position().pnl_by_outcome
    assert pnl["0-0"] == 410
    assert pnl["1-1"] == 410 - 100  # over 2.25 half lost
    assert pnl["1-0"] == 410 - 250 - 150  # the handicap half won
    assert pnl["2-1"] == 410 - 250 - 380 - 150 - 45
    assert book.position().worst_outcome == "3-1"
    limits = trading.Limits(market=1_000)
    assert book.max_stake("3-1", "11", limits).stake == (1_000 + pnl["3-1"]) // 10
    assert book.max_stake("1-0", "11", limits).stake == (1_000 + pnl["1-0"]) // 10
    assert book.max_stake("home", "3.0", limits).stake == (1_000 + pnl["3-1"]) // 2


def test_each_way_bets_fear_the_dearest_placing() -> None:
    book = trading.Book(["a", "b", "c", "d"])
    terms = betting.EachWay("1/5", 2)
    book.add(book.payoff("a", 100, "11", each_way=terms))  # 1100 to win, 300 placed
    book.add(book.payoff("b", 100, "6", each_way=terms))  # 600 to win, 200 placed
    pnl = book.position().pnl_by_outcome
    found = book.max_stake("c", "11", trading.Limits(market=2_000), each_way=terms)
    assert (found.stake, found.limit) == (175, "market")  # c wins, a is placed: 400 - 300 - 12·175
    found = book.max_stake("c", "11", trading.Limits(market=2_000, stake=100), each_way=terms)
    assert (found.stake, found.limit) == (50, "stake")
    places = trading.Book(["a", "b", "c"])
    places.add(places.payoff("a", 100, "3.0", winners=2))
    places.add(places.payoff("b", 50, "3.0", winners=2))
    assert places.position().pnl == (-300, -300, -150)
    assert pnl == {"a": 400 - 1_400 - 200, "b": 400 - 800 - 300, "c": 400 - 300, "d": 400 - 300}


LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "market": AMOUNTS,
        "bet_liability": AMOUNTS,
        "selection_liability": AMOUNTS,
        "stake": AMOUNTS,
        "payout": AMOUNTS,
        "day_payout": AMOUNTS,
    },
)


def bounds(limits: dict[str, int], extra: dict[str, int], price: Fraction, pnl: int) -> dict[str, Fraction]:
    """The largest stake of each limit."""
    factor = Fraction(extra["factor"], 100)
    most = {
        "market": lambda amount: (amount + pnl) / (price - 1),
        "bet_liability": lambda amount: amount * factor / (price - 1),
        "selection_liability": lambda amount: (amount * factor - extra["used"]) / (price - 1),
        "stake": lambda amount: amount * factor,
        "payout": lambda amount: amount / price,
        "day_payout": lambda amount: (amount - extra["paid_today"]) / price,
    }
    return {name: max(Fraction(0), Fraction(most[name](amount))) for name, amount in limits.items()}


EXTRA = st.fixed_dictionaries({"used": AMOUNTS, "paid_today": AMOUNTS, "factor": st.integers(0, 300)})


@given(LIMITS.filter(bool), EXTRA, PRICES, PNL, st.sampled_from([1, 5, 100]))
def test_the_named_limit_binds(
    limits: dict[str, int], extra: dict[str, int], price: str, pnl: int, step: int
) -> None:
    given_limits = trading.Limits(
        **limits,
        used=extra["used"],
        paid_today=extra["paid_today"],
        factor=f"{extra['factor']}/100",
        step=step,
    )
    found = trading.max_stake(price, given_limits, pnl)
    allowed = bounds(limits, extra, decimal(price), pnl)
    assert found.stake % step == 0
    assert found.stake == min(bound // step * step for bound in allowed.values())
    assert found.stake + step > allowed[found.limit]


STATES: list[Literal["OPEN", "WON"]] = ["OPEN", "WON"]


@given(st.lists(PRICES, min_size=1, max_size=7), st.integers(1, 10**9), st.data())
def test_apportionment_adds_up(prices: list[str], stake: int, data: st.DataObject) -> None:
    carried = trading.apportion(prices)
    whole = Fraction(math.prod(map(decimal, prices)))
    assert math.fsum(carried.factors) == pytest.approx(1.0, abs=1e-15)
    assert sum(carried.stakes(stake)) == stake
    assert sum(carried.payouts(stake)) == math.ceil(stake * whole)
    logs = [math.log(decimal(price)) for price in prices]
    assert carried.factors == pytest.approx([log / math.fsum(logs) for log in logs], abs=1e-12)
    results = data.draw(st.lists(st.sampled_from(STATES), min_size=len(prices), max_size=len(prices)))
    if "OPEN" in results:
        moved = trading.apportion(prices, results=results)
        assert sum(moved.payouts(stake)) == math.ceil(stake * whole)
        assert all((share == 0) == (now == "WON") for share, now in zip(moved.factors, results, strict=True))


def test_a_multiple_is_bounded_by_its_tightest_leg() -> None:
    prices = ["1.5", "6.5", "3.0"]
    carried = trading.apportion(prices)
    legs = [trading.Limits(market=market) for market in (100_000, 20_000, 1_000_000)]
    found = trading.max_stake_multiple(carried, legs, [0, -5_000, 0], trading.Limits(step=10))
    assert (found.limit, found.leg) == ("market", 1)
    liability = carried.factors[1] * (1.5 * 6.5 * 3.0 - 1)
    assert found.stake * liability <= 15_000 < (found.stake + 10) * liability
    tight = trading.Limits(payout=1_000)
    assert trading.max_stake_multiple(carried, legs, [0, 0, 0], tight) == trading.max_stake("29.25", tight)
    yankee = trading.apportion([*prices, "2.0"], "YANKEE")
    assert sum(yankee.stakes(100)) == 1_100


@given(PRICES, PRICES, st.integers(0, 99))
def test_price_policies_compare_exactly(requested: str, current: str, percent: int) -> None:
    asked, now = decimal(requested), decimal(current)
    tolerance = Fraction(percent, 100)
    accepted = {
        "NONE": now == asked,
        "HIGHER": now >= asked,
        "ANY": True,
        "WITHIN": (asked - now) / asked <= tolerance,
    }
    for policy, stands in accepted.items():
        found = trading.price_change(policy, requested, current, f"{percent}/100")  # type: ignore[arg-type]
        assert (found.accepted, found.price.value()) == (stands, now)
    kept = trading.price_change("ANY", requested, current, better="requested")
    assert kept.price.value() == min(asked, now) if now <= asked else asked


FAIR = st.lists(st.floats(0.02, 1.0), min_size=2, max_size=8).map(
    lambda weights: [weight / math.fsum(weights) for weight in weights]
)


@given(FAIR, st.data())
def test_a_move_keeps_the_sum_and_never_passes_the_reference(fair: list[float], data: st.DataObject) -> None:
    pnl = data.draw(st.lists(PNL, min_size=len(fair), max_size=len(fair)))
    skewed = trading.auto_move(fair, pnl, 2_000_000)
    assert math.fsum(skewed) == pytest.approx(1.0, abs=1e-12)
    # Scaling back to a sum of 1 may lower both; what loses most never gains less than what wins most.
    worst, best = pnl.index(min(pnl)), pnl.index(max(pnl))
    assert skewed[worst] / fair[worst] >= skewed[best] / fair[best] - 1e-12
    reference = [max(10_100, int(10_000 / p * data.draw(st.floats(0.9, 1.2)))) for p in fair]
    mover = trading.AutoMover(len(fair), 2_000_000, per_minute=0.1)
    rule = odds.PricingRule(0.06, ladder=odds.BETFAIR_FINEST)
    for second in range(3):
        moved = mover.step(second * 10**9, fair, pnl, rule, ceilings_e4=reference)
        assert all(price <= limit for price, limit in zip(moved.book.prices_e4, reference, strict=True))
        assert moved.book.booksum >= 1.06 - 1e-9
        assert max(map(abs, moved.offsets)) <= 0.1 + 1e-12
        state = mover.state()
        written = trading.MoverState(state.now_ns, list(state.offsets), list(state.spent))
        mover = trading.AutoMover.restore(written, 2_000_000, per_minute=0.1)
        assert mover.state() == state


@given(FAIR, st.floats(0.0, 0.3), st.floats(0.0, 1.0), st.integers(10_100, 30_000), PRICES)
def test_a_shaped_book_reaches_its_booksum_or_says_why(
    fair: list[float], margin: float, share: float, low: int, manual: str
) -> None:
    rule = odds.PricingRule(margin, min_e4=low, max_e4=1_000_000, min_margin=margin * share)
    lowest = odds.BETFAIR.ceil(low)
    try:
        book = odds.price_probabilities(fair, rule)
    except ValueError as refused:
        assert "cannot reach the booksum" in str(refused)  # noqa: PT017
        assert len(fair) * 10_000 / lowest < (1 + margin * share) * (1 + 1e-9)
        return
    assert math.fsum(10_000 / price for price in book.prices_e4) == pytest.approx(book.booksum)
    assert book.booksum >= (1 + margin * share) * (1 - 1e-11)
    assert all(lowest <= price <= 1_000_000 for price in book.prices_e4)
    by_hand = odds.BETFAIR.floor(math.floor(decimal(manual) * 10_000))
    try:
        changed = odds.price_probabilities(fair, rule, manual_e4=[by_hand, *[None] * (len(fair) - 1)])
    except ValueError as refused:
        assert "whoever backs all outcomes wins" in str(refused)  # noqa: PT017
        return
    assert changed.prices_e4 == (by_hand, *book.prices_e4[1:])


def test_prices_shorten_step_by_step() -> None:
    assert trading.step_prices([25_000, 34_000, 0], [-25_000, 5_000, -90_000], 10_000) == (24_600, 34_000, 0)
    rows = [(5_000, 1), (20_000, 4)]
    assert trading.step_prices([15_000] * 2, [-5_000, -90_000], rows, ladder=odds.BETDAQ) == (14_900, 14_600)
    # 6/4 to 7/5; four rungs below 8/13 is 4/9, which the least price of 1/2 does not allow.
    found = trading.step_prices(
        [25_000, 16_153], [-5_000, -90_000], rows, ladder=odds.UK_FRACTIONAL, min_e4=15_000
    )
    assert found == (24_000, 15_000)


BOOK = trading.Book(OUTCOMES)
SCORES = trading.Book.scores(6)
EACH_WAY = {"fraction": "1/5", "places": 2}
SOME = trading.Limits(market=100)
THOUSANDS = trading.apportion(["1000.0"] * 20)
RULE = odds.PricingRule(0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: trading.Book(["a"]), "outcomes: a book has at least 2"),
        (lambda: trading.Book(["a", "a"]), "outcomes: must be distinct"),
        (lambda: trading.Book.scores(1), "size: must be between 2 and 64"),
        (lambda: BOOK.payoff("nobody", 1, "2.0"), "selection: nobody is no outcome"),
        (lambda: BOOK.payoff("home", -1, "2.0"), "stake: is a whole number of at least 0"),
        (lambda: BOOK.payoff("home", 1.5, "2.0"), "stake: is a whole number"),  # type: ignore[arg-type]
        (lambda: BOOK.payoff("home", True, "2.0"), "stake: is a whole number"),
        (lambda: BOOK.payoff("home", 0, "2.0"), "stake: must be above 0"),
        (lambda: BOOK.payoff("home", 2**96, "2.0"), "stake: is beyond 96 bits|returns: is beyond 96 bits"),
        (lambda: BOOK.payoff("home", 1, "1.0"), "price: .* above 1"),
        (lambda: BOOK.payoff("home", 1, math.nan), "price: "),
        (lambda: BOOK.payoff({"home": "PERHAPS"}, 1, "2.0"), "selection: unknown"),  # type: ignore[dict-item]
        (
            lambda: BOOK.payoff(["home"], 1, "2.0", each_way=EACH_WAY),
            "selection: of an each-way or place bet is one",
        ),
        (lambda: BOOK.payoff("home", 1, "2.0", each_way={"places": 2}), "ew: needs fraction and places"),
        (lambda: SCORES.payoff("over2.3", 1, "2.0"), "selection: .*is none of home draw away"),
        (lambda: SCORES.payoff(["home", "over2"], 1, "2.0"), "must not be void or half won"),
        (lambda: SCORES.add(BOOK.payoff("home", 1, "2.0")), "payoff: has another number of outcomes"),
        (lambda: BOOK.accept("nothing"), "key: is not reserved"),
        (lambda: trading.Payoff(1, []), "returns: needs an entry"),
        (lambda: trading.Payoff(1, [-1]), "returns: is a whole number of at least 0"),
        (lambda: trading.Limits(market=-1), "market: is a whole number of at least 0"),
        (lambda: trading.Limits(stake=1, step=0), "step: must be above 0"),
        (lambda: trading.Limits(stake=1, factor="-1"), "factor: is a number of at least 0"),
        (lambda: trading.max_stake("2.0", trading.Limits()), "limits: none is given"),
        (lambda: trading.max_stake("0.9", SOME), "price: .* above 1"),
        (lambda: trading.max_stake("2.0", SOME, 0.5), "pnl: is a whole number"),  # type: ignore[arg-type]
        (lambda: trading.max_stakes(["2.0", "1.0"], SOME, [0, 0]), "selection 1: price"),
        (lambda: trading.max_stakes(["2.0"], SOME, []), "pnl: needs one entry for each price"),
        (lambda: trading.max_stakes(["2.0"], [SOME, SOME], [0]), "limits: is one for all, or one for each"),
        (lambda: trading.apportion([]), "legs: a bet has 1 to 64"),
        (lambda: trading.apportion(["2.0"], "QUINTUPLE"), "type: unknown bet type"),
        (lambda: trading.apportion(["2.0"], results=["LOST"]), "results: leave no line"),
        (lambda: trading.apportion(["2.0"], results=["OPEN", "OPEN"]), "legs: this type needs 1"),
        (lambda: THOUSANDS.payouts(100), "too large together"),
        (lambda: trading.max_stake_multiple(THOUSANDS, SOME, [0], SOME), "pnl: needs one entry for each leg"),
        (lambda: trading.parlay_limit([], [], []), "legs: a parlay has at least 1"),
        (lambda: trading.parlay_limit([1], ["2.0"], ["1.5"]), "probability: must be between 0 and 1"),
        (lambda: trading.parlay_limit([1], ["2.0"], ["1"]), "probability: must be below 1"),
        (lambda: trading.parlay_limit([1], ["2.0"], []), "liabilities, probabilities: need one entry"),
        (lambda: trading.price_change("WITHIN", "2.0", "1.9"), "tolerance: is needed"),
        (lambda: trading.price_change("WITHIN", "2.0", "1.9", "1.5"), "tolerance: must be between"),
        (lambda: trading.price_change("MAYBE", "2.0", "1.9"), "policy: unknown"),  # type: ignore[arg-type]
        (lambda: trading.exchange_price("2.0", "100.5"), "reduction_factor: must be between 0 and 100"),
        (lambda: trading.exchange_price("2.0", "5", "SHOW"), "market: is WIN or PLACE"),  # type: ignore[arg-type]
        (lambda: trading.auto_move([0.5, 0.5], [0], 1), "pnl: needs one entry"),
        (lambda: trading.auto_move([0.5, 1.0], [0, 0], 1), "fair: probabilities must lie"),
        (lambda: trading.auto_move([0.5, 0.5], [0, 0], 0), "limit: must be above 0"),
        (lambda: trading.auto_move([0.5, 0.5], [0, 0], 1, math.inf), "alpha: must be a finite number"),
        (lambda: trading.auto_move([0.5, 0.5], [0, 10**30], 1), "pnl: pulls a probability to 0 or 1"),
        (lambda: trading.AutoMover(1, 100), "outcomes: a market has at least 2"),
        (
            lambda: trading.AutoMover.restore(trading.MoverState(5, [0.1, 0.0], [(9, 0.1)]), 100),
            "spent: must be moves of at least 0 at rising times",
        ),
        (lambda: trading.AutoMover(2, 1).step(-1, [0.5, 0.5], [0, 0], RULE), "now_ns: is a whole number"),
        (lambda: trading.AutoMover(2, 1).step(0, [0.5, 0.6], [0, 0], RULE), "sum to 1.1"),
        (lambda: trading.step_prices([20_000], [0], 0), "every: must be above 0"),
        (lambda: trading.step_prices([20_000], [], 5), "pnl: needs one entry"),
        (lambda: odds.PricingRule(0.05, min_margin=0.06), "margin 0.06"),
        (lambda: odds.price_probabilities([0.5, 0.5], RULE, ceilings_e4=[None]), "1 ceilings or manual"),
        (lambda: odds.price_probabilities([0.5, 0.5], RULE, manual_e4=[20_100, None]), "manual price 0"),
        (lambda: odds.price_book([2.0, 2.0], RULE, ceilings_e4=[10_000, None]), "ceiling 0 is 10000"),
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**130), 2**130),
    st.floats(),
    st.sampled_from(["home", "2-1", "over2.5", "1/2", "2.5", "-110", "1/0", "", "é", "9" * 30]),
    st.lists(st.integers(-1, 9), max_size=3),
    st.dictionaries(st.sampled_from(["home", "2-1", "x"]), st.sampled_from(["WON", "OPEN", "PLACED", ""])),
)


@settings(max_examples=500)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_nonsense_is_refused_and_never_a_negative_stake(one: Any, two: Any, three: Any) -> None:
    questions: list[Callable[[], Any]] = [
        lambda: BOOK.payoff(one, two, three).stake,
        lambda: SCORES.payoff(one, two, three).stake,
        lambda: BOOK.max_stake(one, two, trading.Limits(market=three)).stake,
        lambda: trading.max_stake(one, trading.Limits(stake=two, factor=three), two).stake,
        lambda: trading.parlay_limit([one], [two], [three]),
        lambda: min(trading.apportion([one, two]).payouts(three)),
        lambda: float(trading.exchange_price(one, two)),
        lambda: trading.price_change("WITHIN", one, two, three).accepted,
    ]
    for question in questions:
        try:
            answer = question()
        except (ValueError, TypeError):
            continue
        assert answer >= 0
