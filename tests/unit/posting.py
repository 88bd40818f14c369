"""A ledger asked one command at a time, and what each of them debits and credits, in euros."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyplatform.core import ledger, money, wallet
from pyplatform.core.accounts import ACCOUNTS

TENANT = "aurora"
ANN, SUE, TOM = (bytes([1, n]) * 8 for n in (1, 2, 3))
BET, GRANT, TOKEN, PAYMENT, PAYOUT = (bytes([2, n]) * 8 for n in range(5))
NOON = 1_700_000_000 * 10**9
NEVER = 2**64 - 1
LATER = NOON + 10**12
EVIDENCE = bytes(32)

Legs = list[str]


def euro(text: str) -> int:
    return money.parse(text, "EUR")


def of(source: int = 1, player: bytes = ANN) -> wallet.Context:
    return wallet.Context(TENANT, 1, player, source, bytes(16))


class House:
    """A ledger that says what each command posted."""

    def __init__(self, path: Path) -> None:
        self.now = NOON
        self.ledger = ledger.Ledger(path, TENANT, clock=lambda: self.now)
        self.keys = 0

    @property
    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def post(self, command: bytes) -> Legs:
        """Carry a command out; "DEBITED -> CREDITED amount" of each leg."""
        reply = self.ledger.submit(command)
        assert reply.status == wallet.ACCEPTED, reply.name
        (entry,) = self.ledger.entries(self.ledger.seq - 1)
        return [
            f"{ACCOUNTS[debited[0]].name} -> {ACCOUNTS[credited[0]].name} {money.format(amount, currency)}"
            for debited, credited, currency, amount, _ in entry.moves
        ]

    def deposit(self, amount: str) -> Legs:
        return self.post(wallet.deposit(of(2), self.key, "EUR", euro(amount), "bank"))

    def grant(self, amount: str, **terms: Any) -> Legs:
        fields = {"grant": GRANT, "currency": "EUR", "amount": euro(amount), "expires_at": LATER, **terms}
        return self.post(wallet.bonus.grant_bonus(of(5), self.key, **fields))

    def place(self, stake: str, bet: bytes = BET, **more: Any) -> Legs:
        return self.post(
            wallet.place_bet(of(), self.key, bet, "EUR", euro(stake), 1, 1, b"", 0, b"", NEVER, 0, **more)
        )

    def settle(
        self, returns: str, revision: int = 1, version: int = 1, bet: bytes = BET, **more: Any
    ) -> Legs:
        return self.post(wallet.settle_bet(of(), bet, revision, version, euro(returns), EVIDENCE, **more))

    def mixed_bet(self) -> Legs:
        """Four euros of the player's own and six of the bonus."""
        self.deposit("4.00")
        self.grant("100.00")
        return self.place("10.00")

    def cashier(self, command: str, **fields: Any) -> Legs:
        return self.post(getattr(wallet.cashier, command)(of(2), self.key, **fields))

    def operator(self, command: str, **fields: Any) -> Legs:
        return self.post(getattr(wallet.house, command)(of(3), self.key, **fields))

    def game(self, command: str, **fields: Any) -> Legs:
        return self.post(getattr(wallet.casino, command)(of(4), self.key, **fields))

    def games(self) -> None:
        self.game("set_profile", provider="acme", unit=10_000, after_win="apply")


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A house whose journal holds when it is left."""
    house = House(folder / "journal")
    yield house
    house.ledger.verify()
    house.ledger.close()
