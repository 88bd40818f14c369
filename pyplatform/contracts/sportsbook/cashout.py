"""Buying bets back before their result: a quote, tied to prices and good for seconds, and taking it.

Asked of the process that leads settlement. Amounts are integers at the currency's scale, times nanoseconds since the
epoch, prices in ten-thousandths (`price_e4`).
"""

from enum import StrEnum

import msgspec

Part = tuple[int, int]
"""A share as (numerator, denominator), above 0 and at most 1, of what of the bet is still held."""


class QuoteCashOut(msgspec.Struct, array_like=True, frozen=True):
    """What would we pay `player` for `part` of a bet now?"""

    tenant: str
    player: bytes
    bet_id: bytes
    part: Part = (1, 1)


class TakeCashOut(msgspec.Struct, array_like=True, frozen=True):
    """Take a quote; `key` names the attempt, and the same key gets the same answer."""

    tenant: str
    player: bytes
    bet_id: bytes
    quote_id: str
    key: str
    correlation: bytes
    traceparent: str = ""


class PricedLeg(msgspec.Struct, array_like=True, frozen=True):
    """A leg without result, and the price (with its version) that the offer rests on."""

    market_id: str
    selection: int
    price_e4: int
    version: int


class CashOutOutcome(StrEnum):
    """How a question ended; `NO_OFFER` and `REFUSED` come with a code, after `UNAVAILABLE` the same is to be asked."""

    OFFERED = "offered"
    NO_OFFER = "no_offer"
    TAKEN = "taken"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class CashOutAnswer(msgspec.Struct, array_like=True, frozen=True):
    """An offer, a sale, or why there is none.

    Codes: `unknown_bet`, `bet_not_open`, `bet_decided`, `free_bet`, `leg_suspended`, `no_price`, `not_offered`,
    `too_small`, `unknown_quote`, `quote_expired`, `price_changed` (`amount` is what we would pay now), and the
    wallet's. `amount` is paid for `part`; `seq` is the ledger's entry of a sale, `open` whether the rest runs on.
    """

    outcome: CashOutOutcome
    code: str = ""
    quote_id: str = ""
    amount: int = 0
    currency: str = ""
    part: Part = (1, 1)
    expires_at: int = 0
    legs: tuple[PricedLeg, ...] = ()
    seq: int = 0
    open: bool = False
    replayed: bool = False


def quote_subject(epoch: int) -> str:
    """Request subject for `QuoteCashOut`, answered with a `CashOutAnswer`."""
    return f"settlement.cashout.quote.{epoch}"


def take_subject(epoch: int) -> str:
    """Request subject for `TakeCashOut`, answered with a `CashOutAnswer`."""
    return f"settlement.cashout.take.{epoch}"
