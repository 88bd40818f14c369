"""Staff commands over the bus: recorded first, in force at once, the same after a restart, no two traders at odds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.desk import (
    ANY_VERSION,
    StaffAnswer,
    StaffOutcome,
    StaffRequest,
    staff_subject,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import (
    AskAudit,
    AskEvents,
    AskMarket,
    AskMarkets,
    AskTerms,
    AuditEntry,
    DeskEvents,
    DeskMarket,
    DeskMarkets,
    DeskTerms,
)
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import (
    ConsensusSource,
    Edit,
    EditEntry,
    FeedLink,
    FootballModel,
    ManualSource,
    ModelSource,
    Resume,
    SetMargin,
    SetModel,
    SetPrices,
    SetSource,
    SetTerms,
    Suspend,
)
from pyplatform.eventstore import read, tenant_transaction
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.market import MarketState
from pyplatform.sportsbook.questions import Position
from pyplatform.sportsbook.sources import Sources
from pyplatform.sportsbook.trading import Changes, Trading
from pyplatform.sportsbook.trading_desk import TradingDesk
from tests.feeding import Feeding
from tests.integration.sportsbook.conftest import FIRST, MARKET, SECOND, THIRD, definition, prices

pytestmark = pytest.mark.usefixtures("settings")
OTHER = "1.600"


class Owner:
    """An owner of events without bets: markets, a desk, and what they publish."""

    def __init__(self, bus: Bus, pool: asyncpg.Pool, tenants: list[Tenant]) -> None:
        self.bus, self.pool, self.tenant = bus, pool, tenants[0].slug
        self.sources = Sources()
        self.trading = Trading(tenants, f"o{ids.uuid7().hex()}", self.sources.is_up, limit=10**9)
        self.published: list[str] = []
        self.losses: dict[int, int] = {}
        self.killed: list[int] = []
        self.desk = TradingDesk(bus, pool, self.trading, self._position, self._publish)
        self.desk.kill_switch = lambda _, generation: self.killed.append(generation)
        self.trading.selling.liability = lambda _, __, runners: [-self.losses.get(r, 0) for r in runners]
        self.feeding = Feeding()

    def _position(self, *_: str) -> Position:
        return Position(7, 5, {FIRST: 5})

    async def _publish(self, changes: Changes) -> None:
        self.published += [subject for subject, _ in changes.messages]

    def feed(self, *lines: bytes) -> None:
        self.sources.hear_health(self.feeding.health(), monotonic())
        for line in lines:
            for update in self.feeding.say(line):
                self.trading.take(update)

    @property
    def market(self) -> MarketState:
        return self.trading.markets[MARKET]

    def status(self) -> MarketStatus:
        return self.market.status_of(self.tenant)

    @property
    def offered(self) -> dict[int, int]:
        return self.market.prices[self.tenant]

    async def ask(
        self,
        kind: str,
        body: Any,
        expected: int = ANY_VERSION,
        *,
        actor: str = "staff:ann",
        roles: tuple[str, ...] = ("trader",),
        tenant: str = "",
    ) -> StaffAnswer:
        request = StaffRequest(
            tenant or self.tenant, actor, roles, kind, expected, ids.uuid7(), "", msgspec.msgpack.encode(body)
        )
        subject = staff_subject(self.trading.owner, 1)
        return msgspec.msgpack.decode(
            await self.bus.request(subject, msgspec.msgpack.encode(request)), type=StaffAnswer
        )

    async def do(self, kind: str, body: Any, expected: int = ANY_VERSION, **said: Any) -> StaffAnswer:
        answer = await self.ask(kind, body, expected, **said)
        assert answer.outcome is StaffOutcome.DONE, answer
        return answer

    async def see(self) -> DeskMarket:
        answer = await self.do("market", AskMarket(MARKET))
        return msgspec.msgpack.decode(answer.data, type=DeskMarket)


NewOwner = Callable[..., Any]


@pytest.fixture
async def new_owner(settings: Settings, tenant_name: str) -> AsyncIterator[Callable[..., Any]]:
    bus = await Bus.connect(settings.nats_url, "desk-test")
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=4)

    @asynccontextmanager
    async def opened(*others: str) -> AsyncIterator[Owner]:
        tenants = [Tenant(slug, "EUR", 500) for slug in (tenant_name, *others)]
        owner = Owner(bus, pool, tenants)
        await owner.desk.recover()
        await owner.desk.serve(owner.trading.owner, 1, lambda: True)
        owner.feed(definition(), prices())
        yield owner

    yield opened
    await bus.close()
    await pool.close()


async def test_a_suspension_holds_at_its_answer_and_is_lifted_level_by_level(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        assert owner.status() is MarketStatus.OPEN
        for target in (f"market:{MARKET}", "event:e1", "all"):
            await owner.do("suspend", Suspend(target, "goal"))
            assert owner.status() is MarketStatus.SUSPENDED
        assert (await owner.see()).holding == ("all", "event:e1", f"market:{MARKET}")
        for target in ("all", f"market:{MARKET}"):
            await owner.do("resume", Resume(target))
            assert owner.status() is MarketStatus.SUSPENDED
        await owner.do("resume", Resume("event:e1"))
        assert owner.status() is MarketStatus.OPEN
        assert owner.killed == [1]


async def test_a_resumed_market_stays_suspended_while_its_feed_suspends_it(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        await owner.do("suspend", Suspend(f"market:{MARKET}"))
        owner.feed(definition("SUSPENDED", version=2))
        await owner.do("resume", Resume(f"market:{MARKET}"))
        assert owner.status() is MarketStatus.SUSPENDED
        owner.feed(definition("OPEN", version=3))
        assert owner.status() is MarketStatus.OPEN


async def test_the_second_of_two_traders_is_told_what_the_first_did(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        seen = await owner.see()
        first, second = await asyncio.gather(
            owner.ask("set_prices", SetPrices(MARKET, {FIRST: 15_000}), seen.version, actor="staff:ann"),
            owner.ask("set_margin", SetMargin(MARKET, 900), seen.version, actor="staff:bob"),
        )
        assert (first.outcome, first.version) == (StaffOutcome.DONE, 1)
        assert (second.outcome, second.code, second.version) == (
            StaffOutcome.CONFLICT,
            "version_conflict",
            1,
        )
        assert "staff:ann did trading.prices_set" in second.detail
        assert owner.offered[FIRST] == 15_000
        assert (await owner.do("set_margin", SetMargin(MARKET, 900), 1)).version == 2


async def test_two_owners_never_record_the_same_version_and_both_take_everything_over(
    new_owner: NewOwner,
) -> None:
    async with new_owner() as one, new_owner() as two:
        answers = await asyncio.gather(
            *(
                owner.ask("set_margin", SetMargin(MARKET, 500 + n), 0)
                for n, owner in enumerate((one, two, one, two))
            )
        )
        outcomes = sorted(answer.outcome for answer in answers)
        assert outcomes == [StaffOutcome.CONFLICT] * 3 + [StaffOutcome.DONE]
        await one.do("suspend", Suspend("all"))
        async with asyncio.timeout(5):
            while two.status() is not MarketStatus.SUSPENDED:
                await asyncio.sleep(0.01)
        states = [owner.trading.desks[owner.tenant] for owner in (one, two)]
        assert states[0].of(f"market:{MARKET}") == states[1].of(f"market:{MARKET}")
        assert states[0].generation == states[1].generation == 1


async def test_a_new_owner_rebuilds_the_desk_from_its_events(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        await owner.do("set_prices", SetPrices(MARKET, {FIRST: 15_000}), 0)
        await owner.do("set_margin", SetMargin(MARKET, 900), 1)
        await owner.do("set_terms", SetTerms(TermsScope(market_type="WIN"), TermsValues(max_stake=5)), 0)
        await owner.do("edit", EditEntry("event:e1", Edit({"en": "Derby", "de": "Das Derby"})), 0)
        await owner.do("suspend", Suspend("event:e1"))
        before = await owner.see()
    async with new_owner() as again:
        assert await again.see() == before
        assert again.status() is MarketStatus.SUSPENDED
        assert again.offered[FIRST] == 15_000
        assert again.market.offers[again.tenant].terms.max_stake == 5


async def test_what_is_not_recorded_does_not_take_effect(new_owner: NewOwner, monkeypatch: Any) -> None:
    async with new_owner() as owner:
        await owner.pool.close()
        answer = await owner.ask("suspend", Suspend("all"))
        assert answer.outcome is StaffOutcome.UNAVAILABLE
        assert owner.status() is MarketStatus.OPEN


async def test_every_command_is_on_record_with_who_when_and_what_before_and_after(
    new_owner: NewOwner,
) -> None:
    async with new_owner() as owner:
        await owner.do("set_margin", SetMargin(MARKET, 900, "derby"), 0, actor="staff:ann")
        await owner.do("set_margin", SetMargin(MARKET, 900, "again"), actor="staff:bob")
        await owner.do("set_margin", SetMargin(MARKET, None), 1, actor="staff:bob")
        answer = await owner.do("audit", AskAudit(f"market:{MARKET}"))
        trail = msgspec.msgpack.decode(answer.data, type=list[AuditEntry])
        assert [(one.actor, one.kind, one.before, one.after, one.version) for one in trail] == [
            ("staff:bob", "trading.margin_set", 900, None, 2),
            ("staff:ann", "trading.margin_set", None, 900, 1),
        ]
        assert trail[1].reason == "derby"
        async with tenant_transaction(owner.pool, owner.tenant) as connection:
            events = await read(connection, owner.tenant, "sportsbook", 0, 10)
        assert [event.correlation for event in events] == [one.correlation for one in reversed(trail)]


async def test_a_tenant_s_staff_touch_their_own_markets_only(
    new_owner: NewOwner, new_tenant_name: Callable[[], str]
) -> None:
    other = new_tenant_name()
    async with new_owner(other) as owner:
        untouched = owner.market.prices[other]
        await owner.do("suspend", Suspend("all"))
        await owner.do("set_prices", SetPrices(MARKET, {FIRST: 15_000}), 0)
        assert owner.market.status_of(other) is MarketStatus.OPEN
        assert owner.market.prices[other] == untouched
        assert (await owner.ask("suspend", Suspend("all"), tenant="nobody")).code == "unknown_command"


async def test_roles_are_asked_for(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        refused = await owner.ask("suspend", Suspend("all"), roles=("settlement",))
        assert refused.outcome is StaffOutcome.FORBIDDEN
        assert owner.status() is MarketStatus.OPEN
        await owner.do("suspend", Suspend("all"), roles=("admin",))


@pytest.mark.parametrize(
    ("kind", "body", "code", "field"),
    [
        ("suspend", Suspend("market:9.9"), "unknown_target", "target"),
        ("resume", Resume("all"), "not_suspended", "target"),
        ("set_prices", SetPrices("9.9", {1: 20_000}), "unknown_market", "market_id"),
        ("set_prices", SetPrices(MARKET, {99: 20_000}), "unknown_selection", "prices.99"),
        ("set_prices", SetPrices(MARKET, {FIRST: 20_001}), "price_off_ladder", f"prices.{FIRST}"),
        ("set_prices", SetPrices(MARKET, {FIRST: 500_000}), "cannot_be_priced", "prices"),
        ("set_source", SetSource(MARKET, ModelSource({FIRST: "home"})), "no_model", "source"),
        (
            "set_source",
            SetSource(MARKET, ConsensusSource((FeedLink(OTHER, {}),))),
            "unknown_market",
            "source.links.0.market_id",
        ),
        (
            "set_terms",
            SetTerms(TermsScope(), TermsValues(min_margin_bp=600)),
            "invalid_terms",
            "values.min_margin_bp",
        ),
        ("edit", EditEntry("event:e1", Edit(tier=1)), "invalid_edit", "edit.tier"),
        ("set_model", SetModel("nothing", None), "unknown_target", "target"),
        ("suspend", {"target": "nonsense"}, "invalid_command", "target"),
        ("dance", {}, "unknown_command", ""),
    ],
)
async def test_a_command_that_cannot_be_is_refused_by_its_field_and_leaves_no_trace(
    new_owner: NewOwner, kind: str, body: Any, code: str, field: str
) -> None:
    async with new_owner() as owner:
        answer = await owner.ask(kind, body)
        assert (answer.outcome, answer.code, answer.field) == (StaffOutcome.REFUSED, code, field), answer
        assert owner.trading.desks[owner.tenant].position == 0


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


async def test_a_consensus_follows_each_feed_and_needs_enough_of_them(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        other = definition().replace(MARKET.encode(), OTHER.encode())
        owner.feed(other, prices(first=3.0, second=3.0, third=3.0).replace(MARKET.encode(), OTHER.encode()))
        alone = dict(owner.offered)
        same = {runner: runner for runner in (FIRST, SECOND, THIRD)}
        source = ConsensusSource((FeedLink(OTHER, same),))
        await owner.do("set_terms", SetTerms(TermsScope(), TermsValues(min_sources=2)), 0)
        await owner.do("set_source", SetSource(MARKET, source), 0)
        both = dict(owner.offered)
        assert both[FIRST] > alone[FIRST]
        owner.feed(prices(first=6.0, second=2.4, third=2.4).replace(MARKET.encode(), OTHER.encode()))
        assert owner.offered[FIRST] > both[FIRST]
        owner.feed(definition("SUSPENDED", version=2).replace(MARKET.encode(), OTHER.encode()))
        assert owner.status() is MarketStatus.SUSPENDED
        assert "1 feeds can be relied upon" in (await owner.see()).why


async def test_feed_loss_suspends_and_newer_odds_reopen(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        owner.sources.fall_silent(0.0, monotonic() + 60)
        owner.trading.distrust("betfair")
        owner.trading.producers_changed("betfair", 0)
        assert owner.status() is MarketStatus.SUSPENDED
        owner.sources.hear_health(owner.feeding.health(), monotonic() + 61)
        owner.trading.producers_changed("betfair", 0)
        assert owner.status() is MarketStatus.SUSPENDED
        owner.feed(prices(first=2.02))
        assert owner.status() is MarketStatus.OPEN


async def test_events_and_markets_are_listed_with_liability_page_by_page(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        owner.feed(definition().replace(MARKET.encode(), OTHER.encode()))
        first = msgspec.msgpack.decode(
            (await owner.do("markets", AskMarkets(limit=1))).data, type=DeskMarkets
        )
        assert ([one.id for one in first.markets], first.next) == ([MARKET], MARKET)
        rest = await owner.do("markets", AskMarkets("e1", first.next, 1))
        second = msgspec.msgpack.decode(rest.data, type=DeskMarkets)
        assert ([one.id for one in second.markets], second.next) == ([OTHER], "")
        assert (first.markets[0].stakes, first.markets[0].worst_case) == (7, 5)
        assert first.markets[0].runners[0].if_wins == 5
        events = msgspec.msgpack.decode((await owner.do("events", AskEvents())).data, type=DeskEvents)
        assert [(one.event.id, one.worst_case, one.event.markets) for one in events.events] == [
            ("e1", 10, [MARKET, OTHER])
        ]


async def test_staff_rename_hide_and_move_what_the_feeds_call_otherwise(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        edit = Edit({"en": "Derby Day", "de": "Derbytag"}, hidden=True, starts_at=10**18)
        await owner.do("edit", EditEntry("event:e1", edit), 0)
        async with asyncio.timeout(5):
            while not any(subject.startswith("fixture.") for subject in owner.published):
                await asyncio.sleep(0.01)
        events = msgspec.msgpack.decode((await owner.do("events", AskEvents())).data, type=DeskEvents)
        shown = events.events[0].event
        assert (shown.name, shown.names, shown.hidden, shown.starts_at) == (
            "Derby Day",
            {"de": "Derbytag"},
            True,
            10**18,
        )
        assert owner.status() is MarketStatus.SUSPENDED
        await owner.do("edit", EditEntry("event:e1", Edit()), 1)
        assert owner.status() is MarketStatus.OPEN
