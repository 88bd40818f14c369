"""The catalogue: what feeds say, what staff call it, and that a market stopped once opens on newer prices only."""

from pyplatform.contracts.feeds import (
    Catalogue,
    Named,
    Outcome,
    Prices,
    Stamp,
    State,
    Status,
    Translation,
    Update,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus, Words
from pyplatform.contracts.sportsbook.trading import Edit
from pyplatform.feeds.board import Board
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.state import Standing
from pyplatform.sportsbook.markets.catalogue import DEFAULT_TIER, event_entry, market_entry, targets
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.trading import Trading

TENANT = Tenant("aurora", "EUR", 500)
SAID = Catalogue(
    "e1",
    "United v Rovers",
    "1",
    "1x2",
    1,
    5_000,
    (Outcome("1", "United"), Outcome("2", "draw"), Outcome("3", "Rovers")),
    Named("football", "Soccer"),
    Named("c1", "England"),
    Named("t1", "Premier League"),
    (Translation("de", "United gegen Rovers", "Dreiweg", ("United", "Unentschieden", "Rovers")),),
)


def update(body: Catalogue | Status | Prices, seq: int, market: str = "m1") -> Update:
    return Update(Stamp("uof", "1", 1, seq, seq, 0, 10**18 + seq), market, body)


def quoted(first: float) -> Prices:
    return Prices(("1", "2", "3"), price=(first, 3.5, 4.0), probability=(None, None, None))


def trading() -> Trading:
    owner = Trading([TENANT], "owner")
    owner.take(update(SAID, 1))
    owner.take(update(Status(State.ACTIVE, False, 0), 2))
    owner.take(update(quoted(2.0), 3))
    return owner


def test_an_event_tells_its_groups_and_its_names_in_every_language() -> None:
    owner = trading()
    desk = owner.desks["aurora"]
    shown = event_entry(owner.events.events["e1"], desk, "owner", 7)
    assert (shown.name, shown.names) == ("United v Rovers", {"de": "United gegen Rovers"})
    assert (shown.sport.id, shown.category.name, shown.competition.name) == (
        "football",
        "England",
        "Premier League",
    )
    assert (shown.tier, shown.markets, shown.hidden) == (DEFAULT_TIER, ["m1"], False)
    market = market_entry(owner.markets["m1"], SAID, desk, "owner")
    assert (market.name, market.sport, market.competition) == ("1x2", "football", "t1")
    assert market.words == {
        "de": Words("United gegen Rovers", "Dreiweg", ["United", "Unentschieden", "Rovers"])
    }


def test_staff_have_the_last_word_on_names_tiers_and_times() -> None:
    owner = trading()
    desk = owner.desks["aurora"]
    desk._standings |= {
        "event:e1": Standing(edit=Edit({"en": "The Derby", "fr": "Le derby"}, starts_at=9_000)),
        "competition:t1": Standing(edit=Edit({"en": "The League"}, tier=1)),
        "market:m1": Standing(edit=Edit({"de": "Wer gewinnt"})),
    }
    shown = event_entry(owner.events.events["e1"], desk, "owner", 7)
    assert (shown.name, shown.names["fr"], shown.starts_at) == ("The Derby", "Le derby", 9_000)
    assert (shown.competition.name, shown.tier) == ("The League", 1)
    words = market_entry(owner.markets["m1"], SAID, desk, "owner").words
    assert words["de"].name == "Wer gewinnt"
    assert words["de"].selections[1] == "Unentschieden"
    assert words["fr"] == Words("Le derby", "1x2", ["United", "draw", "Rovers"])


def test_a_market_is_commanded_by_every_level_above_it() -> None:
    assert targets("m1", SAID) == (
        "all", "sport:football", "category:c1", "competition:t1", "event:e1", "market:m1",
    )  # fmt: skip
    owner = trading()
    for target in targets("m1", SAID):
        assert [event.event_id for event in owner.events.touched_by(target)] == ["e1"], target
    assert list(owner.events.touched_by("sport:tennis")) == []


def test_a_market_that_moves_to_another_event_leaves_the_old_one() -> None:
    owner = trading()
    owner.take(update(Catalogue("e2", "Other", "1", "1x2", 1, 0, SAID.outcomes), 4))
    assert list(owner.events.events) == ["e2"]


def test_after_a_stop_a_market_opens_on_newer_prices_not_on_the_word_alone() -> None:
    owner = trading()
    market = owner.markets["m1"]
    assert market.status_of("aurora") is MarketStatus.OPEN
    before = market.prices["aurora"][1]
    owner.take(update(Status(State.SUSPENDED, True, 0), 4))
    owner.take(update(Status(State.ACTIVE, True, 0), 5))
    assert market.status_of("aurora") is MarketStatus.SUSPENDED
    owner.take(update(quoted(1.2), 6))
    assert market.status_of("aurora") is MarketStatus.OPEN
    assert market.prices["aurora"][1] < before


def test_a_feed_says_a_market_s_prices_again_after_a_stop_even_if_they_are_the_same() -> None:
    board = Board("uof", assume_up=True)
    active, stopped = Status(State.ACTIVE, False, 0), Status(State.SUSPENDED, False, 0)
    assert board.put("m", "1", active, 0, 0) is not None
    assert board.put("m", "1", quoted(2.0), 0, 0) is not None
    assert board.put("m", "1", quoted(2.0), 0, 0) is None
    board.put("m", "1", stopped, 0, 0)
    assert board.put("m", "1", quoted(2.0), 0, 0) is None
    status = board.put("m", "1", active, 0, 0)
    again = board.put("m", "1", quoted(2.0), 0, 0)
    assert status is not None
    assert again is not None
    assert again.stamp.seq > status.stamp.seq


def test_how_many_win_together_follows_from_the_chances_where_a_feed_does_not_say() -> None:
    owner = Trading([TENANT], "owner")
    double = Catalogue("e1", "United v Rovers", "10", "Double chance", 0, 0, SAID.outcomes)
    owner.take(update(double, 1))
    owner.take(update(Status(State.ACTIVE, False, 0), 2))
    chances = (0.75, 0.7, 0.55)
    changes = owner.take(update(Prices(("1", "2", "3"), price=(1.3, 1.4, 1.75), probability=chances), 3))
    assert owner.markets["m1"].places == 2
    assert owner.markets["m1"] in changes.defined, "liability is to count both"
    assert sum(1e4 / price for price in owner.markets["m1"].prices["aurora"].values()) >= 2.1


def test_a_new_owner_opens_on_the_prices_of_a_snapshot_which_are_those_of_now() -> None:
    owner = Trading([TENANT], "owner")
    owner.take(update(SAID, 1), snapshot=True)
    owner.take(update(Status(State.ACTIVE, False, 0), 9), snapshot=True)
    market: MarketState = owner.markets["m1"]
    assert market.status is MarketStatus.SUSPENDED
    owner.take(update(quoted(2.0), 3), snapshot=True)
    assert market.status_of("aurora") is MarketStatus.OPEN
