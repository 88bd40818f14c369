"""Where prices come from when traders choose: their own hand, terms, models, several feeds, liability."""

import msgspec
import pytest

from pyplatform.contracts.sportsbook.desk import (
    StaffOutcome,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import (
    AskTerms,
    DeskTerms,
)
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import (
    ConsensusSource,
    FeedLink,
    FitModel,
    FootballModel,
    ManualSource,
    ModelSource,
    SetModel,
    SetPrices,
    SetSource,
    SetTerms,
)
from tests.integration.sportsbook.conftest import FIRST, MARKET, SECOND, THIRD, definition, prices
from tests.integration.sportsbook.desk.conftest import OTHER, NewOwner


async def test_prices_by_hand_stay_while_the_others_follow_the_feed(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        await owner.do("set_prices", SetPrices(MARKET, {FIRST: 17_000}), 0)
        second = owner.offered[SECOND]
        owner.feed(prices(first=2.2, second=3.5, third=3.9))
        assert owner.offered[FIRST] == 17_000
        assert owner.offered[SECOND] != second
        await owner.do("set_prices", SetPrices(MARKET, {FIRST: 0}), 1)
        assert owner.offered[FIRST] != 17_000


async def test_a_manual_market_offers_what_was_set_and_never_at_a_loss(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        by_hand = {FIRST: 15_000, SECOND: 40_000}
        await owner.do("set_prices", SetPrices(MARKET, by_hand), 0)
        await owner.do("set_source", SetSource(MARKET, ManualSource()), 1)
        assert (owner.status(), owner.offered) == (MarketStatus.OPEN, by_hand)
        refused = await owner.ask("set_prices", SetPrices(MARKET, {FIRST: 30_000, THIRD: 40_000}), 2)
        assert refused.code == "cannot_be_priced"
        assert "lose money" in refused.detail


async def test_terms_change_margins_and_are_versioned_with_the_prices(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        before = sum(1e4 / price for price in owner.offered.values())
        answer = await owner.do("set_terms", SetTerms(TermsScope(sport=""), TermsValues(margin_bp=1200)), 0)
        assert answer.version == 1
        assert sum(1e4 / price for price in owner.offered.values()) >= 1.12 > before
        assert owner.market.price_list(owner.tenant, 0, 0).terms_version == 1
        stale = await owner.ask("set_terms", SetTerms(TermsScope(), TermsValues(margin_bp=100)), 0)
        assert stale.outcome is StaffOutcome.CONFLICT
        shown = msgspec.msgpack.decode((await owner.do("terms", AskTerms())).data, type=DeskTerms)
        assert [rule.values.margin_bp for rule in shown.rules] == [1200]
        await owner.do("set_terms", SetTerms(TermsScope(), TermsValues(offered=False)), 1)
        assert owner.status() is MarketStatus.SUSPENDED
        assert (await owner.see()).holding == ("terms",)


async def test_liability_moves_prices_with_the_clock_only_as_fast_as_allowed(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        await owner.do("set_terms", SetTerms(TermsScope(), TermsValues(move_alpha_e4=2_500)), 0)
        flat = dict(owner.offered)
        owner.losses = {FIRST: 10**9, SECOND: -(10**8), THIRD: -(10**8)}
        changes = owner.trading.tick(owner.market)
        assert changes.messages
        assert owner.offered[FIRST] < flat[FIRST]
        assert owner.offered[SECOND] >= flat[SECOND]
        # The feed lays the second at 4.0: a customer must not sell dearer there what we sold.
        assert owner.offered[SECOND] <= 40_000


async def test_a_model_prices_its_market_by_the_clock_and_a_goal(new_owner: NewOwner) -> None:
    words = {FIRST: "home", SECOND: "draw", THIRD: "away"}
    async with new_owner() as owner:
        model = FootballModel(1.5, 1.1, minute=30.0, running=True)
        await owner.do("set_model", SetModel("e1", model), 0)
        await owner.do("set_source", SetSource(MARKET, ModelSource(words)), 0)
        level = dict(owner.offered)
        assert owner.status() is MarketStatus.OPEN
        await owner.do("set_model", SetModel("e1", msgspec.structs.replace(model, score=(1, 0))), 1)
        assert owner.offered[FIRST] < level[FIRST]
        later = msgspec.structs.replace(model, score=(1, 0), at=1, minute=80.0)
        await owner.do("set_model", SetModel("e1", later), 2)
        assert owner.status() is MarketStatus.SUSPENDED, (
            "the match is over by the clock, its result is certain"
        )
        owner.feed(definition("SUSPENDED", version=2))
        await owner.do("set_model", SetModel("e1", model), 3)
        assert owner.status() is MarketStatus.SUSPENDED, "the feed's stop counts whoever prices"


async def test_a_model_is_fitted_to_what_the_feed_believes_and_prices_like_it(new_owner: NewOwner) -> None:
    draw = 58_805
    async with new_owner() as owner:
        football = (
            definition().replace(b"WIN", b"MATCH_ODDS").replace(str(THIRD).encode(), str(draw).encode())
        )
        match = football.replace(MARKET.encode(), OTHER.encode()).replace(b'"e1"', b'"e7"')
        quoted = prices(first=2.0, second=4.0, third=4.0).replace(str(THIRD).encode(), str(draw).encode())
        owner.feed(match, quoted.replace(MARKET.encode(), OTHER.encode()))
        await owner.do("fit_model", FitModel("e7", OTHER), 0)
        model = owner.trading.desks[owner.tenant].of("event:e7").model
        assert isinstance(model, FootballModel)
        assert model.home_rate > model.away_rate
        by_feed = dict(owner.trading.markets[OTHER].prices[owner.tenant])
        await owner.do("set_source", SetSource(OTHER, ModelSource()), 0)
        by_model = owner.trading.markets[OTHER].prices[owner.tenant]
        assert {
            runner: round(price / by_feed[runner], 1) for runner, price in by_model.items()
        } == dict.fromkeys(by_feed, 1.0)
        wrong = await owner.ask("fit_model", FitModel("e7", MARKET), 1)
        assert (wrong.code, wrong.field) == ("other_event", "result_market")
        race = await owner.ask("fit_model", FitModel("e1", MARKET), 0)
        assert (race.code, race.field) == ("cannot_be_fitted", "result_market")


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_consensus_follows_each_feed_and_needs_enough_of_them(
    new_owner: NewOwner, elsewhere: bool
) -> None:
    async with new_owner() as owner:
        hear = owner.overhear if elsewhere else owner.feed
        other = definition().replace(MARKET.encode(), OTHER.encode())
        hear(other, prices(first=3.0, second=3.0, third=3.0).replace(MARKET.encode(), OTHER.encode()))
        alone = dict(owner.offered)
        same = {runner: runner for runner in (FIRST, SECOND, THIRD)}
        source = ConsensusSource((FeedLink(OTHER, same),))
        await owner.do("set_terms", SetTerms(TermsScope(), TermsValues(min_sources=2)), 0)
        await owner.do("set_source", SetSource(MARKET, source), 0)
        both = dict(owner.offered)
        assert both[FIRST] > alone[FIRST]
        hear(prices(first=6.0, second=2.4, third=2.4).replace(MARKET.encode(), OTHER.encode()))
        assert owner.offered[FIRST] > both[FIRST]
        hear(definition("SUSPENDED", version=2).replace(MARKET.encode(), OTHER.encode()))
        assert owner.status() is MarketStatus.SUSPENDED
        assert "1 feeds can be relied upon" in (await owner.see()).why
        assert (OTHER in owner.trading.markets) is not elsewhere


async def test_liability_moves_the_runners_that_are_left(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        await owner.do("set_terms", SetTerms(TermsScope(), TermsValues(move_alpha_e4=2_500)), 0)
        owner.feed(definition(version=2, r33="REMOVED"), prices(first=2.0, second=2.0))
        flat = dict(owner.offered)
        owner.losses = {FIRST: 10**9, SECOND: -(10**9)}
        assert owner.trading.tick(owner.market).messages
        assert THIRD not in owner.offered
        assert owner.offered[FIRST] < flat[FIRST]
        shown = await owner.see()
        assert shown.runners[0].chance > shown.runners[1].chance > 0
