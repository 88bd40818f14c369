"""Operations on bets; written by `make client`, change the API instead."""

from pyplatform.client.call import Call, new_key
from pyplatform.client.types.bets import BetRequest, BetView, QuoteView


def place_bet(body: BetRequest, *, key: str = "") -> Call[BetView]:
    """Place a bet.

    A retry with the same Idempotency-Key gets the first answer, acceptance or refusal, with the header
    `Idempotency-Replayed: true`. 202 says that a trader is asked: `GET /v1/bets/{bet_id}` tells how it went. 422
    with a code is a refusal: `legs` are those it is about with their prices now, `max_stake` is what we would
    take. 409 `idempotency_conflict` says the key was used for another bet and names the field; after 503 send the
    same request with the same key.
    """
    return Call("POST", "/v1/bets", BetView, body=body, key=key or new_key())


def quote_bet(body: BetRequest) -> Call[QuoteView]:
    """Ask what would become of a bet: its lines, prices now, return, the most we would take.

    Nothing is reserved: the prices and the answer may be others a moment later.
    """
    return Call("POST", "/v1/bets/quote", QuoteView, body=body)
