"""HTTP of the gateway: markets, wallet, bets, the stream."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome
from pyplatform.core import money
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import Invalid, write_price
from pyplatform.gateway.service import Bet, Betting
from pyplatform.gateway.store import Store
from pyplatform.gateway.stream import Stream
from pyplatform.gateway.views import MarketList, MarketView
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE, Encoded, public
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem, unavailable
from pyplatform.kernel import ids

WAIT_SECONDS: Final = 1.0
FRESH: Final = public(max_age=1, stale=5)
"""Prices at an edge: a second old at most while somebody asks for them; whoever bets is told when they have moved."""
_REPLAYED: Final = ("idempotency-replayed", "true")
_DETAILS: Final = {
    "market_suspended": "the market is suspended; try again when it is open",
    "no_price": "this selection is not offered at any price now; try again when it has one",
    "market_closed": "the market is closed",
    "unknown_market": "there is no such market",
    "unknown_selection": "the market has no such selection",
    "selection_removed": "the selection was removed from the market",
    "price_changed": "the price has changed; send a new attempt, with a new key, if you accept the new one",
    "liability_exceeded": "this stake is more than we can take on this selection",
    "insufficient_funds": "the account does not hold this stake",
}
Decimal = Annotated[str, Meta(max_length=40)]


class BetRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A single bet."""

    market_id: Annotated[str, Meta(max_length=64)]
    selection_id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    price: Annotated[Decimal, Meta(description='decimal odds asked for, such as "2.50", 1.01 or more')]
    stake: Annotated[Decimal, Meta(description='amount in the currency of the account, such as "10.00"')]


class BetView(msgspec.Struct, frozen=True):
    """An accepted bet; `seq` can be given as `min_seq` to read the balance after it."""

    bet_id: str
    market_id: str
    selection_id: int
    price: str
    stake: str
    currency: str
    seq: int
    placed_at: datetime


class WalletView(msgspec.Struct, frozen=True):
    """Balances as of entry `as_of_seq` of the ledger; `held` is staked on open bets."""

    currency: str
    available: str
    held: str
    as_of_seq: int


class WalletQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`min_seq` of an answer to a bet: wait up to a second for a balance that includes it."""

    min_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


def routes(app: App, copy: MarketCopy, store: Store, betting: Betting, stream: Stream) -> None:
    """Add the gateway's own operations."""
    _add_markets(app, copy)
    _add_wallet(app, store)
    _add_bets(app, betting)
    app.websocket("/v1/stream")(stream.serve)


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
            raise Problem(404, "unknown_market", _DETAILS["unknown_market"], field="market_id")
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


def _add_bets(app: App, betting: Betting) -> None:
    @app.post("/v1/bets", status=201, auth="player", idempotent=True, errors=(409,))
    async def place_bet(request: Request, body: BetRequest) -> Reply[BetView]:
        """Place a single bet.

        A retry with the same Idempotency-Key gets the first answer, acceptance or refusal, with the header
        `Idempotency-Replayed: true`. 422 with a code is a refusal; 409 `idempotency_conflict` says the key was used
        for another bet and names the field; after 503 send the same request with the same key.
        """
        bet = Bet(
            key=request.idempotency_key,
            market_id=body.market_id,
            selection_id=body.selection_id,
            price=body.price,
            stake=body.stake,
            correlation=request.correlation,
            traceparent=request.traceparent,
        )
        answer = await betting.place(request.session, bet)
        if isinstance(answer, Invalid):
            status = 404 if answer.code == "unknown_market" else 422
            raise Problem(status, answer.code, answer.detail, field=answer.field)
        if answer.outcome is not BetOutcome.ACCEPTED:
            raise _refusal(answer)
        currency = request.session.currency
        stake = money.format(money.parse(body.stake, currency), currency)
        placed_at = datetime.fromtimestamp(answer.at / 1e9, UTC)
        view = BetView(
            answer.bet_id,
            body.market_id,
            body.selection_id,
            write_price(answer.price_e4),
            stake,
            currency,
            answer.seq,
            placed_at,
        )
        return Reply(view, headers=(_REPLAYED,) if answer.replayed else ())


def _refusal(answer: BetAnswer) -> Problem:
    headers = [_REPLAYED] if answer.replayed else []
    if answer.outcome is BetOutcome.CONFLICT:
        detail = f"this Idempotency-Key was used for another bet: {answer.field} differs; use a new key for a new bet"
        return Problem(409, "idempotency_conflict", detail, field=answer.field)
    if answer.outcome is BetOutcome.UNAVAILABLE:
        return unavailable("whether the bet was placed is not known yet; send it again with the same key")
    members = {"bet_id": answer.bet_id} if answer.bet_id else {}
    if answer.code == "price_changed" and answer.price_e4:
        members["price"] = write_price(answer.price_e4)
    detail = _DETAILS.get(answer.code, "the bet was refused")
    return Problem(422, answer.code, detail, headers, **members)
