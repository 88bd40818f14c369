"""A player's own bets, from the read model of the ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.bets import BetType
from pyplatform.contracts.sportsbook.mybets import BetState, PlacedBet, PlacedLeg
from pyplatform.core import money
from pyplatform.gateway.model import SP, write_percent, write_place, write_price
from pyplatform.gateway.store import Store
from pyplatform.kernel import ids
from pyplatform.kernel.time import now_ns

MOST_MONTHS: Final = 24
"""Months a list goes back."""
_placed: Final = msgspec.msgpack.Decoder(PlacedBet)


class MyLeg(msgspec.Struct, frozen=True):
    """A leg at the price taken; `each_way` such as "1/5 1-2-3" are the terms of its place part.

    With `best_odds` it is paid at the starting price if that is better; a `price` of SP is the starting price.
    """

    market_id: str
    selection_id: int
    price: str
    banker: bool
    each_way: str | None
    best_odds: bool = False


class MyBet(msgspec.Struct, frozen=True):
    """A bet as the ledger knows it at entry `as_of_seq`.

    `stake` is that of all lines; `returned` is what was paid so far, settlements and what was sold together, null while
    nothing was. `price` is that of a SAME_GAME. `boost_pct` is a bonus on the profit if every leg wins; for it and for
    starting prices no more than `max_return` is paid.
    """

    bet_id: str
    status: BetState
    type: BetType
    legs: list[MyLeg]
    sizes: list[int]
    each_way: bool
    free_bet: bool
    price: str | None
    stake: str
    currency: str
    returned: str | None
    placed_at: datetime
    as_of_seq: int
    boost_pct: str | None = None
    max_return: str | None = None


class MyBets(msgspec.Struct, frozen=True):
    """Bets, the newest first; ask on with `before=next` until that is empty."""

    bets: list[MyBet]
    next: str


class MyBetsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bets placed before the bet `before`, of one status or of all; `min_seq` waits up to a second for that entry."""

    before: Annotated[str, Meta(max_length=36)] = ""
    status: BetState | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    min_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


def my_bet(found: Mapping[bytes, bytes]) -> MyBet | None:
    """The bet out of its hash; None if it is not there, or was placed by a build newer than ours."""
    if b"placed" not in found:
        return None
    placed = _placed.decode(found[b"placed"])
    state = BetState(found[b"state"].decode())
    sold = [int(value) for name, value in found.items() if name.startswith(b"sold:")]
    if returns := found.get(b"returns"):  # empty once a result was taken back
        sold.append(int(returns))
    if state is BetState.VOIDED:
        sold = [placed.stake]
    return MyBet(
        placed.bet_id,
        state,
        BetType(placed.bet_type),
        [my_leg(leg) for leg in placed.legs],
        list(placed.sizes),
        placed.each_way,
        placed.free,
        write_price(placed.joint_price_e4) if placed.joint_price_e4 else None,
        money.format(placed.stake, placed.currency),
        placed.currency,
        money.format(sum(sold), placed.currency) if sold else None,
        datetime.fromtimestamp(placed.at / 1e9, UTC),
        int(found[b"seq"]),
        write_percent(placed.boost_bp),
        money.format(placed.max_return, placed.currency) if placed.max_return else None,
    )


def my_leg(leg: PlacedLeg) -> MyLeg:
    """A leg as it is shown."""
    terms = write_place(leg.places, leg.fraction) if leg.places else None
    price = SP if leg.at_start else write_price(leg.price_e4)
    return MyLeg(leg.market_id, leg.selection_id, price, leg.banker, terms, leg.best_odds)


class BetReader:
    """Reads bets of the player who asks, and of nobody else."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def one(self, session: Session, bet_id: str) -> MyBet | None:
        """A bet of the player; None if there is none of this id."""
        found = await self._store.bet(session.tenant, bet_id)
        if b"placed" not in found or _placed.decode(found[b"placed"]).player != ids.text(session.player):
            return None
        return my_bet(found)

    async def page(self, session: Session, query: MyBetsQuery) -> MyBets:
        """The next bets, month by month back from the one named."""
        player, bets, last = ids.text(session.player), list[MyBet](), ""
        start = ids.timestamp_ms(ids.parse(query.before)) * 1_000_000 if query.before else now_ns()
        for month in _months_back(start):
            names = await self._store.bets_of_month(session.tenant, player, month)
            wanted = sorted((name for name in names if not query.before or name < query.before), reverse=True)
            for at in range(0, len(wanted), query.limit):
                for found in await self._store.bets(session.tenant, wanted[at : at + query.limit]):
                    bet = my_bet(found)
                    if bet is None or (query.status is not None and bet.status is not query.status):
                        continue
                    if len(bets) == query.limit:
                        return MyBets(bets, last)
                    bets.append(bet)
                    last = bet.bet_id
        return MyBets(bets, "")


def _months_back(at: int) -> list[str]:
    moment = datetime.fromtimestamp(at / 1e9, UTC)
    months = [moment.year * 12 + moment.month - 1 - back for back in range(MOST_MONTHS)]
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
