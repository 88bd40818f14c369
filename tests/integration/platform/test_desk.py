"""A trader at work over HTTP while players bet and the trading process is killed: what was decided stays decided."""

from pathlib import Path

from pyplatform.apps.staff import staff_desk
from pyplatform.client import AsyncClient
from pyplatform.client.calls import trading
from pyplatform.client.errors import NotFound
from pyplatform.client.types.trading import Hold, MarginOrder, TradedMarket
from tests.integration.platform.conftest import House, Opening, until
from tests.integration.platform.day import Market, lines

PASSWORD = "nine quiet herons over slow water"
HELD, OTHER = "1.521", "1.522"


async def on_the_desk(desk: AsyncClient, market_id: str) -> TradedMarket:
    """The market as the desk shows it, once its owner has heard of it."""
    found: list[TradedMarket] = []

    async def seen() -> bool:
        try:
            found.append(await desk.send(trading.read_traded_market(market_id)))
        except NotFound:
            return False
        return found[-1].feed_up

    await until(seen)
    return found[-1]


async def test_what_a_trader_decided_outlives_a_killed_trading_process(
    open_house: Opening, tmp_path: Path
) -> None:
    markets = [Market(HELD), Market(OTHER)]
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(lines(*markets)))
    async with open_house([day], markets, 30, ("trading",)) as house:
        tenant = house.tenants[0].slug
        async with staff_desk(tmp_path / "data", tenant) as staff:
            await staff.add("tara", ["trader"], PASSWORD)
        async with AsyncClient(house.platform.gateway_url, tenant) as desk:
            await desk.sign_in("tara", PASSWORD)
            await house.live(decide_and_kill(house, desk))
        await house.account_for_everything()


async def decide_and_kill(house: House, desk: AsyncClient) -> None:
    await house.crowd.more(50)
    hold = Hold(target=f"market:{HELD}", reason="rumours")
    await desk.send(trading.suspend(hold))
    margin = MarginOrder(version=(await on_the_desk(desk, OTHER)).version, margin_bp=2_000)
    await desk.send(trading.set_margin(OTHER, margin))
    before = [await on_the_desk(desk, market_id) for market_id in (HELD, OTHER)]
    assert before[0].holding == [hold.target]
    trail = await desk.send(trading.read_audit_trail())
    await house.kill("trading")
    after = [await on_the_desk(desk, market_id) for market_id in (HELD, OTHER)]
    assert [(one.version, one.holding, one.margin_bp) for one in after] == [
        (one.version, one.holding, one.margin_bp) for one in before
    ]
    assert (await desk.send(trading.read_audit_trail())).acts == trail.acts
    taken = house.crowd.attempts
    number = len(taken)
    await house.crowd.more(50)
    late = [
        one
        for one in taken[number:]
        if one.tenant == desk.tenant and one.body["legs"][0]["market_id"] == HELD and one.answers
    ]
    codes = {one.answers[0].code for one in late}
    assert "market_suspended" in codes
    assert "" not in codes, "a bet was accepted"
    await desk.send(trading.resume(hold))
    await until(lambda: house.shown("status", "closed", "closed"))
