"""Commands about players' standing, limits and sessions, and the tenant's policy; each returns encoded bytes.

A context's `source` is 6 (compliance). What is set here binds the very next command of the player. Amounts are
integers at the currency's scale, times and lengths of time nanoseconds. An argument that cannot stand in a command
raises `ValueError` naming it.
"""

from pyplatform._core.wallet import Context

__all__ = [
    "acknowledge_reality",
    "confirm_guards",
    "end_session",
    "set_limits",
    "set_policy",
    "set_status",
    "start_session",
]

def set_status(
    context: Context,
    key: str,
    *,
    may_bet: bool,
    may_deposit: bool,
    may_withdraw: bool,
    excluded_until: int = 0,
) -> bytes:
    """What a player may do; `excluded_until` 2**64 - 1 excludes for an indefinite time.

    Withdrawals are open to the excluded.
    """

def set_limits(
    context: Context,
    key: str,
    *,
    currency: str,
    deposit_day: int | None = None,
    deposit_week: int | None = None,
    deposit_month: int | None = None,
    wager_day: int | None = None,
    wager_week: int | None = None,
    wager_month: int | None = None,
    loss_day: int | None = None,
    loss_week: int | None = None,
    loss_month: int | None = None,
    single_stake: int | None = None,
) -> bytes:
    """All limits of a player over the last 24 hours, 7 days and 30 days; None for no such limit.

    They are kept by the minute and on the strict side. Wagers and losses count real money; a loss is stakes less
    returns. Refused: amount_negative.
    """

def start_session(
    context: Context, key: str, *, session: bytes, expires_at: int, reality_interval: int = 0
) -> bytes:
    """A player has logged in.

    No new bet is taken from `expires_at` on (session_expired), nor when a reality check is due
    (reality_check_required), which is every `reality_interval` if that is not 0.
    """

def end_session(context: Context, key: str, *, session: bytes) -> bytes:
    """A player has logged out. Refused: unknown_session."""

def acknowledge_reality(context: Context, key: str, *, session: bytes) -> bytes:
    """The player has seen the reality check; the next is due one interval later. Refused: unknown_session."""

def set_policy(
    context: Context,
    key: str,
    *,
    max_guard_age: int = 0,
    status_required: bool = False,
    session_required: bool = False,
    recover_from_deposits: int = 0,
    recover_from_wins: int = 0,
) -> bytes:
    """How the guards of the tenant work.

    Bets and deposits are put off (rg_state_unavailable) when guards were not confirmed for `max_guard_age`, 0 for
    never, or with `status_required` when no status of the player is known. `recover_from_…`: how many percent of a
    deposit, or of a return, pay a debt first. Refused: percent_out_of_range.
    """

def confirm_guards(context: Context, key: str, *, until: int) -> bytes:
    """Every change of standing and limits up to that time has been sent."""
