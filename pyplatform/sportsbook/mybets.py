"""Every player's bets in Valkey, as the ledger says."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec
from nats.js import JetStreamContext

from pyplatform._core.shard import Batch as LedgerBatch
from pyplatform._core.shard import Entry
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE
from pyplatform.contracts.sportsbook.mybets import (
    BetState,
    PlacedBet,
    PlacedLeg,
    bet_key,
    bets_key,
    bets_position_key,
    month_of,
)
from pyplatform.eventstore.following import LedgerFollower
from pyplatform.eventstore.tail import PastDiffers
from pyplatform.kernel import ids
from pyplatform.projections import Batch, Effects, Inbox, Outcome, ReadModels
from pyplatform.projections.effects import Value
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.telemetry import get_logger

log = get_logger("sportsbook.mybets")

_HOUR: Final = 3_600_000_000_000
_encode: Final = msgspec.msgpack.Encoder().encode


class Writes(Protocol):
    """Takes what is to be written, as `Effects` do."""

    def put(self, key: str, version: int, fields: Mapping[str, Value]) -> None:
        """Fields of a hash at a version."""

    def add(self, key: str, *members: Value) -> None:
        """Members of a set."""


class BetFold:
    """What the entries of one tenant's ledger make of its players' bets."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._hour, self._known_month = -1, ""

    def fold(self, entry: Entry, effects: Writes) -> None:
        """Write what an entry did to bets."""
        if entry.code:
            return
        if entry.kind == "place_bet" and entry.slip is not None:
            self._place(entry, entry.slip, effects)
            return
        for bet_id, state, _ in entry.transitions:
            fields: dict[str, bytes | str | int] = {"state": state}
            if entry.kind == "settle_bet":
                fields["returns"] = entry.amount
            elif entry.kind == "reopen_bet":
                fields["returns"] = ""
            elif entry.kind == "cash_out":
                # A bet may be sold in parts: readers add up what each entry paid.
                fields[f"sold:{entry.seq}"] = entry.amount
            effects.put(bet_key(self._tenant, ids.text(bet_id)), entry.seq, fields)

    def _place(self, entry: Entry, encoded: tuple[int, int, bytes], effects: Writes) -> None:
        try:
            asked = slip.decode(*encoded)
            told = decided.decode(entry.terms, asked)
        except (slip.UnknownSlipError, ValueError) as error:
            log.error("a bet is not shown", bet=ids.text(entry.bet_id), error=str(error))
            return
        state = BetState.OPEN
        if entry.pending_until:
            state = BetState.REFERRED if told.referred else BetState.PENDING
        placed = placed_of(entry, asked, told)
        effects.add(bets_key(self._tenant, placed.player, self._month(placed.at)), placed.bet_id)
        fields: dict[str, bytes | str | int] = {"state": state.value, "placed": _encode(placed)}
        effects.put(bet_key(self._tenant, placed.bet_id), entry.seq, fields)

    def _month(self, at: int) -> str:
        """The month of a time; most bets are of the hour of the one before."""
        hour = at // _HOUR
        if hour != self._hour:
            self._hour, self._known_month = hour, month_of(at)
        return self._known_month


class BetProjector:
    """Keeps the bets of one tenant's players; remembers its position beside them, in the same step."""

    def __init__(self, js: JetStreamContext, postgres_url: str, models: ReadModels, tenant: str) -> None:
        self._tenant = tenant
        self._models = models
        self._inbox = Inbox(models, bets_position_key(tenant))
        self._bets = BetFold(tenant)
        self._follower = LedgerFollower(js, postgres_url, tenant, self, "bets")

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        await self._follower.run()

    async def position(self) -> tuple[int, bytes]:
        """Sequence and hash of the last batch applied."""
        found = await self._inbox.position()
        return found.seq, found.hash

    async def apply(self, batches: Sequence[LedgerBatch]) -> bool:
        """Write what batches did to bets."""
        effects = Effects()
        for batch in batches:
            for entry in batch.entries():
                self._bets.fold(entry, effects)
        first, last = batches[0].header, batches[-1].header
        outcome = await self._inbox.apply(Batch(first.lo, last.hi, first.prev_hash, last.hash, effects))
        if outcome is Outcome.DIVERGED:
            raise PastDiffers(f"Valkey holds other bets than the ledger at {first.lo}")
        return outcome is not Outcome.GAP

    async def forget(self) -> None:
        """Remove all bets of the tenant, and the position."""
        tenant = self._tenant
        await self._models.delete(
            [bets_position_key(tenant), bet_key(tenant, "*"), bets_key(tenant, "*", "*")]
        )


def placed_of(entry: Entry, asked: slip.Slip, told: decided.Decided) -> PlacedBet:
    """The bet of a placement, at the prices it was decided at."""
    terms = told.each_way or (None,) * len(asked.legs)
    legs = tuple(
        [
            PlacedLeg(
                leg.event_id,
                leg.market_id,
                leg.selection_id,
                price,
                leg.banker,
                place.places if place is not None else 0,
                place.fraction if place is not None else 0,
                number in told.promised.best_odds,
                leg.price_e4 == STARTING_PRICE,
            )
            for number, (leg, price, place) in enumerate(zip(asked.legs, told.prices, terms, strict=True))
        ]
    )
    return PlacedBet(
        ids.text(entry.bet_id),
        ids.text(entry.player),
        asked.bet_type,
        legs,
        asked.sizes,
        asked.each_way,
        entry.amount,
        entry.currency,
        entry.at,
        told.joint_price_e4,
        told.free,
        told.promised.boost_bp,
        told.promised.max_return,
    )
