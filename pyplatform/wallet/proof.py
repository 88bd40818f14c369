"""One proven or broken statement about a ledger."""

from collections.abc import Sequence
from typing import Final

import msgspec

MOST: Final = 1_000
"""Differences named one by one; a copy that is another ledger's would name millions."""


class Proof(msgspec.Struct, frozen=True):
    """One statement about one tenant, whether it holds, and in words what was compared.

    `differences` names each thing that is not as it should be, `more` counts those beyond the first thousand.
    """

    tenant: str
    name: str
    ok: bool
    detail: str
    differences: tuple[str, ...] = ()
    more: int = 0


class Differences:
    """Collects what differs between a copy and the record."""

    def __init__(self) -> None:
        self._named: list[str] = []
        self.count = 0

    def add(self, difference: str) -> None:
        """One more."""
        self.count += 1
        if len(self._named) < MOST:
            self._named.append(difference)

    def proof(self, tenant: str, name: str, compared: str) -> Proof:
        """The statement that nothing differs in what was `compared`."""
        return proof(tenant, name, compared, self._named, self.count - len(self._named))


def proof(tenant: str, name: str, compared: str, differences: Sequence[str], more: int = 0) -> Proof:
    """A proof that holds when there are no differences, and otherwise names them."""
    if not differences:
        return Proof(tenant, name, True, compared)
    count = len(differences) + more
    detail = differences[0] if count == 1 else f"{count:,} differences, the first: {differences[0]}"
    return Proof(tenant, name, False, detail, tuple(differences), more)
