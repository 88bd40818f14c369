"""HTTP of cash-out: what would we pay for a bet now, and selling it."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.cashout import CashOutAnswer, CashOutOutcome
from pyplatform.core import money
from pyplatform.gateway.cashout import CashOuts
from pyplatform.gateway.model import write_price
from pyplatform.http.app import App
from pyplatform.http.message import REPLAYED, Reply, Request
from pyplatform.http.problems import Problem, unavailable
from pyplatform.kernel import ids
from pyplatform.kernel.time import Moment

_DETAILS: Final = {
    "unknown_bet": "there is no such bet of yours",
    "bet_not_open": "the bet is not open: it waits, was settled, voided or sold",
    "bet_decided": "the bet is decided already and will be settled",
    "bet_changed": "the bet has changed since the quote; ask for another",
    "free_bet": "free bets cannot be sold",
    "leg_suspended": "a market of the bet is suspended; try again when it is open",
    "no_price": "a selection of the bet has no price now; try again when it has one",
    "not_offered": "bets of this kind cannot be sold",
    "too_small": "this part of the bet is worth less than the smallest coin",
    "invalid_part": "a part is above 0 and at most 1",
    "unknown_quote": "there is no such quote for this bet, or it is over; ask for another",
    "quote_expired": "the quote is over; ask for another",
    "price_changed": "the prices have changed; `amount` is what we would pay now, ask for another quote",
}
_Part = Annotated[
    str,
    Meta(
        max_length=8,
        pattern=r"^(1(\.0{1,6})?|0\.\d{1,6})$",
        description="share of what of the bet is still held, above 0 and at most 1",
        examples=["1", "0.5"],
    ),
]


class CashOutQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the bet."""

    part: _Part = "1"


class CashOutOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The quote to take."""

    quote_id: Annotated[str, Meta(max_length=36)]


class CashOutLeg(msgspec.Struct, frozen=True):
    """A leg without result, at the price and its version that the offer rests on."""

    market_id: str
    selection_id: int
    price: str
    price_version: int


class CashOutOffer(msgspec.Struct, frozen=True):
    """What we pay for a part of a bet if it is taken before `expires_at` and the prices do not move too far."""

    quote_id: str
    bet_id: str
    amount: str
    currency: str
    part: str
    expires_at: Moment
    legs: list[CashOutLeg]


class CashOutSale(msgspec.Struct, frozen=True):
    """A bet, or a part of it, that was sold for `amount`; the rest runs on if `open`.

    `seq` can be given as `min_seq` to read the balance after it.
    """

    bet_id: str
    amount: str
    currency: str
    part: str
    open: bool
    seq: int


def cash_out_routes(app: App, cashouts: CashOuts) -> None:
    """Add the operations of cash-out."""

    @app.get("/v1/bets/{bet_id}/cash-out", auth="player")
    async def quote_cash_out(request: Request, bet_id: str, query: CashOutQuery) -> CashOutOffer:
        """Ask what we would pay for an open bet, or a part of it, now.

        422 with a code says why there is no offer. Ask shortly before you show it: quotes last for seconds.
        """
        part = Fraction(query.part)
        if not part:
            raise _problem("invalid_part", field="part")
        answer = await cashouts.quote(request.session, _bet(bet_id), part)
        if answer.outcome is not CashOutOutcome.OFFERED:
            raise _problem(answer.code)
        legs = [
            CashOutLeg(leg.market_id, leg.selection, write_price(leg.price_e4), leg.version)
            for leg in answer.legs
        ]
        return CashOutOffer(
            answer.quote_id,
            bet_id,
            money.format(answer.amount, answer.currency),
            answer.currency,
            query.part,
            datetime.fromtimestamp(answer.expires_at / 1e9, UTC),
            legs,
        )

    @app.post("/v1/bets/{bet_id}/cash-out", auth="player", idempotent=True, errors=(409,))
    async def take_cash_out(request: Request, bet_id: str, body: CashOutOrder) -> Reply[CashOutSale]:
        """Sell a bet, or a part of it, at a quote.

        A retry with the same Idempotency-Key gets the first answer, with the header `Idempotency-Replayed: true`. 422
        with a code says why the quote does not hold any more; after 503 send the same request with the same key.
        """
        answer = await cashouts.take(
            request.session,
            _bet(bet_id),
            body.quote_id,
            key=request.idempotency_key,
            correlation=request.correlation,
            traceparent=request.traceparent,
        )
        if answer.outcome is not CashOutOutcome.TAKEN:
            raise _refusal(answer)
        sale = CashOutSale(
            bet_id,
            money.format(answer.amount, answer.currency),
            answer.currency,
            _decimal(answer.part),
            answer.open,
            answer.seq,
        )
        return Reply(sale, headers=(REPLAYED,) if answer.replayed else ())


def _bet(bet_id: str) -> bytes:
    try:
        return ids.parse(bet_id)
    except ValueError as error:
        raise _problem("unknown_bet", field="bet_id") from error


def _decimal(part: tuple[int, int]) -> str:
    """A share that was asked for in at most six decimals."""
    millionths = part[0] * 10**6 // part[1]
    return f"{millionths // 10**6}.{millionths % 10**6:06}".rstrip("0").rstrip(".")


def _problem(code: str, **members: object) -> Problem:
    status = 404 if code == "unknown_bet" else 422
    return Problem(status, code, _DETAILS.get(code, "the bet cannot be sold"), (), **members)


def _refusal(answer: CashOutAnswer) -> Problem:
    if answer.outcome is CashOutOutcome.UNAVAILABLE:
        return unavailable("whether the bet was sold is not known yet; send it again with the same key")
    if answer.outcome is CashOutOutcome.CONFLICT:
        detail = "this Idempotency-Key was used for another request; use a new key"
        return Problem(409, "idempotency_conflict", detail)
    if answer.code == "price_changed":
        return _problem(answer.code, amount=money.format(answer.amount, answer.currency))
    return _problem(answer.code)
