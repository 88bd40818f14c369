"""What stands of a market's results when the feed tells them again, later or from the beginning."""

import msgspec
import pytest

from pyplatform.contracts.feeds import Result, State
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.markets.market import LONGEST_DELAY
from pyplatform.sportsbook.markets.trading import Trading
from pyplatform.sportsbook.settlement.resolution import Resolution
from tests.feeding import Feeding

OPEN = Resolution("1.1", 1, (), (), closed=False)
REMOVED = Resolution("1.1", 1, (3,), (), closed=False)
CLOSED = Resolution("1.1", 1, (3,), (1,), closed=True)
CORRECTED = Resolution("1.1", 1, (3,), (2,), closed=True)


@pytest.mark.parametrize(
    ("earlier", "told", "stands"),
    [
        (None, OPEN, OPEN),
        (OPEN, REMOVED, REMOVED),
        (REMOVED, OPEN, REMOVED),
        (REMOVED, CLOSED, CLOSED),
        (CLOSED, OPEN, CLOSED),
        (CLOSED, REMOVED, CLOSED),
        (CLOSED, CORRECTED, CORRECTED),
    ],
)
def test_a_result_is_only_replaced_by_another(
    earlier: Resolution | None, told: Resolution, stands: Resolution
) -> None:
    assert told.after(earlier) == stands


class Owner(Trading):
    """A trading room and the feed it hears."""

    def __init__(self) -> None:
        super().__init__([Tenant("aurora", "EUR", 500)], "trading")
        self._feeding = Feeding()

    def feed(self, line: bytes) -> list[Resolution]:
        """Hear what a line brings about; answers what its results come to."""
        resolutions = []
        for update in self._feeding.say(line):
            if isinstance(update.body, Result):
                resolution, _ = self.resolve(update, update.body)
                resolutions += [resolution] if resolution is not None else []
            else:
                self.take(update)
        return resolutions


def definition(**more: object) -> bytes:
    runners = [{"id": n, "sortPriority": n, "status": "ACTIVE"} for n in (1, 2, 3)]
    market = {"status": "OPEN", "numberOfWinners": 1, "marketType": "WIN", "runners": runners} | more
    change = {"id": "1.1", "marketDefinition": market}
    return msgspec.json.encode({"op": "mcm", "pt": 1, "mc": [change]}) + b"\n"


def test_a_feed_played_again_does_not_open_a_market_whose_result_is_on_record() -> None:
    owner = Owner()
    owner.known(CLOSED)
    owner.feed(definition())
    market = owner.markets["1.1"]
    assert (market.status, market.removed, market.active) == (
        MarketStatus.CLOSED,
        frozenset({3}),
        frozenset({1, 2}),
    )
    assert owner.feed(definition(runners=[{"id": 3, "sortPriority": 3, "status": "REMOVED"}])) == [CLOSED]


def test_a_removed_runner_stays_removed() -> None:
    owner = Owner()
    owner.known(REMOVED)
    owner.feed(definition())
    market = owner.markets["1.1"]
    assert (market.state, market.active) == (State.ACTIVE, frozenset({1, 2}))


def test_what_a_definition_gets_wrong_is_harmless() -> None:
    owner = Owner()
    owner.feed(definition(status="ASLEEP", numberOfWinners=0, betDelay=-4))
    market = owner.markets["1.1"]
    assert (market.status, market.places, market.bet_delay) == (MarketStatus.SUSPENDED, 1, 0)
    owner.feed(definition(status="CLOSED", numberOfWinners=0, betDelay=10**12))
    assert market.bet_delay == LONGEST_DELAY
    assert market.resolution is not None
    assert market.resolution.places == 1
