"""The kill switch of a tenant: generations that rise in its ledger, and who tells whom.

Every bet is decided under a generation, and the wallet refuses those of an older one than is in force. An odd one
halts: no owner of events decides under it. An even one is open. The ledger is the record; the leading wallet raises
the generation, announces it and answers what it is.
"""

from typing import Literal

import msgspec

Order = Literal["halt", "resume", "cut", "read"]
"""halt: refuse every bet until `resume`. cut: refuse the bets decided so far, and take those decided from now on."""


class SwitchOrder(msgspec.Struct, frozen=True):
    """What somebody wants of a tenant's kill switch, who that is and why; `correlation` is 16 bytes."""

    order: Order
    actor: str = ""
    reason: str = ""
    correlation: bytes = bytes(16)


class Generation(msgspec.Struct, frozen=True):
    """The generation in force, durable in the ledger; `error` says why an order was not carried out, "" if it was."""

    tenant: str
    generation: int
    error: str = ""

    @property
    def halted(self) -> bool:
        """Whether bets are refused until somebody resumes."""
        return self.generation % 2 == 1


def switch_subject(tenant: str) -> str:
    """Request subject on which the leading wallet takes a `SwitchOrder` and answers with the `Generation`."""
    return f"wallet.switch.{tenant}"


def generation_subject(tenant: str) -> str:
    """Subject on which every change is announced as a `Generation`, and the one in force by each new leader."""
    return f"wallet.generation.{tenant}"
