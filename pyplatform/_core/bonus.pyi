"""Commands about bonus money and free bets; each returns encoded bytes for the wallet.

A context's `source` is 5 (bonus). Ids are 16 raw bytes, amounts integers at the currency's scale (EUR: 1_000_000 is
one euro) in whole minor units, times nanoseconds since the epoch. An argument that cannot stand in a command raises
`ValueError` naming it. What the wallet may answer is said with each command; a refusal binds the key as an acceptance
does.
"""

from pyplatform._core.wallet import Context

__all__ = [
    "award_free_rounds",
    "convert_bonus",
    "end_bonus",
    "end_free_bet",
    "give_bonus_free_bet",
    "give_free_bet",
    "grant_bonus",
]

def grant_bonus(
    context: Context,
    key: str,
    *,
    grant: bytes,
    currency: str,
    amount: int,
    expires_at: int,
    policy: str = "non_sticky",
    max_bet: int | None = None,
    max_convert: int | None = None,
    phantom: bool = False,
    payment: bytes | None = None,
) -> bytes:
    """Give the context's player bonus money; one grant is active for a player and currency at a time.

    `policy`: "non_sticky" stakes real money first, which stays withdrawable (and forfeits the bonus); "sticky" stakes
    real money first and locks it; "bonus_first" the other way round. `max_bet` bounds a stake while the grant is
    active (all of it when sticky, else its bonus part), `max_convert` what converts; a `phantom` amount goes before
    conversion. `payment` is the deposit it was given for: a chargeback of that revokes it.
    Refused: amount_not_positive, amount_not_whole, amount_negative, token_expired, grant_exists, grant_active.
    """

def convert_bonus(context: Context, key: str, *, grant: bytes, version: int) -> bytes:
    """The wagering requirement is met: bonus money becomes real up to the cap, the rest falls to the house.

    Refused: unknown_grant, player_mismatch, grant_not_active, stale_version, token_expired, grant_held (its money is
    on open bets).
    """

def end_bonus(context: Context, key: str, *, grant: bytes, version: int, why: str) -> bytes:
    """End a grant; `why` is "forfeited", "expired", "revoked" or "lost".

    Its money falls to the house, and what is on open bets when those settle; of those that wait ("queued"), the one
    that was won first becomes active. Refused: unknown_grant, player_mismatch,
    grant_not_active, stale_version, not_expired.
    """

def give_free_bet(
    context: Context,
    key: str,
    *,
    token: bytes,
    currency: str,
    amount: int,
    expires_at: int,
    returns_stake: bool = False,
) -> bytes:
    """Give the context's player a free bet of `amount`; `wallet.place_bet(…, free_bet=token)` places it.

    With `returns_stake` a win pays the stake too. Refused: amount_not_positive, amount_not_whole, token_expired,
    token_exists.
    """

def give_bonus_free_bet(
    context: Context,
    key: str,
    *,
    token: bytes,
    currency: str,
    amount: int,
    expires_at: int,
    lasts: int,
    returns_stake: bool = False,
    policy: str = "non_sticky",
    max_bet: int | None = None,
    max_convert: int | None = None,
    most: int | None = None,
    payment: bytes | None = None,
) -> bytes:
    """Give a free bet whose winnings are bonus money: its win makes a grant, which has the id of `token`.

    The grant lasts `lasts` nanoseconds from the win, holds at most `most`, and has the other terms as `grant_bonus`
    takes them. It is "queued" while another is active. A result that is corrected changes it; once it has ended, or
    the deposit `payment` was charged back, winnings fall away, and what a correction no longer finds there is written
    off. Refused: amount_not_positive, amount_not_whole, amount_negative, token_expired, token_exists, grant_exists.
    """

def award_free_rounds(
    context: Context,
    key: str,
    *,
    grant: bytes,
    currency: str,
    lasts: int,
    policy: str = "non_sticky",
    max_bet: int | None = None,
    max_convert: int | None = None,
    most: int | None = None,
    payment: bytes | None = None,
) -> bytes:
    """Award free rounds whose winnings, told by `casino.free_round_win`, are bonus money.

    The first win makes the grant, the others add to it, up to `most` in all; terms as in `give_bonus_free_bet`.
    How many rounds, on which games and until when is between the operator and the provider. Refused: amount_negative,
    token_expired, token_exists, grant_exists.
    """

def end_free_bet(context: Context, key: str, *, token: bytes, version: int, why: str) -> bytes:
    """End a free bet that is not placed; `why` as in `end_bonus`.

    Refused: unknown_token, player_mismatch, token_not_available, stale_version, not_expired.
    """
