"""Between the sportsbook's messages and the wallet's: contexts of commands, answers out of replies."""

from typing import Final

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook import BetAnswer, BetOutcome, PlaceBet, Refusal
from pyplatform.kernel import ids
from pyplatform.sportsbook import slip as slips

SOURCE_SPORTSBOOK: Final = 1

_OUTCOME: Final = {
    codec.ACCEPTED: BetOutcome.ACCEPTED,
    codec.REFUSED: BetOutcome.REFUSED,
    codec.CONFLICT: BetOutcome.CONFLICT,
    codec.RETRY: BetOutcome.UNAVAILABLE,
    codec.MALFORMED: BetOutcome.REFUSED,
}


def context_of(request: PlaceBet) -> codec.Context:
    """Context of the commands that an attempt causes."""
    return codec.Context(
        request.tenant,
        request.brand,
        request.player,
        SOURCE_SPORTSBOOK,
        request.correlation,
        request.traceparent,
    )


def refusal_name(code: int, wallet_name: str) -> str:
    """Stable name of a refusal, whoever gave it; "" for none."""
    return wallet_name or (Refusal(code).name.lower() if code else "")


def answer_of(reply: codec.Reply) -> BetAnswer:
    """Say what became of an attempt, from the wallet's reply to its placement.

    A repeated key meets the original reply together with where the bet stands now, so a bet that was rejected
    after its delay is answered as refused, for ever.
    """
    outcome, code = _OUTCOME[reply.status], reply.code
    if reply.status == codec.ACCEPTED and reply.bet_state == "pending":
        outcome = BetOutcome.PENDING
    elif reply.status == codec.ACCEPTED and reply.bet_state == "rejected":
        outcome, code = BetOutcome.REFUSED, reply.close_code
    return BetAnswer(
        outcome=outcome,
        code=refusal_name(code, reply.name),
        bet_id=ids.text(reply.object_id),
        price_e4=slips.decode_terms(reply.terms).price_e4 if reply.terms else 0,
        seq=reply.seq,
        at=reply.at,
        replayed=reply.replayed,
        field=reply.field,
    )


def unavailable(bet_id: bytes) -> BetAnswer:
    """Say that the outcome is not known yet: the same key must be sent again."""
    return BetAnswer(BetOutcome.UNAVAILABLE, "unavailable", ids.text(bet_id), 0, 0, 0, replayed=False)
