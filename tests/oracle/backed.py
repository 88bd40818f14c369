"""One player, one grant, one free bet and two bets: results come and go on what backs the bets."""

from tests.oracle.asking import CENT, PLACED, SECOND, command, just, name, pick, truth

_me, _GRANT, _TOKEN = just(1), name(3, 1), name(4, 1)
_bet = pick(name(5, 1), name(5, 1), name(5, 2))
_grant = pick(_GRANT, _TOKEN)
_ONE = {"bet_id": _bet, "revision": lambda random: random.randint(1, 9)}
_STAKED = {"currency": "EUR", "verdict": 0, "late": False, "pending": 0, "stake": 1_000 * CENT}
_FREE = {
    "currency": "EUR",
    "amount": 1_000 * CENT,
    "token": _TOKEN,
    "returns_stake": truth,
    "after": 86_400 * SECOND,
}
_TERMS = {
    "policy": pick("non_sticky", "sticky", "bonus_first"),
    "max_bet": None,
    "max_convert": None,
    "payment": None,
}
GRANTED = command(
    "grant_bonus",
    _me,
    **_TERMS,
    currency="EUR",
    amount=1_500 * CENT,
    grant=_GRANT,
    phantom=truth,
    after=86_400 * SECOND,
)
GIVEN = [
    command("give_free_bet", _me, **_FREE),
    command(
        "give_bonus_free_bet",
        _me,
        **_FREE,
        **_TERMS,
        most=pick(None, 700 * CENT),
        lasts=pick(3_600 * SECOND, 86_400 * SECOND),
    ),
]
PLACED_ON_IT = command(
    "place_bet", _me, **{**PLACED, **_STAKED, "bet_id": name(5, 1)}, free_bet=pick(None, _TOKEN, _TOKEN)
)
BACKED = [
    command("settle_bet", _me, **_ONE, returns=pick(0, 2_500 * CENT), void=pick(None, (1, 2))),
    command("settle_bet", _me, **_ONE, returns=pick(0, 2_500 * CENT), void=None),
    *[command("void_bet", _me, **_ONE, reason=1, part=None)] * 2,
    *[command("reopen_bet", _me, **_ONE)] * 4,
    command("place_bet", _me, **{**PLACED, **_STAKED, "bet_id": name(5, 2)}, free_bet=_TOKEN),
    command("cash_out", _me, bet=_bet, amount=300 * CENT, part=pick((1, 2), None)),
    command("end_bonus", _me, grant=_grant, why="forfeited"),
    command("convert_bonus", _me, grant=_grant),
    command("end_free_bet", _me, token=_TOKEN, why="forfeited"),
]
