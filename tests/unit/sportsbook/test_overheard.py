"""What an owner hears of the markets of another: known, never sold, forgotten when they are over."""

from pyplatform.contracts.feeds import Result
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.markets.trading import Trading
from tests.feeding import Feeding
from tests.integration.sportsbook.conftest import MARKET, definition, prices


def test_a_market_that_turns_out_to_be_another_s_keeps_what_was_said_and_is_not_sold() -> None:
    up = {"up": True}
    trading, feeding = Trading([Tenant("aurora", "EUR", 500)], "o", lambda _: up["up"]), Feeding()
    first, *rest = [update for line in (definition(), prices()) for update in feeding.say(line)]
    trading.take(first)
    for update in (first, *rest):
        assert trading.overhear(update).messages == []
    assert MARKET not in trading.markets
    heard = trading.heard_of(MARKET)
    assert heard is not None
    assert (heard.trades, heard.up, heard.fresh, heard.prices) == (True, True, True, {})
    up["up"] = False
    trading.producers_changed(heard.source[0], 0)
    assert (heard.up, heard.fresh) == (False, False)
    up["up"] = True
    for update in feeding.say(definition("CLOSED", version=2, r11="WINNER")):
        if not isinstance(update.body, Result):
            trading.overhear(update)
    assert trading.heard_of(MARKET) is None
