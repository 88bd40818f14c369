"""The player wallet in memory: encode commands, submit them, read balances and replies.

    from pyplatform.core import money, wallet

    house = wallet.Wallet("aurora")
    player = wallet.Context("aurora", 1, bytes(15) + b"\\1", 2, bytes(16))
    house.submit(wallet.deposit(player, "deposit-1", "EUR", money.parse("50.00", "EUR"), "bank"), 1)

Amounts are integers at the currency's scale (EUR: 6 decimals), times nanoseconds since the epoch, ids 16 raw bytes.
Commands about bets are here; those of the cashier, of bonuses, games, guards and the operator's own money are in
`wallet.cashier`, `wallet.bonus`, `wallet.casino`, `wallet.guards` and `wallet.house`.

Nothing here is durable: the wallet process puts the same machine in front of a journal.
"""

from pyplatform._core import bonus, cashier, casino, guards, house
from pyplatform._core.wallet import (
    ACCEPTED,
    CONFLICT,
    MALFORMED,
    REFUSED,
    RETRY,
    Context,
    Reply,
    Wallet,
    accept_bet,
    cash_out,
    code_name,
    decode_reply,
    deposit,
    place_bet,
    raise_generation,
    reject_bet,
    reopen_bet,
    settle_bet,
    tick,
    void_bet,
)

__all__ = [
    "ACCEPTED",
    "CONFLICT",
    "MALFORMED",
    "REFUSED",
    "RETRY",
    "Context",
    "Reply",
    "Wallet",
    "accept_bet",
    "bonus",
    "cash_out",
    "cashier",
    "casino",
    "code_name",
    "decode_reply",
    "deposit",
    "guards",
    "house",
    "place_bet",
    "raise_generation",
    "reject_bet",
    "reopen_bet",
    "settle_bet",
    "tick",
    "void_bet",
]
