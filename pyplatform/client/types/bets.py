"""The bodies of bets; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Literal

import msgspec

from pyplatform.client.types.shared import BetType, MyBet, PricePolicy


class LegRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection of a slip; a `banker` is in every line. A price of "SP" asks for the starting price."""

    market_id: str
    selection_id: int
    price: str
    """decimal odds asked for, such as "2.50", 1.01 or more; "SP" for the starting price."""
    banker: bool = False


class BetRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bet: its legs, its type (a SINGLE or an ACCA if nothing is said), and either the stake of a line or of all.

    `sizes` say how many legs make a line of a SYSTEM. An `each_way` bet has a place line for every line. `price` is
    the price of a SAME_GAME, whose legs are of one event. `price_policy` says which prices are taken when they have
    moved, WITHIN with a `tolerance` such as "0.05"; without it the house's rule counts. `free_bet_id` stakes a free
    bet, whole, in place of money.
    """

    legs: list[LegRequest]
    stake: str | None = None
    total_stake: str | None = None
    type: BetType | None = None
    sizes: list[int] = []
    each_way: bool = False
    price: str | None = None
    price_policy: PricePolicy | None = None
    tolerance: str | None = None
    free_bet_id: str | None = None


BetStatus = Literal["accepted", "referred"]
"""Where a placed bet stands."""


class LegView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg at the price taken; `price_asked` differs where the price had moved. `each_way` such as "1/5 1-2-3". With
    `best_odds` it is paid at the starting price if that is better.
    """

    market_id: str
    selection_id: int
    price: str
    price_asked: str
    banker: bool
    each_way: str | None
    best_odds: bool = False


class BetView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bet that was placed; `seq` can be given as `min_seq` to read the balance after it.

    `stake` is that of all lines; `potential_return` is what it pays if every leg wins, with its bonus: `boost_pct` of
    the profit, and with the price of the moment for a starting price ("SP"). For bonus and starting prices no more than
    `max_return` is paid, null where nothing bounds them.
    """

    bet_id: str
    status: BetStatus
    type: BetType
    legs: list[LegView]
    lines: int
    stake: str
    currency: str
    potential_return: str
    seq: int
    placed_at: datetime
    boost_pct: str | None = None
    max_return: str | None = None


class CashOutLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg without result, at the price and its version that the offer rests on."""

    market_id: str
    selection_id: int
    price: str
    price_version: int


class CashOutOffer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we pay for a part of a bet if it is taken before `expires_at` and the prices do not move too far."""

    quote_id: str
    bet_id: str
    amount: str
    currency: str
    part: str
    expires_at: datetime
    legs: list[CashOutLeg]


class CashOutOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The quote to take."""

    quote_id: str


class CashOutSale(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bet, or a part of it, that was sold for `amount`; the rest runs on if `open`.

    `seq` can be given as `min_seq` to read the balance after it.
    """

    bet_id: str
    amount: str
    currency: str
    part: str
    open: bool
    seq: int


class MyBets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bets, the newest first; ask on with `before=next` until that is empty."""

    bets: list[MyBet]
    next: str


class QuotedLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg of a quote at its current price, null if it has none; `refused` if it is why the bet would be."""

    market_id: str
    selection_id: int
    price: str | None
    refused: bool


class QuoteView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What would become of a slip now: `code` null if it would be taken.

    Amounts are for all lines: `max_stake` is the most that would be taken. A bet waits `delay` seconds in play; stakes
    above `referral_above` are referred to a trader. `price` is that of a SAME_GAME. The legs of `best_odds`, counted
    from 0, would be paid at the starting price if that is better; bonus and bound as for a placed bet.
    """

    code: str | None
    detail: str | None
    type: BetType
    legs: list[QuotedLeg]
    lines: int
    stake: str
    currency: str
    potential_return: str | None
    max_stake: str
    delay: int
    referral_above: str | None
    price: str | None
    best_odds: list[int] = []
    boost_pct: str | None = None
    max_return: str | None = None
