"""Statements: what a player had, every move with the balance after it, what the player has; as JSON or CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import msgspec

from pyplatform._core import money
from pyplatform.core.accounts import PURSES, Movement
from pyplatform.core.words import line_words
from pyplatform.kernel.time import Moment

__all__ = ["Line", "Statement", "Total", "as_csv", "build", "purses_of"]

Purses = dict[str, str]
"""Amounts as decimal text by purse (see `core.accounts.PURSES`); what is not named is zero."""
Balances = Mapping[tuple[int, bytes], int]
"""Balances by (number, owner) of an account, on its own side."""
NAMES: Final = tuple(PURSES.values())


class Line(msgspec.Struct, frozen=True):
    """One entry of the ledger that moved the player's money.

    `changes` are what each purse gained or lost, `balances` what is in all of them after it. `reference` names what
    it was about, "bet:" and its id for example.
    """

    seq: int
    at: Moment
    kind: str
    text: str
    reference: str
    changes: Purses
    balances: Purses


class Total(msgspec.Struct, frozen=True):
    """How many lines of a kind there are and what they changed together."""

    kind: str
    lines: int
    changes: Purses


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A player's money in one currency, from entry `after_seq` (exclusive) to `as_of_seq`.

    For every purse: opening + the changes of all lines = closing, and that is the ledger's balance at `as_of_seq`.
    The ledger was read up to `ledger_seq`; with `more`, further lines follow `as_of_seq`.
    """

    tenant: str
    player: str
    currency: str
    after_seq: int
    as_of_seq: int
    opening: Purses
    lines: list[Line]
    closing: Purses
    totals: list[Total]
    ledger_seq: int
    more: bool = False


def purses_of(balances: Balances) -> dict[str, int]:
    """What is in each purse, of the balances of a player's accounts."""
    found: dict[str, int] = {}
    for (number, _), balance in balances.items():
        found[PURSES[number]] = found.get(PURSES[number], 0) + balance
    return found


def shown(amounts: Mapping[str, int], currency: str) -> Purses:
    """Amounts as text, in the order of the chart, without the zeros."""
    return {name: money.format(amounts[name], currency) for name in NAMES if amounts.get(name)}


def lines_of(opening: Mapping[str, int], moves: Iterable[Movement]) -> Iterable[tuple[Line, dict[str, int]]]:
    """A line for each entry, with its changes as numbers; `moves` are one player's and currency's, in order."""
    standing = dict(opening)
    for seq, group in groupby(moves, key=lambda move: move.seq):
        of_entry = list(group)
        changes: dict[str, int] = {}
        for move in of_entry:
            purse = PURSES[move.account]
            changes[purse] = changes.get(purse, 0) + move.amount
            standing[purse] = standing.get(purse, 0) + move.amount
        first = of_entry[0]
        at = datetime.fromtimestamp(first.at / 1e9, UTC)
        words = line_words(first.kind, changes)
        reference = next((move.reference for move in of_entry if move.reference), "")
        yield (
            Line(
                seq,
                at,
                first.kind,
                words,
                reference,
                shown(changes, first.currency),
                shown(standing, first.currency),
            ),
            changes,
        )


def build(
    tenant: str,
    player: str,
    currency: str,
    opening: Mapping[str, int],
    moves: Iterable[Movement],
    *,
    after_seq: int,
    ledger_seq: int,
    more: bool = False,
) -> Statement:
    """The statement of one player and currency over `moves`, which follow entry `after_seq` in order."""
    lines: list[Line] = []
    closing = dict(opening)
    totals: dict[str, tuple[int, dict[str, int]]] = {}
    for line, changes in lines_of(opening, moves):
        lines.append(line)
        count, sums = totals.get(line.kind, (0, {}))
        for purse, change in changes.items():
            closing[purse] = closing.get(purse, 0) + change
            sums[purse] = sums.get(purse, 0) + change
        totals[line.kind] = (count + 1, sums)
    return Statement(
        tenant=tenant,
        player=player,
        currency=currency,
        after_seq=after_seq,
        as_of_seq=lines[-1].seq if lines else after_seq,
        opening=shown(opening, currency),
        lines=lines,
        closing=shown(closing, currency),
        totals=[Total(kind, count, shown(sums, currency)) for kind, (count, sums) in sorted(totals.items())],
        ledger_seq=ledger_seq,
        more=more,
    )


def as_csv(statement: Statement) -> str:
    """The statement as CSV (RFC 4180): an opening row, a row a line, a closing row; two columns a purse in use."""
    used = [
        name
        for name in NAMES
        if name == "available"
        or name in statement.opening
        or any(name in line.changes for line in statement.lines)
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    columns = [column for name in used for column in (name, f"{name}_balance")]
    writer.writerow(["seq", "time", "kind", "text", "reference", "currency", *columns])
    zero = money.format(0, statement.currency)

    def row(head: list[str], changes: Purses, balances: Purses) -> None:
        amounts = [cell for name in used for cell in (changes.get(name, ""), balances.get(name, zero))]
        writer.writerow([*head, statement.currency, *amounts])

    row([str(statement.after_seq), "", "opening", "Opening balance", ""], {}, statement.opening)
    for line in statement.lines:
        row(
            [str(line.seq), line.at.isoformat(), line.kind, line.text, line.reference],
            line.changes,
            line.balances,
        )
    row([str(statement.as_of_seq), "", "closing", "Closing balance", ""], {}, statement.closing)
    return out.getvalue()
