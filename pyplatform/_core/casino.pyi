"""Commands of game providers; each returns encoded bytes for the wallet.

A context's `source` is 4 (casino). Names of bets and rounds are the provider's: 1 to 160 bytes of text. Amounts are
integers at the currency's scale, multiples of the provider's `unit` (set_profile). An argument that cannot stand in a
command raises `ValueError` naming it. Every command of a player may be refused as unknown_provider, amount_precision
or amount_negative; replies carry the player's `purse`. Whether a refusal binds its key is the provider's habit.
"""

from pyplatform._core.wallet import Context

__all__ = [
    "casino_adjust",
    "casino_credit",
    "casino_debit",
    "casino_play",
    "casino_rollback",
    "close_round",
    "free_round_win",
    "jackpot_win",
    "set_profile",
]

def casino_debit(
    context: Context,
    key: str,
    *,
    provider: str,
    bet: str,
    round: str,  # noqa: A002
    currency: str,
    amount: int,
    jackpot: str | None = None,
    contribution: int = 0,
) -> bytes:
    """The stake of a game, real or bonus money by the active grant; `contribution` of it goes into `jackpot`.

    Refused: insufficient_funds, round_closed, bet_exists, bet_cancelled (its rollback came first), bonus_max_bet, and
    what the guards say: excluded, account_blocked, session_…, reality_check_required, limit_….
    """

def casino_credit(
    context: Context,
    key: str,
    *,
    provider: str,
    currency: str,
    amount: int,
    bet: str | None = None,
    round: str | None = None,  # noqa: A002
    kind: str = "win",
    closes: bool = False,
) -> bytes:
    """A win, or with 0 the end of a bet without one; guards never stop it. `bet` or `round` says of what.

    `kind`: "win" needs a bet that was seen; "free_round" (which no award names) and "prize" need none. `closes` ends
    the round with it.
    Refused: round_missing, bet_unknown, bet_settled, bet_cancelled, payout_exists; for the moment: bet_not_seen_yet.
    """

def free_round_win(
    context: Context,
    key: str,
    *,
    provider: str,
    grant: bytes,
    currency: str,
    amount: int,
    bet: str | None = None,
    round: str | None = None,  # noqa: A002
    closes: bool = False,
) -> bytes:
    """A win of the free rounds awarded as `grant` (`bonus.award_free_rounds`); it becomes bonus money of that.

    What is beyond the award's `most`, or comes after the grant has ended, falls away; the record "free_round" says
    what came. `casino_rollback` with the key as `bet` takes it back. Refused: unknown_grant, player_mismatch,
    currency_mismatch, payout_exists.
    """

def casino_play(
    context: Context,
    key: str,
    *,
    provider: str,
    bet: str,
    round: str,  # noqa: A002
    currency: str,
    amount: int,
    win: int,
    closes: bool = False,
) -> bytes:
    """Stake and win in one. Refused as `casino_debit`."""

def casino_rollback(context: Context, key: str, *, provider: str, bet: str, currency: str) -> bytes:
    """Take a bet back as if it had not been; of one not seen a tombstone is kept, so that it is refused when it comes.

    Refused, where the provider's habits say so: bet_unknown, bet_settled.
    """

def casino_adjust(
    context: Context, key: str, *, provider: str, currency: str, amount: int, reason: str
) -> bytes:
    """Correct a balance: more than zero pays, less takes.

    Refused: insufficient_funds, unless the provider's habits let it become debt.
    """

def close_round(
    context: Context,
    key: str,
    *,
    provider: str,
    round: str,  # noqa: A002
) -> bytes:
    """No more bets in a round; wins may still come."""

def jackpot_win(
    context: Context,
    key: str,
    *,
    provider: str,
    jackpot: str,
    currency: str,
    amount: int,
    network: bool = False,
    seed: int = 0,
) -> bytes:
    """A jackpot was won: the pool pays, or with `network` the provider owes it; `seed` starts the next.

    Refused: jackpot_short.
    """

def set_profile(
    context: Context,
    key: str,
    *,
    provider: str,
    unit: int,
    refusals_not_frozen: bool = False,
    conflict_check: bool = True,
    multi_win: bool = True,
    unknown_rollback: str = "accept",
    after_win: str = "refuse",
    unknown_win: str = "retry",
    negative_allowed: bool = False,
) -> bytes:
    """The habits of a provider, from here on; its games need them.

    `unit`: its amounts are multiples of so many smallest units (EUR cents: 10_000). `refusals_not_frozen`: a refused
    key may come again and is judged anew. `conflict_check`: the same key with other content is a conflict, else a
    repeat. `multi_win`: a bet may have more than one win. `unknown_rollback`: "accept" or "refuse". `after_win`, for a
    rollback of a bet that has a win: "refuse", "ignore" or "apply". `unknown_win`: "retry", "refuse" or "pay".
    `negative_allowed`: a correction beyond the balance becomes debt.
    """
