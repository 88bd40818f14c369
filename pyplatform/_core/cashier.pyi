"""Commands of the cashier: payments in and out, debts, money moved by hand; each returns encoded bytes for the wallet.

A context's `source` is 2 (cashier). Ids are 16 raw bytes, amounts integers at the currency's scale (EUR: 1_000_000 is
one euro) in whole minor units. A reason is 1 to 160 bytes of text, a payment provider or jurisdiction a short
lower-case name. An argument that cannot stand in a command raises `ValueError` naming it. Every command may be refused
as amount_not_positive, amount_not_whole or insufficient_funds where it moves an amount, and a step of a payment or
withdrawal as unknown_…, player_mismatch or stale_version. A refusal binds the key as an acceptance does.
"""

from pyplatform._core.wallet import Context

__all__ = [
    "adjust",
    "approve_withdrawal",
    "capture_deposit",
    "charge_back",
    "claim_suspense",
    "exchange_currency",
    "fail_deposit",
    "initiate_deposit",
    "lock_funds",
    "make_dormant",
    "pay_withdrawal",
    "recover_debt",
    "request_withdrawal",
    "return_withdrawal",
    "revive_dormant",
    "unlock_funds",
    "win_dispute",
    "withhold_tax",
    "write_off_debt",
]

def initiate_deposit(
    context: Context, key: str, *, payment: bytes, currency: str, amount: int, psp: str
) -> bytes:
    """A player starts to pay in: nothing moves, but the deposit counts against the limits from here on.

    Refused: payment_exists, excluded, account_blocked, limit_deposit, currency_mismatch; for the moment:
    rg_state_unavailable.
    """

def capture_deposit(context: Context, key: str, *, payment: bytes) -> bytes:
    """The provider has the money of an initiated deposit. Refused: payment_not_initiated."""

def fail_deposit(context: Context, key: str, *, payment: bytes) -> bytes:
    """It came to nothing: the limits have their room back. Refused: payment_not_initiated."""

def request_withdrawal(
    context: Context, key: str, *, withdrawal: bytes, currency: str, amount: int, psp: str
) -> bytes:
    """Set the money aside; a non-sticky bonus is forfeited by it.

    Refused: withdrawal_exists, withdrawals_held, bonus_locked (a sticky bonus is active), insufficient_funds.
    """

def approve_withdrawal(context: Context, key: str, *, withdrawal: bytes, version: int) -> bytes:
    """Staff lets it go. Refused: withdrawal_not_there (it does not stand where this step begins)."""

def pay_withdrawal(
    context: Context,
    key: str,
    *,
    withdrawal: bytes,
    version: int,
    tax: int = 0,
    jurisdiction: str | None = None,
) -> bytes:
    """An approved withdrawal is sent, less `tax`.

    Refused: withdrawal_not_there, tax_out_of_range, jurisdiction_missing.
    """

def return_withdrawal(context: Context, key: str, *, withdrawal: bytes, version: int, why: str) -> bytes:
    """It goes back to the player: "rejected" or "cancelled" before it was paid, "bounced" after.

    Refused: withdrawal_not_there.
    """

def charge_back(context: Context, key: str, *, payment: bytes, amount: int, fee: int = 0) -> bytes:
    """The bank took a captured deposit back, in full or in part.

    What the player no longer has becomes debt, and a bonus granted for the deposit is revoked. Refused:
    payment_not_captured, chargeback_too_large, fee_out_of_range.
    """

def win_dispute(context: Context, key: str, *, payment: bytes, fee: int = 0) -> bytes:
    """A charged-back deposit was won again: debt that is left is paid first, the rest is the player's.

    Refused: nothing_charged_back, fee_out_of_range.
    """

def lock_funds(context: Context, key: str, *, currency: str, amount: int, reason: str) -> bytes:
    """Set money of the player aside. Refused: insufficient_funds."""

def unlock_funds(context: Context, key: str, *, currency: str, amount: int, reason: str) -> bytes:
    """Give locked money back. Refused: not_locked (less is locked)."""

def make_dormant(context: Context, key: str, *, currency: str) -> bytes:
    """Set all money of a dormant player aside. Refused: nothing_there."""

def revive_dormant(context: Context, key: str, *, currency: str) -> bytes:
    """All that was set aside is the player's again. Refused: nothing_there."""

def adjust(
    context: Context, key: str, *, currency: str, amount: int, reason: str, actor: bytes, approver: bytes
) -> bytes:
    """Money given (more than zero) or taken (less) by hand. Refused: same_actor (two must decide)."""

def recover_debt(context: Context, key: str, *, currency: str, amount: int) -> bytes:
    """Pay a debt from what the player has. Refused: debt_too_small."""

def write_off_debt(
    context: Context, key: str, *, currency: str, amount: int, reason: str, actor: bytes, approver: bytes
) -> bytes:
    """Give a debt up. Refused: same_actor, debt_too_small."""

def claim_suspense(context: Context, key: str, *, currency: str, amount: int, reason: str) -> bytes:
    """Money in suspense (`house.park_suspense`) turned out to be this player's. Refused: nothing_there."""

def exchange_currency(
    context: Context, key: str, *, currency: str, amount: int, into: str, receives: int
) -> bytes:
    """The player gives `amount` of `currency` for `receives` of `into`, in whole minor units of each.

    The operator's position (FX_POSITION) takes the other side in both. Refused: amount_not_positive, amount_not_whole,
    currency_mismatch (twice the same), bonus_locked, insufficient_funds.
    """

def withhold_tax(context: Context, key: str, *, currency: str, amount: int, jurisdiction: str) -> bytes:
    """Tax on winnings, withheld from what the player has."""
