"""Commands about the operator's own money; each returns encoded bytes for the wallet.

Amounts are integers at the currency's scale in whole minor units. An argument that cannot stand in a command raises
`ValueError` naming it. The context's player may be 16 zero bytes. Every command may be refused as amount_not_positive
or amount_not_whole.
"""

from pyplatform._core.wallet import Context

__all__ = [
    "accrue_duty",
    "park_suspense",
    "pay_duty",
    "remit_tax",
    "return_suspense",
    "seed_jackpot",
    "settle_payout",
    "settle_psp",
]

def settle_psp(context: Context, key: str, *, currency: str, psp: str, amount: int, fee: int = 0) -> bytes:
    """A provider paid out what it had captured: `amount`, of which it kept `fee`, topped up from our own money.

    Refused: fee_out_of_range.
    """

def settle_payout(context: Context, key: str, *, currency: str, psp: str, amount: int) -> bytes:
    """The bank shows withdrawals that a provider paid. Refused: not_owed (less was sent through the provider)."""

def accrue_duty(context: Context, key: str, *, currency: str, jurisdiction: str, amount: int) -> bytes:
    """A duty on gaming has arisen."""

def pay_duty(context: Context, key: str, *, currency: str, jurisdiction: str, amount: int) -> bytes:
    """A duty is paid. Refused: not_owed."""

def remit_tax(context: Context, key: str, *, currency: str, jurisdiction: str, amount: int) -> bytes:
    """Taxes withheld from players are paid. Refused: not_owed."""

def park_suspense(context: Context, key: str, *, currency: str, psp: str, amount: int, reason: str) -> bytes:
    """A provider has money of a payment that nobody knows; `reason` refers to the payment."""

def return_suspense(
    context: Context, key: str, *, currency: str, psp: str, amount: int, reason: str
) -> bytes:
    """Money in suspense goes back to where it came from. Refused: nothing_there."""

def seed_jackpot(context: Context, key: str, *, currency: str, jackpot: str, amount: int) -> bytes:
    """Put money into a jackpot."""
