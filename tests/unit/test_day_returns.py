"""What the simulated day's oracle and account say of bets of every kind, against sums done by hand."""

from fractions import Fraction

import pytest

from pyplatform.apps.day.account import Accountant
from pyplatform.apps.day.journal import Bet
from pyplatform.apps.day.oracle import Oracle
from pyplatform.apps.day.racing import place_chances
from pyplatform.apps.day.world import Line
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg
from pyplatform.sportsbook.placement.decided import Decided, EachWayTerms, Promised
from pyplatform.sportsbook.placement.slip import SAME_GAME, Slip

EUR = 1_000_000
RACE, MATCH, GOALS, OTHER = "race", "match", "goals", "other"
WINS = (0.4, 0.3, 0.2, 0.1)


def line(market: str, kind: str, chances: tuple[float, ...], won: str) -> Line:
    made = Line(market, f"e {market}", "sport", kind, tuple(str(n + 1) for n in range(len(chances))))
    made.note(0.0, chances)
    made.end((won,))
    return made


def lines() -> dict[str, Line]:
    race = line(RACE, "win", WINS, "1")
    race.finish, race.starting = (1, 2, 3), {1: 40_000, 2: 50_000}
    matches = [line(name, kind, (0.5, 0.5), "1") for name, kind in ((MATCH, "result"), (GOALS, "goals"))]
    return {one.id: one for one in (race, *matches, line(OTHER, "result", (0.5, 0.5), "1"))}


def bet(slip: Slip, told: Decided, stake: int = 10 * EUR) -> Bet:
    return Bet("aurora", bytes(16), bytes(16), "EUR", stake, 0, slip, told)


def leg(market: str, selection: int = 1, price: int = 30_000) -> Leg:
    return Leg("e", market, selection, price)


def told(*prices: int, **more: object) -> Decided:
    return Decided(bytes(16), prices, **more)  # type: ignore[arg-type]


PLACES = EachWayTerms(2, 5)
SINGLE, TREBLE = "SINGLE", "TREBLE"
CASES = {
    "each way, won": (
        Slip(SINGLE, (leg(RACE),), each_way=True),
        told(30_000, each_way=(PLACES,)),
        Fraction(5 * 3) + Fraction(5 * 7, 5),
    ),
    "each way, placed": (
        Slip(SINGLE, (leg(RACE, 2),), each_way=True),
        told(30_000, each_way=(PLACES,)),
        Fraction(7),
    ),
    "each way, third of two places": (
        Slip(SINGLE, (leg(RACE, 3),), each_way=True),
        told(30_000, each_way=(PLACES,)),
        Fraction(0),
    ),
    "the better of price and starting price": (
        Slip(SINGLE, (leg(RACE),)),
        told(30_000, promised=Promised(0, (0,))),
        Fraction(40),
    ),
    "the starting price": (Slip(SINGLE, (leg(RACE, 1, STARTING_PRICE),)), told(60_000), Fraction(40)),
    "no more than the bound": (
        Slip(SINGLE, (leg(RACE, 1, STARTING_PRICE),)),
        told(30_000, promised=Promised(0, (), 35 * EUR)),
        Fraction(35),
    ),
    "a bonus": (
        Slip(TREBLE, (leg(MATCH), leg(GOALS), leg(OTHER))),
        told(20_000, 20_000, 20_000, promised=Promised(500)),
        Fraction(80) + Fraction(70 * 5, 100),
    ),
    "a bonus lost": (
        Slip(TREBLE, (leg(MATCH, 2), leg(GOALS), leg(OTHER))),
        told(20_000, 20_000, 20_000, promised=Promised(500)),
        Fraction(0),
    ),
    "legs together": (
        Slip(SAME_GAME, (leg(MATCH), leg(GOALS)), joint_price_e4=10_100),
        told(20_000, 20_000, joint_price_e4=32_000),
        Fraction(32),
    ),
    "legs together, one lost": (
        Slip(SAME_GAME, (leg(MATCH, 2), leg(GOALS)), joint_price_e4=10_100),
        told(20_000, 20_000, joint_price_e4=32_000),
        Fraction(0),
    ),
    "a free bet": (Slip(SINGLE, (leg(MATCH),)), told(25_000, free=True), Fraction(15)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_oracle_returns_what_the_bet_was_promised(name: str) -> None:
    slip, decided, expected = CASES[name]
    assert Oracle(lines(), float).returns(bet(slip, decided)) == expected * EUR


def test_void_legs_give_back_a_bet_together_and_take_the_bonus() -> None:
    found = lines()
    found[GOALS].end(None)
    oracle = Oracle(found, float)
    assert oracle.returns(bet(*CASES["legs together"][:2])) == 10 * EUR
    assert oracle.returns(bet(*CASES["legs together, one lost"][:2])) == 0
    assert oracle.returns(bet(*CASES["a bonus"][:2])) == 40 * EUR
    found[MATCH].end(None)
    assert oracle.returns(bet(*CASES["a free bet"][:2])) == 0


def margin(name: str) -> int:
    made = bet(*CASES[name][:2])
    account = Accountant(lines(), {}, lambda _: -1.0).explain("aurora", "EUR", [made], {})
    return account.total.margin


def test_the_margin_is_what_the_promise_keeps_by_the_true_chances() -> None:
    placed = place_chances(WINS, 2)[0]
    assert margin("each way, won") == round((10 - 5 * 3 * 0.4 - 5 * 1.4 * placed) * 100) * EUR // 100
    assert margin("a bonus") == round((10 - 10 * (8 * 1.05 - 0.05) / 8) * 100) * EUR // 100
    assert margin("a free bet") == round(-10 * 1.5 * 0.5 * 100) * EUR // 100
    assert margin("legs together") == 0, "nobody knows the chance of both"
