"""A player sells half of a bet and staff enter the result, over HTTP, through every process of the platform."""

import asyncio
from decimal import Decimal
from pathlib import Path
from time import monotonic

from pyplatform.apps.staff import staff_desk
from pyplatform.client import AsyncClient
from pyplatform.client.calls import bets, markets, settlement, wallet
from pyplatform.client.errors import ApiError
from pyplatform.client.types.bets import BetRequest, CashOutOrder, LegRequest
from pyplatform.client.types.settlement import ResultOrder, TakeBackOrder
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.wallet.proofs import prove
from tests.integration.platform.conftest import House, Opening, until
from tests.integration.platform.day import Market, lines

WINNER = 11
PASSWORD = "a sentence that nobody guesses"
CENT = Decimal("0.01")


async def placed(player: AsyncClient, market_id: str) -> tuple[str, Decimal]:
    """A bet of ten at the price of now; prices move, so it may take a few attempts."""
    while True:
        market = await player.send(markets.read_market(market_id))
        (price,) = [one.price for one in market.selections if one.id == WINNER]
        assert price is not None
        leg = LegRequest(market_id=market_id, selection_id=WINNER, price=price)
        try:
            bet = await player.send(bets.place_bet(BetRequest(legs=[leg], stake="10.00")))
        except ApiError as error:
            if error.code != "price_changed":
                raise
            continue
        return bet.bet_id, Decimal(bet.legs[0].price)


async def half_sold(player: AsyncClient, bet_id: str) -> Decimal:
    """What half of a bet was sold for; quotes fall when prices move."""
    ends = monotonic() + 20
    while monotonic() < ends:
        try:
            quote = await player.send(bets.quote_cash_out(bet_id, part="0.5"))
            sale = await player.send(bets.take_cash_out(bet_id, CashOutOrder(quote_id=quote.quote_id)))
        except ApiError as error:
            if error.code not in {"price_changed", "unknown_bet", "leg_suspended", "no_price"}:
                raise
            await asyncio.sleep(0.02)
            continue
        assert (sale.amount, sale.open) == (quote.amount, True)
        return Decimal(sale.amount)
    raise AssertionError("no quote held")


async def balance(player: AsyncClient) -> Decimal:
    found = await player.send(wallet.read_wallet())
    return Decimal(found.available) + Decimal(found.held)


async def settled(staff: AsyncClient, market_id: str, revision: int) -> None:
    async def done() -> bool:
        run = (await staff.send(settlement.read_results(market_id))).runs[0]
        return run.revision == revision and run.state == "done"

    await until(done)


async def tried(house: House, market_id: str) -> None:
    tenant, account = house.crowd.players[0]
    url = house.platform.gateway_url
    async with staff_desk(house.platform.folder, tenant.slug) as desk:
        await desk.add("sue", ["settlement"], PASSWORD)
    async with (
        AsyncClient(url, tenant.slug, token=account.token) as player,
        AsyncClient(url, tenant.slug) as staff,
    ):
        before = await balance(player)
        bet_id, price = await placed(player, market_id)
        sold = await half_sold(player, bet_id)
        await staff.sign_in("sue", PASSWORD)
        entered = await staff.send(
            settlement.enter_result(market_id, ResultOrder(version=0, winners=[WINNER]))
        )
        assert (entered.revision, entered.proposal_id) == (1, None)
        await settled(staff, market_id, 1)
        won = before - 10 + sold + (5 * price).quantize(CENT)

        async def paid() -> bool:
            return await balance(player) == won

        await until(paid)
        bet = await player.send(bets.read_bet(bet_id))
        assert bet.status == "settled"
        taken = await staff.send(settlement.take_back(market_id, TakeBackOrder(version=1)))
        assert taken.revision == 2

        async def taken_back() -> bool:
            # The half that was not sold runs on, its stake held again.
            return await balance(player) == before - 5 + sold

        await until(taken_back)
        seen = await staff.send(settlement.read_results(market_id))
        assert [one.source for one in seen.revisions] == ["staff", "staff"]
        market = await player.send(markets.read_market(market_id))
        assert market.status == "suspended"


async def test_a_player_sells_half_and_staff_pay_the_rest(open_house: Opening, tmp_path: Path) -> None:
    market = Market("1.541")
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(lines(market, results=False)))
    async with open_house([day], [market], 120, ()) as house:

        async def work() -> None:
            await house.play()
            await until(lambda: house.offered({market.id}))
            await tried(house, market.id)

        await house.platform.run_until(work())
        proofs = await prove(house.settings, load_tenants(None))
        assert [proof for proof in proofs if not proof.ok] == []
