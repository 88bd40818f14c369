"""Bets are bought back at prices that owners publish, once, by the wallet's own journal."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

import msgspec
import pytest

from pyplatform.contracts.sportsbook import cashout
from pyplatform.contracts.sportsbook.cashout import CashOutAnswer, CashOutOutcome
from pyplatform.contracts.sportsbook.markets import MarketStatus, Prices, price_subject
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.cashing_out.cashout import CashOuts
from pyplatform.sportsbook.settlement.service import SettlementService
from tests.integration.settlement.conftest import EUR, NOTHING, Shop, open_shop, won

A, B = "m.a", "m.b"
RULES = HouseRules(cash_out_margin_bp=500, cash_out_seconds=60, cash_out_tolerance_bp=100)


@dataclass
class Till:
    """A shop that buys bets back."""

    shop: Shop
    service: SettlementService
    version: int = 0

    @property
    def cashouts(self) -> CashOuts:
        return self.service.cashouts[self.shop.tenant.slug]

    async def offer(
        self, price_e4: int = 20_000, market: str = A, status: MarketStatus = MarketStatus.OPEN
    ) -> None:
        """The owner of a market publishes its prices, and the till has heard them."""
        self.version += 1
        tenant, now = self.shop.tenant.slug, now_ns()
        sent = Prices(tenant, market, self.version, status, {1: price_e4}, now, now)
        await self.shop.bus.publish(price_subject(tenant, market), msgspec.msgpack.encode(sent))
        ends = monotonic() + 60
        while (known := self.service._prices.of(tenant, market)) is None or known.version < self.version:
            assert monotonic() < ends
            await asyncio.sleep(0.005)

    async def known(self, bet_id: bytes) -> bytes:
        """A bet that the book has heard of."""
        ends = monotonic() + 60
        while self.service.tenants[self.shop.tenant.slug].book.get(bet_id) is None:
            assert monotonic() < ends
            await asyncio.sleep(0.005)
        return bet_id

    def quote(self, bet_id: bytes, part: cashout.Part = (1, 1), player: bytes = b"") -> CashOutAnswer:
        slug = self.shop.tenant.slug
        return self.cashouts.quote(cashout.QuoteCashOut(slug, player or self.shop.player, bet_id, part))

    async def take(self, bet_id: bytes, quote_id: str, key: str = "") -> CashOutAnswer:
        slug, player = self.shop.tenant.slug, self.shop.player
        key = key or ids.text(ids.uuid7())
        return await self.cashouts.take(cashout.TakeCashOut(slug, player, bet_id, quote_id, key, ids.uuid7()))


@pytest.fixture
async def till(settings: Settings, tenant_name: str) -> AsyncIterator[Till]:
    async with open_shop(settings, tenant_name, RULES) as shop:
        await shop.deposit(1000 * EUR)
        async with shop.settling() as service:
            yield Till(shop, service)


async def test_a_bet_is_bought_back_once_and_not_settled_any_more(till: Till) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    await till.offer()
    quote = till.quote(bet)
    assert (quote.outcome, quote.amount, quote.part) == (CashOutOutcome.OFFERED, 14_250_000, (1, 1))
    assert [(leg.market_id, leg.price_e4, leg.version) for leg in quote.legs] == [(A, 20_000, 1)]
    taken = await till.take(bet, quote.quote_id, "key")
    assert (taken.outcome, taken.amount, taken.open) == (CashOutOutcome.TAKEN, 14_250_000, False)
    again = await till.take(bet, quote.quote_id, "key")
    assert (again.outcome, again.seq, again.replayed) == (CashOutOutcome.TAKEN, taken.seq, True)
    other = await till.take(bet, quote.quote_id)
    assert (other.outcome, other.code) == (CashOutOutcome.REFUSED, "unknown_quote")
    await till.shop.tell(won(1), A)
    run = await till.shop.done(A)
    assert (run.settled, run.unchanged) == (0, 1)
    assert await till.shop.balance() == (1_004_250_000, 0)


async def test_parts_are_bought_back_and_the_rest_is_settled(till: Till) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    await till.offer()
    for _ in range(2):
        quote = till.quote(bet, (1, 2))
        taken = await till.take(bet, quote.quote_id)
        assert (taken.outcome, taken.open) == (CashOutOutcome.TAKEN, True)
    await till.shop.tell(won(1), A)
    run = await till.shop.done(A)
    assert run.moved == {"EUR": 7_500_000}
    # half of 14.25, half of the rest of it rounded down, and a quarter of the bet at 3.00
    assert await till.shop.balance() == (990_000_000 + 7_120_000 + 3_560_000 + 7_500_000, 0)


async def test_the_same_key_meets_its_answer_after_a_restart(till: Till) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    await till.offer()
    taken = await till.take(bet, till.quote(bet).quote_id, "key")
    async with till.shop.settling(idle=True) as after:
        slug = till.shop.tenant.slug
        again = await after.cashouts[slug].take(
            cashout.TakeCashOut(slug, till.shop.player, bet, "forgotten", "key", ids.uuid7())
        )
    assert (again.outcome, again.seq, again.amount) == (CashOutOutcome.TAKEN, taken.seq, taken.amount)


async def test_a_quote_falls_with_time_with_a_suspension_and_with_the_price(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    await till.offer()
    old = till.quote(bet)
    with monkeypatch.context() as later:
        later.setattr("pyplatform.sportsbook.cashing_out.cashout.now_ns", lambda: now_ns() + 61 * 10**9)
        assert (await till.take(bet, old.quote_id)).code == "quote_expired"
    quote = till.quote(bet)
    await till.offer(status=MarketStatus.SUSPENDED)
    assert (await till.take(bet, quote.quote_id)).code == "leg_suspended"
    assert till.quote(bet).code == "leg_suspended"
    await till.offer(20_300)
    moved = await till.take(bet, quote.quote_id)
    assert (moved.code, moved.amount) == ("price_changed", 14_030_000)
    await till.offer(20_100)
    within = await till.take(bet, quote.quote_id)
    assert (within.outcome, within.amount) == (CashOutOutcome.TAKEN, 14_250_000)


async def test_there_is_no_offer_for_others_bets_unknown_prices_and_bets_already_decided(till: Till) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    assert till.quote(bet).code == "leg_suspended"
    await till.offer()
    assert till.quote(bet, player=ids.uuid7()).code == "unknown_bet"
    assert till.quote(ids.uuid7()).code == "unknown_bet"
    assert till.quote(bet, (0, 1)).code == "invalid_part"
    assert till.quote(bet, (3, 2)).code == "invalid_part"
    assert till.quote(bet, (1, 10**6)).code == "too_small"
    double = await till.known(
        await till.shop.place((A, 1, 30_000), (B, 1, 20_000), kind="DOUBLE", stake=2 * EUR)
    )
    await till.offer(40_000, market=B)
    assert till.quote(double).amount > 0
    await till.shop.tell(won(lost=(1,)), A)
    await till.shop.done(A)
    assert till.quote(double).code == "bet_not_open"


async def test_a_leg_that_has_won_counts_as_won(till: Till) -> None:
    double = await till.known(await till.shop.place((A, 1, 30_000), (B, 1, 20_000), kind="DOUBLE"))
    await till.shop.tell(won(1), A)
    await till.shop.done(A)
    await till.offer(20_000, market=B)
    quote = till.quote(double)
    assert (quote.amount, [leg.market_id for leg in quote.legs]) == (28_500_000, [B])


async def test_of_a_result_and_a_sale_at_the_same_time_one_wins(till: Till) -> None:
    bets = [await till.known(await till.shop.place((A, 1, 20_000))) for _ in range(20)]
    await till.offer(20_000)
    quotes = [till.quote(bet) for bet in bets]
    answers, _ = await asyncio.gather(
        asyncio.gather(*(till.take(bet, quote.quote_id) for bet, quote in zip(bets, quotes, strict=True))),
        till.shop.tell(won(lost=(1,)), A),
    )
    await till.shop.done(A)
    sold = sum(answer.outcome is CashOutOutcome.TAKEN for answer in answers)
    assert await till.shop.balance() == (800 * EUR + sold * 9_500_000, 0)


async def test_a_multiple_is_bought_back_in_parts_but_not_while_any_of_its_legs_is_suspended(
    till: Till,
) -> None:
    double = await till.known(await till.shop.place((A, 1, 30_000), (B, 1, 20_000), kind="DOUBLE"))
    await till.offer(30_000, market=A)
    await till.offer(20_000, market=B, status=MarketStatus.SUSPENDED)
    assert till.quote(double, (1, 4)).code == "leg_suspended"
    await till.offer(20_000, market=B)
    sold = 0
    for part, worth in (((1, 2), 4_750_000), ((1, 2), 2_370_000), ((1, 5), 470_000)):
        quote = till.quote(double, part)
        assert quote.amount == worth
        assert {leg.market_id for leg in quote.legs} == {A, B}
        taken = await till.take(double, quote.quote_id)
        assert (taken.outcome, taken.open) == (CashOutOutcome.TAKEN, True)
        sold += taken.amount
    await till.offer(20_000, market=B, status=MarketStatus.SUSPENDED)
    assert till.quote(double).code == "leg_suspended"
    await till.shop.tell(won(1), A)
    await till.shop.done(A)
    await till.shop.tell(won(1), B)
    await till.shop.done(B)
    # a fifth of the bet at 6.00 is left after half, half of the rest and a fifth of that
    assert await till.shop.balance() == (990 * EUR + sold + 12 * EUR, 0)


async def test_a_bet_that_is_open_again_is_bought_back_again(till: Till) -> None:
    bet = await till.known(await till.shop.place((A, 1, 30_000)))
    await till.shop.tell(won(1), A)
    await till.shop.done(A)
    await till.shop.tell(NOTHING, A)
    await till.shop.done(A, 2)
    await till.offer()
    quote = till.quote(bet)
    taken = await till.take(bet, quote.quote_id)
    assert (taken.outcome, taken.amount) == (CashOutOutcome.TAKEN, 14_250_000)
    assert await till.shop.balance() == (1_004_250_000, 0)
