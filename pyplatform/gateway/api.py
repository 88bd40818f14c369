"""HTTP of the gateway: markets, wallet, the stream; bets are in `bets_api`."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.core import money
from pyplatform.gateway.bets_api import bet_routes, my_bet_routes
from pyplatform.gateway.cashout import CashOuts
from pyplatform.gateway.cashout_api import cash_out_routes
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.events_api import FRESH, event_routes
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.push.stream import RECEIVES, SENDS, Stream
from pyplatform.gateway.service import Betting
from pyplatform.gateway.store import Store
from pyplatform.gateway.views import MarketList, MarketView
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE, Encoded
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem
from pyplatform.kernel import ids

WAIT_SECONDS: Final = 1.0


class WalletView(msgspec.Struct, frozen=True):
    """Balances as of entry `as_of_seq` of the ledger; `held` is staked on open bets."""

    currency: str
    available: str
    held: str
    as_of_seq: int


class WalletQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`min_seq` of an answer to a bet: wait up to a second for a balance that includes it."""

    min_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


def routes(
    app: App,
    copy: MarketCopy,
    events: EventCopy,
    store: Store,
    betting: Betting,
    cashouts: CashOuts,
    stream: Stream,
) -> None:
    """Add the gateway's own operations."""
    _add_markets(app, copy)
    event_routes(app, events)
    _add_wallet(app, store)
    bet_routes(app, betting)
    my_bet_routes(app, store)
    cash_out_routes(app, cashouts)
    app.websocket("/v1/stream", receives=RECEIVES, sends=SENDS)(stream.serve)


def _add_markets(app: App, copy: MarketCopy) -> None:
    @app.get("/v1/markets", cache=FRESH)
    async def list_markets(request: Request) -> Encoded[MarketList]:
        """List all markets with their prices, the next to start first."""
        return copy.encoded_list(request.tenant)

    @app.get("/v1/markets/{market_id}", cache=FRESH)
    async def read_market(request: Request, market_id: str) -> Encoded[MarketView]:
        """Read one market with its prices."""
        found = copy.encoded(request.tenant, market_id)
        if found is None:
            raise Problem(404, "unknown_market", "there is no such market", field="market_id")
        return found


def _add_wallet(app: App, store: Store) -> None:
    @app.get("/v1/wallet", auth="player", cache=PRIVATE)
    async def read_wallet(request: Request, query: WalletQuery) -> WalletView:
        """Read the balance.

        With `min_seq` it waits up to a second for that entry; `as_of_seq` tells what was reached.
        """
        session = request.session
        player = ids.text(session.player)
        balance = await store.balance(
            session.tenant, player, session.currency, min_seq=query.min_seq, wait_s=WAIT_SECONDS
        )
        return WalletView(
            session.currency,
            money.format(balance.available, session.currency),
            money.format(balance.held, session.currency),
            balance.seq,
        )
