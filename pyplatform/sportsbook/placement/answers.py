"""Between the sportsbook's messages and the wallet's: contexts of commands, answers out of replies."""

from typing import Final

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, PlaceBet, Refusal
from pyplatform.kernel import ids
from pyplatform.sportsbook.placement.decided import Decided, decode
from pyplatform.sportsbook.placement.slip import Slip

SOURCE_SPORTSBOOK: Final = 1

_OUTCOME: Final = {
    codec.ACCEPTED: BetOutcome.ACCEPTED,
    codec.REFUSED: BetOutcome.REFUSED,
    codec.CONFLICT: BetOutcome.CONFLICT,
    codec.RETRY: BetOutcome.UNAVAILABLE,
    codec.MALFORMED: BetOutcome.REFUSED,
}
_NOTHING: Final = Decided(bytes(16), ())


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


def refusal_name(code: int) -> str:
    """Stable name of a refusal, whoever gave it; "" for none."""
    return codec.code_name(code) or (Refusal(code).name.lower() if code else "")


def rejected(bet_id: bytes, code: int, seq: int, at: int, *, replayed: bool) -> BetAnswer:
    """Say that a waiting bet was rejected, the same way to the first who asks and to every repeat."""
    return BetAnswer(BetOutcome.REFUSED, refusal_name(code), ids.text(bet_id), (), seq, at, replayed)


def answer_of(reply: codec.Reply, slip: Slip) -> BetAnswer:
    """Say what became of an attempt, from the wallet's reply to its placement.

    A repeated key meets the original reply together with where the bet stands now, so a bet that was rejected
    after its delay is answered as refused, for ever.
    """
    if reply.decision == "rejected":
        return rejected(reply.object_id, reply.reject_code, reply.seq, reply.at, replayed=reply.replayed)
    told = reply.terms and reply.status != codec.CONFLICT
    decided = decode(reply.terms, slip) if told else _NOTHING
    outcome = _OUTCOME[reply.status]
    if reply.decision == "pending":
        outcome = BetOutcome.REFERRED if decided.referred else BetOutcome.PENDING
    return BetAnswer(
        outcome=outcome,
        code=refusal_name(reply.code),
        bet_id=ids.text(reply.object_id),
        prices=decided.prices,
        seq=reply.seq,
        at=reply.at,
        replayed=reply.replayed,
        field=reply.field,
        legs=decided.legs,
        max_stake=decided.max_stake,
        joint_price_e4=decided.joint_price_e4,
        each_way=tuple([(terms.places, terms.fraction) for terms in decided.each_way]),
        boost_bp=decided.promised.boost_bp,
        best_odds=decided.promised.best_odds,
        max_return=decided.promised.max_return,
    )


def unavailable(bet_id: bytes) -> BetAnswer:
    """Say that the outcome is not known yet: the same key must be sent again."""
    return BetAnswer(BetOutcome.UNAVAILABLE, "unavailable", ids.text(bet_id), (), 0, 0, replayed=False)
