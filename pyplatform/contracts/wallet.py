"""The wallet as other domains see it: a port that takes encoded commands, and the names of what it publishes.

Commands are built and replies decoded by `pyplatform._core.wallet`; amounts are integers at the currency's
scale (fiat: 6 decimals), times are nanoseconds since the epoch.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pyplatform._core.wallet import Reply


class WalletPort(Protocol):
    """Where a command is decided and made durable; in process or over the bus, the caller cannot tell."""

    async def submit(self, tenant: str, command: bytes, *, settlement: bool = False) -> Reply:
        """Submit one encoded command; the reply comes after it is durable.

        `settlement` marks bulk work that gives way to players. Raises `Unavailable` when no writer answered in
        time: the outcome is then unknown and the same command must be sent again, never a new one.
        """
        ...


class BulkWalletPort(WalletPort, Protocol):
    """The same, for who settles many bets at once."""

    async def settle(self, tenant: str, commands: Sequence[bytes]) -> list[Reply]:
        """Submit up to 1,024 commands as one frame that gives way to players; replies in order, once durable.

        Raises Unavailable when no writer answered in time: what of the frame was done is then unknown, and the same
        commands must be sent again.
        """
        ...


class LedgerReader(Protocol):
    """One shard's journal itself, for those who rebuild their state from it."""

    async def page(self, after: int, until: int, limit: int = ...) -> list[tuple[int, bytes]]:
        """Sealed batches after seq `after` that end at or before `until`, in order, each with its last seq."""
        ...


def command_subject(shard: str, epoch: int) -> str:
    """Request subject of the writer that holds `shard` under `epoch`."""
    return f"wallet.cmd.{shard}.{epoch}"


def locate_subject(shard: str) -> str:
    """Request subject on which the holder of `shard` answers with its epoch (ASCII decimal)."""
    return f"wallet.where.{shard}"


class ShardState(msgspec.Struct, array_like=True, frozen=True):
    """Where the writer of a shard stands: its epoch, and the last durable batch."""

    shard: str
    epoch: int
    seq: int
    hash: bytes
    state_hash: bytes


def state_subject(shard: str) -> str:
    """Request subject on which the holder of `shard` answers with its `ShardState`."""
    return f"wallet.state.{shard}"


def durable_subject(shard: str) -> str:
    """Subject on which the holder of `shard` announces its `ShardState` as batches become durable (core NATS)."""
    return f"wallet.durable.{shard}"


def free_subject(shard: str) -> str:
    """Subject on which a holder says that it has given back the lease of `shard`; the message is empty."""
    return f"wallet.free.{shard}"


def ledger_stream(shard: str) -> str:
    """JetStream stream that carries the shard's sealed batches, one message a batch."""
    return f"LEDGER_{shard.upper().replace('-', '_')}"


def ledger_subject(shard: str) -> str:
    """The only subject of that stream."""
    return f"ledger.{shard}"


def balance_key(tenant: str, player: str, currency: str) -> str:
    """Valkey hash `{available, held, seq}`: amounts as decimal integers at scale, seq of the last entry."""
    return f"{tenant}:balance:{player}:{currency}"


def balance_position_key(tenant: str) -> str:
    """Valkey hash `{seq, hash}`: up to which batch of the ledger the balances of `tenant` have come."""
    return f"{tenant}:balances:position"
