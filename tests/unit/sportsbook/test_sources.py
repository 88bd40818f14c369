"""Whom to believe: feeds that are replaced, fall silent, lose messages or have producers that are down."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.feeds import (
    Catalogue,
    FeedHealth,
    Outcome,
    OutcomeResult,
    Prices,
    ProducerHealth,
    Result,
    Stamp,
    State,
    Status,
    Update,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.kernel.tenancy import HouseRules, Tenant
from pyplatform.sportsbook.markets.selections import selection_id
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Trading
from pyplatform.sportsbook.settlement.judging import Judge
from pyplatform.sportsbook.settlement.resolution import Resolution, VoidReason, of_result
from pyplatform.sportsbook.settlement.wagers import Wager, WagerLeg, WagerState

PRICES = Prices(("1", "2"), (2.0, 2.0), (2.0, 2.0), (None, None))
CATALOGUE = Catalogue("e", "Event", "WIN", "To win", 1, 0, (Outcome("1", "One"), Outcome("2", "Two")))
ACTIVE = Status(State.ACTIVE, in_play=False, bet_delay=0)


def health(session: int = 1, ordinal: int = 0, **producers: bool) -> FeedHealth:
    listed = tuple(ProducerHealth(name[1:], up, "test", 1) for name, up in producers.items())
    return FeedHealth("uof", session, 1, ordinal, True, listed, 0, 0, 0, 0, 0, 0, 0, 0.0)


def update(body: Catalogue | Status | Prices, seq: int, session: int = 1, producer: str = "1") -> Update:
    return Update(Stamp("uof", producer, session, seq, seq, 0, seq), "m", body)


class Room:
    """Sources and a trading room, hearing as the listener does."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.trading = Trading([Tenant("aurora", "EUR", 500)], "trading", self.sources.is_up)
        self.hear(health())
        self.say(CATALOGUE, 1)
        self.say(ACTIVE, 2)
        self.say(PRICES, 3)

    def say(self, body: Catalogue | Status | Prices, seq: int, *, snapshot: bool = False) -> None:
        self.trading.take(update(body, seq), snapshot=snapshot)

    def hear(self, told: FeedHealth) -> None:
        self.sources.hear_health(told, 0.0)
        self.trading.producers_changed("uof", 1)

    def status(self) -> MarketStatus:
        return self.trading.markets["m"].status


def test_a_market_opens_with_prices_of_a_producer_that_is_up() -> None:
    assert Room().status() is MarketStatus.OPEN


def test_a_market_that_closed_long_ago_is_forgotten_unless_bets_wait_for_it() -> None:
    room = Room()
    room.say(Status(State.SETTLED, in_play=False, bet_delay=0), 4)
    closed = room.trading.markets["m"].version * 1_000
    room.trading.forget_closed(closed, lambda _: False)
    room.trading.forget_closed(closed + 2_000, lambda _: True)
    assert room.status() is MarketStatus.CLOSED
    room.trading.forget_closed(closed + 2_000, lambda _: False)
    assert room.trading.markets == {}


def test_another_producer_of_the_feed_may_be_down() -> None:
    room = Room()
    room.hear(health(p3=False))
    assert room.status() is MarketStatus.OPEN


def test_after_an_outage_only_newer_prices_open_a_market() -> None:
    room = Room()
    room.hear(health(p1=False))
    assert room.status() is MarketStatus.SUSPENDED
    room.hear(health(p1=True))
    assert room.status() is MarketStatus.SUSPENDED
    room.say(ACTIVE, 4)
    room.say(PRICES, 3)
    assert room.status() is MarketStatus.SUSPENDED, "a status, or prices of old, opened it"
    room.say(PRICES, 5)
    assert room.status() is MarketStatus.OPEN


def test_prices_sent_while_the_producer_recovers_count_however_often_it_says_that_it_is_down() -> None:
    room = Room()
    room.hear(health(p1=False))
    room.say(PRICES, 5)
    room.hear(health(p1=False))
    assert room.status() is MarketStatus.SUSPENDED
    room.hear(health(p1=True))
    assert room.status() is MarketStatus.OPEN


def test_a_snapshot_confirms_prices_that_are_not_new() -> None:
    room = Room()
    room.trading.distrust("uof")
    room.trading.producers_changed("uof", 1)
    assert room.status() is MarketStatus.SUSPENDED
    room.say(PRICES, 3, snapshot=True)
    assert room.status() is MarketStatus.OPEN


@given(order=st.permutations(range(2, 8)))
def test_older_never_overwrites_newer(order: list[int]) -> None:
    room = Room()
    for seq in order:
        price = 2.0 + seq
        room.say(Prices(("1", "2"), (price, price), (price, price), (None, None)), seq)
    quoted = room.trading.markets["m"].quoted
    assert quoted is not None
    assert quoted.back == (9.0, 9.0)


def test_a_replaced_process_is_not_heard() -> None:
    sources = Sources()
    assert sources.hear_health(health(5), 0.0).renewed
    assert not sources.hear_health(health(4), 0.0).counts
    assert not sources.hear_update(update(PRICES, 1, session=4), 0.0).counts
    assert sources.hear_update(update(PRICES, 1, session=6), 0.0).renewed
    assert not sources.is_up(("uof", "1")), "a new process has not said yet that its producers are up"


def test_a_gap_is_noticed_by_the_next_message_or_by_health() -> None:
    sources = Sources()
    assert sources.hear_health(health(1, 0), 0.0).missed, "what was said before we listened"
    assert not sources.hear_update(update(PRICES, 1), 0.0).missed
    assert not sources.hear_health(health(1, 1), 0.0).missed
    assert sources.hear_update(update(PRICES, 3), 0.0).missed
    assert not sources.hear_update(update(PRICES, 4), 0.0).missed
    assert sources.hear_health(health(1, 6), 0.0).missed


def test_silence_is_told_once_and_ends_with_the_next_word() -> None:
    sources = Sources()
    sources.hear_health(health(), 0.0)
    assert sources.fall_silent(3.0, 2.9) == []
    assert sources.fall_silent(3.0, 3.1) == ["uof"]
    assert sources.fall_silent(3.0, 9.0) == []
    assert not sources.is_up(("uof", "1"))
    heard = sources.hear_health(health(), 10.0)
    assert (heard.missed, heard.renewed) == (True, False)
    assert sources.is_up(("uof", "1"))


def test_selections_are_numbers_that_every_client_can_hold() -> None:
    assert (selection_id("0"), selection_id("27440602")) == (0, 27_440_602)
    names = ["007", "7/0.5", "sr:player:7", "pre:outcometext:7", "9" * 16, "-1", "sr:exact_goals:3+:88"]
    numbers = {selection_id(name) for name in names}
    assert len(numbers) == len(names)
    assert all(2**52 <= number < 2**53 for number in numbers)


@pytest.mark.parametrize(
    ("outcome", "paid"),
    [
        (OutcomeResult("1", won=True), 25_000_000),
        (OutcomeResult("1", won=False), 0),
        (OutcomeResult("1", won=True, void_halves=1), 17_500_000),
        (OutcomeResult("1", won=False, void_halves=1), 5_000_000),
        (OutcomeResult("1", won=True, places=1, tied=2), 12_500_000),
    ],
)
def test_what_an_outcome_that_is_decided_for_itself_returns(outcome: OutcomeResult, paid: int) -> None:
    undecided = OutcomeResult("2", won=None)
    resolution = of_result("m", Result(1, final=False, each=True, certainty=1, outcomes=(outcome, undecided)))
    assert due(1, resolution) == (paid, None)
    assert due(2, resolution) is None


def due(selection: int, resolution: Resolution) -> tuple[int, VoidReason | None] | None:
    """What is due on a bet of 10.00 at 2.50, placed at millisecond 5."""
    legs = (WagerLeg("m", selection, 25_000),)
    bet_id = (5).to_bytes(6) + bytes(10)
    bet = Wager(bet_id, 1, bytes(16), "EUR", 10_000_000, legs, 1, WagerState.OPEN)
    found, _ = Judge(HouseRules()).due([bet], {"m": resolution})
    return (found[0].returns, found[0].void) if found else None


def test_a_loser_is_no_void_bet_where_outcome_is_decided_for_itself_and_none_won() -> None:
    lost = tuple(OutcomeResult(key, won=False) for key in ("1", "2"))
    resolution = of_result("m", Result(1, final=True, each=True, certainty=2, outcomes=lost))
    assert resolution.closed
    assert due(1, resolution) == (0, None)


@pytest.mark.parametrize(
    ("window", "void"),
    [((None, None), True), ((5, None), True), ((None, 4), False), ((6, 9), False), ((5, 5), True)],
)
def test_a_cancel_voids_what_was_placed_within_its_window(
    window: tuple[int | None, int | None], *, void: bool
) -> None:
    won = (OutcomeResult("1", won=True),)
    result = Result(1, final=True, each=True, certainty=2, outcomes=won, cancels=(window,))
    expected = (0, VoidReason.CANCELLED) if void else (25_000_000, None)
    assert due(1, of_result("m", result)) == expected


def test_the_evidence_of_what_could_always_be_said_has_not_changed() -> None:
    old = Resolution("1.1", 1, (3,), (1,), closed=True)
    assert old.evidence().hex() == "2c9fc3d30bda12c86fd45d0519a3b6db9647fe8cb49c6e98c69d95740b650513"
    assert msgspec.msgpack.decode(bytes.fromhex("95a3312e310191039101c3"), type=Resolution) == old
