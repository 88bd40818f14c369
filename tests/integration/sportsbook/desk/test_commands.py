"""Staff commands over the bus: recorded first, in force at once, the same after a restart, no two traders at odds."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import msgspec
import pytest

from pyplatform.contracts.killswitch import Generation, SwitchOrder, switch_subject
from pyplatform.contracts.sportsbook.desk import (
    StaffOutcome,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import (
    AskAudit,
    AskEvents,
    AskMarkets,
    AuditEntry,
    DeskEvents,
    DeskMarkets,
)
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import (
    ConsensusSource,
    Edit,
    EditEntry,
    FeedLink,
    ModelSource,
    Resume,
    SetMargin,
    SetModel,
    SetPrices,
    SetSource,
    SetTerms,
    Suspend,
)
from pyplatform.eventstore import Event, append, read, tenant_transaction
from pyplatform.kernel.ids import uuid7
from tests.integration.sportsbook.conftest import FIRST, MARKET, definition, prices
from tests.integration.sportsbook.desk.conftest import OTHER, NewOwner


async def test_a_suspension_holds_at_its_answer_and_is_lifted_level_by_level(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        orders: list[SwitchOrder] = []

        async def switch(order: bytes) -> bytes:
            orders.append(msgspec.msgpack.decode(order, type=SwitchOrder))
            return msgspec.msgpack.encode(Generation(owner.tenant, 2))

        await owner.bus.serve(switch_subject(owner.tenant), switch)
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
        assert [(order.order, order.actor) for order in orders] == [("cut", "staff:ann")]


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
        async with asyncio.timeout(60):
            while two.status() is not MarketStatus.SUSPENDED:
                await asyncio.sleep(0.01)
        states = [owner.trading.desks[owner.tenant] for owner in (one, two)]
        assert states[0].of(f"market:{MARKET}") == states[1].of(f"market:{MARKET}")


async def test_what_settlement_records_of_a_market_counts_for_its_version(new_owner: NewOwner) -> None:
    """Thousands of results a day are not folded, and still nobody edits a market they have not seen."""
    async with new_owner() as owner:
        resolved = Event(
            type="market.resolved",
            aggregate=f"market:{MARKET}",
            data={},
            brand=0,
            actor="settlement",
            correlation=bytes(16),
        )
        async with tenant_transaction(owner.pool, owner.tenant) as connection:
            await append(connection, owner.tenant, "sportsbook", resolved)
        await owner.do("suspend", Suspend("event:e1"))
        assert owner.trading.desks[owner.tenant].version(f"market:{MARKET}") == 0
        late = await owner.ask("set_margin", SetMargin(MARKET, 900), 0)
        assert (late.outcome, late.version) == (StaffOutcome.CONFLICT, 1)
        assert "market.resolved" in late.detail
        assert (await owner.do("set_margin", SetMargin(MARKET, 900), 1)).version == 2
        async with tenant_transaction(owner.pool, owner.tenant) as connection:
            await append(
                connection, owner.tenant, "sportsbook", msgspec.structs.replace(resolved, id=uuid7())
            )
        assert (await owner.do("suspend", Suspend(f"market:{MARKET}"))).version == 4


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
        async with asyncio.timeout(60):
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
