"""The chart of accounts as readers need it, and every move of money as each of its two accounts sees it."""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from pyplatform._core.shard import Entry, chart
from pyplatform.kernel import ids

__all__ = ["ACCOUNTS", "NOBODY", "PURSES", "Account", "Movement", "movements", "owner_text"]

OwnerKind = Literal["house", "player", "provider", "jurisdiction", "jackpot", "grant", "token"]
NOBODY: Final = bytes(16)
"""Owner of the house's accounts."""


class Account(msgspec.Struct, frozen=True, array_like=True):
    """An account of the chart: its number and name, its book, the side it grows on, and whose it is."""

    number: int
    name: str
    book: str
    grows_by_debits: bool
    owner: OwnerKind

    @property
    def is_players(self) -> bool:
        """Whether its money is a player's, be it through a bonus grant or a free bet."""
        return self.owner in ("player", "grant", "token")


ACCOUNTS: Final[dict[int, Account]] = {row[0]: msgspec.convert(row, Account) for row in chart()}
"""The chart by number."""
_NUMBER: Final = {account.name: account.number for account in ACCOUNTS.values()}

PURSES: Final = {
    _NUMBER["PLAYER_REAL"]: "available",
    _NUMBER["PLAYER_BET_HELD"]: "on_bets",
    _NUMBER["PLAYER_WD_PENDING"]: "withdrawing",
    _NUMBER["PLAYER_LOCKED"]: "locked",
    _NUMBER["DORMANT_FUNDS"]: "dormant",
    _NUMBER["PLAYER_DEBT"]: "debt",
    _NUMBER["PLAYER_BONUS"]: "bonus",
    _NUMBER["PLAYER_BONUS_HELD"]: "bonus_on_bets",
    _NUMBER["PLAYER_FREEBET"]: "free_bets",
    _NUMBER["PLAYER_FREEBET_HELD"]: "free_bets_on_bets",
}
"""What the accounts of a player are called to the player, by number; grants, and free bets, are one purse together."""


class Movement(msgspec.Struct, frozen=True):
    """A move of money as one of its two accounts sees it.

    `amount` and `balance` (after it) stand on the account's own side, in units of the currency's scale. `n` counts the
    sides of an entry's moves from 0: each debit and the credit after it are one move. `holder` is the player of a
    player's account, and otherwise the account's owner. `reference` names what it was about, "bet:" and an id for
    example, "" for nothing.
    """

    seq: int
    n: int
    at: int
    kind: str
    brand: int
    jurisdiction: str
    holder: bytes
    account: int
    owner: bytes
    counter: int
    counter_owner: bytes
    currency: str
    amount: int
    balance: int
    reference: str


def movements(entry: Entry) -> Iterator[Movement]:
    """Both sides of every move of an entry, in order; nothing for a refusal, which moves none."""
    moves = entry.moves
    if not moves:
        return
    seq, at, kind, brand, fields = entry.seq, entry.at, entry.kind, entry.brand, entry.fields
    jurisdiction = fields.get("jurisdiction") or ""
    n = 0
    parts = iter(entry.parts)
    left = 0
    for debited, credited, currency, amount, (debit_after, credit_after) in moves:
        while left == 0:
            player, bet, left = next(parts)
            about = reference(fields, bet) or _named_by(debited) or _named_by(credited)
        left -= 1
        for account, counter, change, balance in (
            (debited, credited, amount, debit_after),
            (credited, debited, -amount, credit_after),
        ):
            known = ACCOUNTS[account[0]]
            yield Movement(
                seq,
                n,
                at,
                kind,
                brand,
                jurisdiction,
                player if known.is_players else account[1],
                *account,
                *counter,
                currency,
                change if known.grows_by_debits else -change,
                balance,
                about,
            )
            n += 1


def reference(fields: dict[str, Any], bet: bytes) -> str:
    """What an entry is about, as `kind:name`; "" for nothing that has a name."""
    if bet != NOBODY:
        return f"bet:{ids.text(bet)}"
    for name, kind in (
        ("payment", "payment"),
        ("withdrawal", "withdrawal"),
        ("grant", "bonus"),
        ("token", "free_bet"),
    ):
        # A gift may name the deposit it was given for, which it is not about.
        if fields.get(name) is not None and (name != "payment" or not {"grant", "token"} & fields.keys()):
            return f"{kind}:{ids.text(fields[name])}"
    if provider := fields.get("provider"):
        game = fields.get("bet") or fields.get("round") or fields.get("jackpot") or ""
        return f"game:{provider}:{game}"
    return f"psp:{fields['psp']}" if "psp" in fields else ""


def _named_by(account: tuple[int, bytes]) -> str:
    """The bonus or free bet whose account it is: what a tick ends has no other name."""
    kind = {"grant": "bonus", "token": "free_bet"}.get(ACCOUNTS[account[0]].owner)
    return f"{kind}:{ids.text(account[1])}" if kind else ""


def owner_text(account: int, owner: bytes) -> str:
    """An account's owner as people write it: an id, a name, "" for the house."""
    match ACCOUNTS[account].owner:
        case "house":
            return ""
        case "player" | "grant" | "token":
            return ids.text(owner)
        case _:
            return owner.rstrip(b"\0").decode()
