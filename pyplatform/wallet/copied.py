"""Proofs that the balances in Valkey and the stream in JetStream are copies of the journal, whole and nothing else."""

from collections.abc import AsyncIterator
from typing import Final, Protocol

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_key, balance_position_key, ledger_stream, ledger_subject
from pyplatform.kernel.ids import text
from pyplatform.projections import Inbox, ReadModels
from pyplatform.wallet.proof import Differences, Proof

BALANCES: Final = "balances equal the read models"
STREAM: Final = "JetStream holds every batch once"
_CHUNK: Final = 1_000
_FETCH: Final = 256


class Balances:
    """The balances of one tenant in Valkey."""

    def __init__(self, models: ReadModels, replayer: core.Replayer, tenant: str) -> None:
        self._models = models
        self._replayer = replayer
        self._tenant = tenant
        self._inbox = Inbox(models, balance_position_key(tenant))

    async def position(self) -> tuple[int, bytes]:
        """Sequence and hash of the last batch applied."""
        found = await self._inbox.position()
        return found.seq, found.hash

    async def prove(self) -> Proof:
        """Compare every balance, both ways: what is missing or wrong, and what nobody has."""
        balances = self._replayer.balances()
        differences = Differences()
        unknown = set(await self._models.keys(balance_key(self._tenant, "*", "*")))
        for start in range(0, len(balances), _CHUNK):
            chunk = balances[start : start + _CHUNK]
            keys = [balance_key(self._tenant, text(player), currency) for player, currency, _, _ in chunk]
            unknown.difference_update(keys)
            for key, (_, _, available, held), found in zip(
                keys, chunk, await self._models.get_many(keys), strict=True
            ):
                for name, right in (("available", available), ("held", held)):
                    read = found.get(name.encode(), b"0").decode("utf-8", "replace")
                    if read != str(right):
                        differences.add(f"{key}: {name} is {read}, the journal says {right}")
        for key in sorted(unknown):
            differences.add(f"{key}: nobody of the journal has this balance")
        return differences.proof(self._tenant, BALANCES, f"{len(balances):,} balances")


class Hashes(Protocol):
    """The record's batches by their hashes."""

    async def hash_at(self, seq: int) -> bytes | None:
        """Hash of the batch that ends at `seq`; None when no batch ends there."""
        ...


class Stream:
    """The stream of one tenant's batches."""

    def __init__(self, bus: Bus, journal: Hashes, tenant: str) -> None:
        self._bus = bus
        self._journal = journal
        self._tenant = tenant

    async def end(self) -> tuple[int, int]:
        """Ledger sequence of the stream's last message, 0 when that is no batch, and the number of messages."""
        js, stream = self._bus.js, ledger_stream(self._tenant)
        try:
            state = (await js.stream_info(stream)).state
            if not state.messages:
                return 0, 0
            last = await js.get_msg(stream, state.last_seq)
        except NotFoundError:
            return 0, 0
        try:
            return core.read_header(last.data or b"").hi, state.messages
        except ValueError:
            return 0, state.messages

    async def prove(self, messages: int, until: int) -> Proof:
        """Compare every message with the journal's batch; the stream may begin late, but must then go on to `until`."""
        differences = Differences()
        first = position = -1
        count = 0
        try:
            async for number, data in self._messages(messages):
                try:
                    header = core.Batch(data).header
                except ValueError as error:
                    differences.add(f"message {number:,} is no batch: {error}")
                    continue
                if await self._journal.hash_at(header.hi) != header.hash:
                    differences.add(f"message {number:,}: its batch up to {header.hi:,} is not the journal's")
                    continue
                if first < 0:
                    first = position = header.lo
                if header.lo > position:
                    differences.add(
                        f"entries {position + 1:,} to {header.lo:,} are missing before message {number:,}"
                    )
                if header.lo < position:
                    differences.add(f"message {number:,}: its batch up to {header.hi:,} comes once more")
                position = max(position, header.hi)
                count += 1
        except TimeoutError:
            differences.add(f"the stream does not deliver all of its {messages:,} messages")
        if max(position, 0) < until:
            differences.add(f"entries {max(position, 0) + 1:,} to {until:,} are missing at the end")
        compared = f"{count:,} messages, one chain from entry {max(first, 0) + 1:,} to {max(position, 0):,}"
        return differences.proof(self._tenant, STREAM, compared)

    async def _messages(self, count: int) -> AsyncIterator[tuple[int, bytes]]:
        if count == 0:
            return
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
            mem_storage=True,
        )
        subscription = await self._bus.js.pull_subscribe(
            ledger_subject(self._tenant), stream=ledger_stream(self._tenant), config=config
        )
        try:
            while count > 0:
                found = await subscription.fetch(min(_FETCH, count), timeout=5)
                count -= len(found)
                for message in found:
                    yield message.metadata.sequence.stream, message.data
        finally:
            await subscription.unsubscribe()
