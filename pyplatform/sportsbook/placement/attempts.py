"""A decided attempt: the bet that holds its reservation, and the command that asks the wallet for it."""

from typing import Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import PlaceBet, Refusal
from pyplatform.sportsbook.placement import slip
from pyplatform.sportsbook.placement.answers import context_of
from pyplatform.sportsbook.placement.decided import NOTHING, Decided, encode
from pyplatform.sportsbook.placement.judging import Verdict
from pyplatform.sportsbook.placement.openbets import OpenBet, Standing, bet_of
from pyplatform.sportsbook.placement.referrals import REFERRAL_S

DECISION_LIFETIME: Final = 5_000_000_000
"""A decision older than this (ns) is refused by the wallet: the price it was made at is gone."""
PENDING_GRACE: Final = 10_000_000_000
"""A waiting bet not decided this long (ns) after its time is rejected by the wallet's tick."""
SECOND: Final = 1_000_000_000
LONG_AGO: Final = 1


class Attempt(msgspec.Struct, frozen=True):
    """A decided attempt on its way to the wallet; `bet` is to hold the reservation, None for a refusal.

    `others` are the other owners that hold room for it.
    """

    request: PlaceBet
    slip: slip.Slip
    verdict: Verdict
    bet_id: bytes
    bet: OpenBet | None
    command: bytes
    others: frozenset[str] = frozenset()


def attempt_of(
    request: PlaceBet,
    verdict: Verdict,
    bet_id: bytes,
    now: int,
    generation: int,
    others: frozenset[str] = frozenset(),
) -> Attempt:
    """Make the bet and the command of a verdict given at `now` (ns) under a kill-switch generation.

    Raises ValueError for what cannot be asked of the wallet.
    """
    asked = slip.of_request(request)
    told = _decided(request, verdict)
    terms = encode(told, asked)
    if terms is None:
        verdict = Verdict(Refusal.PRICE_CHANGED, tuple([leg.price_e4 for leg in request.legs]))
        terms = encode(_decided(request, verdict), asked) or request.session_id
    bet = None
    pending_until = 0
    if verdict.refusal is None:
        bet = bet_of(request, asked, told, bet_id)
        waits = REFERRAL_S if verdict.referred else verdict.delay
        if waits:
            pending_until = bet.pending_until = now + waits * SECOND + PENDING_GRACE
        if verdict.most is not None and request.stake > verdict.most.stake:
            bet.standing = Standing.UNBOOKED
    command = _command(
        request,
        (slip.SLIP_SCHEMA, slip.encode(asked)),
        verdict.refusal or 0,
        bet_id,
        terms,
        now + DECISION_LIFETIME,
        generation,
        pending_until,
    )
    return Attempt(request, asked, verdict, bet_id, bet, command, others)


def question_of(request: PlaceBet, bet_id: bytes) -> bytes:
    """A command that is too old to place anything: the wallet answers it only if it knows the key."""
    return _question(request, bet_id, slip.SLIP_SCHEMA, slip.encode(slip.of_request(request)))


def first_question_of(request: PlaceBet, bet_id: bytes) -> bytes | None:
    """The same question in the first schema, in which a retry across an upgrade may have been asked before."""
    single = slip.as_single(slip.of_request(request))
    return None if single is None else _question(request, bet_id, slip.SINGLE_SCHEMA, single)


def _question(request: PlaceBet, bet_id: bytes, schema: int, encoded: bytes) -> bytes:
    return _command(
        request, (schema, encoded), Refusal.MARKET_SUSPENDED, bet_id, request.session_id, LONG_AGO, 0, 0
    )


def _command(
    request: PlaceBet,
    asked: tuple[int, bytes],
    refusal: int,
    bet_id: bytes,
    terms: bytes,
    expires_at: int,
    generation: int,
    pending_until: int,
) -> bytes:
    return codec.place_bet(
        context_of(request),
        request.key,
        bet_id,
        request.currency,
        request.stake,
        asked[0],
        slip.VERSION,
        asked[1],
        refusal,
        terms,
        expires_at,
        generation,
        pending_until,
        free_bet=request.free_bet or None,
    )


def _decided(request: PlaceBet, verdict: Verdict) -> Decided:
    limited = verdict.most.stake if verdict.refusal is not None and verdict.most is not None else 0
    return Decided(
        request.session_id,
        verdict.prices,
        verdict.terms_version,
        limited,
        verdict.each_way if verdict.refusal is None else (),
        verdict.joint_price_e4 or request.joint_price_e4,
        verdict.referred,
        verdict.legs,
        bool(request.free_bet),
        verdict.promised if verdict.refusal is None else NOTHING,
    )
