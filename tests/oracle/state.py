"""What the model remembers: plain dictionaries and objects, and what all rules share."""

from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.oracle.books import CENT, HOUSE, MINUTE_NS, Account, Books, No, floored

Command = dict[str, Any]
Moves = list[tuple[Account, Account, int]]

WINDOWS = {"day": 24 * 60, "week": 7 * 24 * 60, "month": 30 * 24 * 60}


@dataclass
class State:
    """Everything. `things` holds a mutable record for each (kind, id); its `version` counts changes from 1."""

    books: Books = field(default_factory=Books)
    things: dict[tuple[str, Any], SimpleNamespace] = field(default_factory=dict)
    counted: defaultdict[tuple[int, str], list[tuple[int, str, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    at: int = 0
    generation: int = 0

    def find(self, kind: str, name: Any) -> SimpleNamespace | None:
        return self.things.get((kind, name))

    def need(self, kind: str, name: Any, missing: str) -> SimpleNamespace:
        found = self.things.get((kind, name))
        if found is None:
            raise No(missing)
        return found

    def make(self, kind: str, name: Any, **fields: Any) -> SimpleNamespace:
        old = self.things.get((kind, name))
        made = SimpleNamespace(id=name, version=old.version + 1 if old else 1, **fields)
        self.things[kind, name] = made
        return made

    def on(self, name: str, owner: Any, currency: str) -> int:
        return self.books.balances[Account(name, str(owner), currency)]

    def minute(self) -> int:
        return self.at // MINUTE_NS + 1

    def count(self, player: int, currency: str, what: str, amount: int, minute: int | None = None) -> None:
        self.counted[player, currency].append((minute or self.minute(), what, amount))

    def sum(self, player: int, currency: str, what: str, window: str) -> int:
        """A minute counts until all of it has left the window."""
        oldest = self.minute() - WINDOWS[window]
        events = self.counted[player, currency]
        return sum(amount for minute, kind, amount in events if kind == what and minute >= oldest)

    def grants(self, player: int, currency: str, state: str) -> list[SimpleNamespace]:
        """Those in this state, in the order in which they came."""
        found = [
            thing for (kind, _), thing in self.things.items() if kind == "grant" and thing.state == state
        ]
        return [thing for thing in found if (thing.player, thing.currency) == (player, currency)]

    def grant(self, player: int, currency: str) -> SimpleNamespace | None:
        """The active grant."""
        active = self.grants(player, currency, "active")
        return active[0] if active else None

    def waiting(self, player: int, currency: str) -> list[SimpleNamespace]:
        """Grants that wait for the active one to end."""
        return self.grants(player, currency, "queued")

    def policy(self) -> SimpleNamespace:
        unset = SimpleNamespace(
            max_guard_age=0,
            status_required=False,
            session_required=False,
            recover_from_deposits=0,
            recover_from_wins=0,
            guards_until=0,
        )
        return self.things.get(("policy", 0), unset)


def of(name: str, owner: Any, currency: str) -> Account:
    """An account of a player, a provider, a grant …"""
    return Account(name, str(owner), currency)


def house(name: str, currency: str) -> Account:
    """An account of the operator."""
    return Account(name, HOUSE, currency)


def check_amount(amount: int) -> None:
    """Money from or to a bank is more than none, and whole cents."""
    if amount <= 0:
        raise No("amount_not_positive")
    if amount % CENT:
        raise No("amount_not_whole")


def check_player(command: Command, player: int) -> None:
    if command["player"] not in {None, player}:
        raise No("player_mismatch")


def check_version(found: SimpleNamespace, command: Command) -> None:
    if found.version != command["version"]:
        raise No("stale_version")


def recovery(state: State, player: int, currency: str, gets: int, percent: int) -> Moves:
    """A part of what the player gets pays the debt."""
    owed = state.on("PLAYER_DEBT", player, currency)
    pays = min(owed, floored(gets * percent // 100, CENT)) if gets > 0 else 0
    return [(of("PLAYER_REAL", player, currency), of("PLAYER_DEBT", player, currency), pays)]


def take(
    state: State, player: int, currency: str, to: Account, amount: int, coming: int = 0
) -> tuple[Moves, int]:
    """Take what is there, and the rest as a debt; also says how much was there."""
    there = min(state.on("PLAYER_REAL", player, currency) + coming, amount)
    debt = of("PLAYER_DEBT", player, currency)
    return [(of("PLAYER_REAL", player, currency), to, there), (debt, to, amount - there)], there
