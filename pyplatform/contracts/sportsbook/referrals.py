"""Bets that a trader is asked about, and what he decides.

Amounts are integers at the currency's scale, prices in ten-thousandths (`_e4`), times nanoseconds since the epoch.
Events hold `DecideReferral` for ever, as a map: a field may be added, none renamed.
"""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

REFERRAL_DECIDED: Final = "bets.referral_decided"
"""Kind of the event that records a `DecideReferral`; its aggregate is `bet:<id>`."""
_Price = Annotated[int, Meta(ge=10_001, le=10_000_000_000)]


class ReferralDecision(StrEnum):
    """What a trader makes of a bet; `REOFFER` does not take it and says what would be taken instead."""

    APPROVE = "approve"
    REJECT = "reject"
    REOFFER = "reoffer"


class DecideReferral(msgspec.Struct, frozen=True):
    """Decide on a bet that waits for a trader; a re-offer names a stake of all lines, prices of all legs, or both."""

    bet_id: Annotated[str, Meta(max_length=36)]
    decision: ReferralDecision
    max_stake: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    prices: Annotated[tuple[_Price, ...], Meta(max_length=20)] = ()
    reason: Annotated[str, Meta(max_length=500)] = ""


class AskReferrals(msgspec.Struct, array_like=True, frozen=True):
    """Asks for the bets that wait for a trader."""


class ReferredLeg(msgspec.Struct, array_like=True, frozen=True):
    """A leg at the price it was asked for."""

    event_id: str
    market_id: str
    selection_id: int
    price_e4: int


class Referral(msgspec.Struct, array_like=True, frozen=True):
    """A bet that waits; `max_stake` is what we would have taken without asking."""

    bet_id: str
    brand: int
    player: str
    bet_type: str
    legs: tuple[ReferredLeg, ...]
    stake: int
    currency: str
    max_stake: int
    expires_at: int


class DeskReferrals(msgspec.Struct, array_like=True, frozen=True):
    """The bets that wait, those first that expire first."""

    referrals: tuple[Referral, ...]
