"""Operations on bets; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call, new_key
from pyplatform.client.types.bets import (
    BetRequest,
    BetView,
    CashOutOffer,
    CashOutOrder,
    CashOutSale,
    MyBets,
    QuoteView,
)
from pyplatform.client.types.shared import BetState, MyBet


def place_bet(body: BetRequest, *, key: str = "") -> Call[BetView]:
    """Place a bet.

    A retry with the same Idempotency-Key gets the first answer, acceptance or refusal, with the header
    `Idempotency-Replayed: true`. 202 says that a trader is asked: `GET /v1/bets/{bet_id}` tells how it went. 422
    with a code is a refusal: `legs` are those it is about with their prices now, `max_stake` is what we would
    take. 409 `idempotency_conflict` says the key was used for another bet and names the field; after 503 send the
    same request with the same key.
    """
    return Call("POST", "/v1/bets", BetView, body=body, key=key or new_key())


def list_bets(
    *, before: str = "", status: BetState | None = None, limit: int = 20, min_seq: int = 0
) -> Call[MyBets]:
    """List my bets, the newest first, page by page."""
    return Call(
        "GET",
        "/v1/bets",
        MyBets,
        query={"before": before, "status": status, "limit": limit, "min_seq": min_seq},
    )


def quote_bet(body: BetRequest) -> Call[QuoteView]:
    """Ask what would become of a bet: its lines, prices now, return, the most we would take.

    Nothing is reserved: the prices and the answer may be others a moment later.
    """
    return Call("POST", "/v1/bets/quote", QuoteView, body=body)


def read_bet(bet_id: str, *, min_seq: int = 0) -> Call[MyBet]:
    """Read one of my bets: where it stands, and what it returned."""
    return Call("GET", f"/v1/bets/{quote(bet_id, safe='')}", MyBet, query={"min_seq": min_seq})


def quote_cash_out(bet_id: str, *, part: str = "1") -> Call[CashOutOffer]:
    """Ask what we would pay for an open bet, or a part of it, now.

    422 with a code says why there is no offer. Ask shortly before you show it: quotes last for seconds.
    """
    return Call("GET", f"/v1/bets/{quote(bet_id, safe='')}/cash-out", CashOutOffer, query={"part": part})


def take_cash_out(bet_id: str, body: CashOutOrder, *, key: str = "") -> Call[CashOutSale]:
    """Sell a bet, or a part of it, at a quote.

    A retry with the same Idempotency-Key gets the first answer, with the header `Idempotency-Replayed: true`. 422
    with a code says why the quote does not hold any more; after 503 send the same request with the same key.
    """
    return Call(
        "POST", f"/v1/bets/{quote(bet_id, safe='')}/cash-out", CashOutSale, body=body, key=key or new_key()
    )
