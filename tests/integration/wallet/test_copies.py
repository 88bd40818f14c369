"""The stream and the read models are copies: lose or spoil them, and they come back from the journal."""

from contextlib import suppress
from itertools import pairwise
from typing import Any

import nats.js.errors
from nats.js.api import StreamConfig

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_key, balance_position_key, ledger_stream, ledger_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import text
from pyplatform.projections import ReadModels
from pyplatform.wallet.proofs import prove

EURO = 1_000_000


async def _headers(bus: Bus, tenant: str) -> list[core.Header]:
    state = (await bus.js.stream_info(ledger_stream(tenant))).state
    messages = [
        await bus.js.get_msg(ledger_stream(tenant), seq)
        for seq in range(state.first_seq, state.last_seq + 1)
        if state.messages
    ]
    return [core.Batch(message.data or b"").header for message in messages]


def _assert_one_chain(headers: list[core.Header]) -> None:
    for before, after in pairwise(headers):
        assert (after.lo, after.prev_hash) == (before.hi, before.hash)


async def test_a_deleted_stream_is_republished_from_the_journal(
    player: Any, wallet_running: Any, bus: Bus, eventually: Any
) -> None:
    async with wallet_running():
        await player.deposit(100)
        seq = 0
        for _ in range(20):
            seq = (await player.bet()).seq

        async def published() -> bool:
            try:
                headers = await _headers(bus, player.tenant)
            except nats.js.errors.NotFoundError:
                return False
            return bool(headers) and headers[-1].hi == seq

        await eventually(published)
        before = [header.hash for header in await _headers(bus, player.tenant)]
        await bus.js.delete_stream(ledger_stream(player.tenant))
        await eventually(published)  # without a new bet: the outbox looks after its stream
        after = await _headers(bus, player.tenant)
        assert after[0].lo == 0
        assert [header.hash for header in after] == before
        _assert_one_chain(after)


async def test_a_stream_wiped_under_load_loses_nothing_for_its_followers(
    player: Any, wallet_running: Any, copies_running: Any, bus: Bus, settings: Settings
) -> None:
    async with wallet_running(), copies_running():
        await player.deposit(1000)
        for n in range(120):
            await player.bet()
            if n % 40 == 20:
                with suppress(nats.js.errors.NotFoundError):  # still gone from the last time
                    await bus.js.delete_stream(ledger_stream(player.tenant))
        proofs = await prove(settings, [player.tenant])
        assert all(proof.ok for proof in proofs), proofs
        assert await player.balance(settings) == (880 * EURO, 120 * EURO)


async def test_a_stream_that_holds_another_past_is_written_anew(
    player: Any, wallet_running: Any, bus: Bus, settings: Settings
) -> None:
    stream, subject = ledger_stream(player.tenant), ledger_subject(player.tenant)
    await bus.js.add_stream(StreamConfig(name=stream, subjects=[subject]))
    async with wallet_running():
        await player.deposit(1)
    genuine = (await bus.js.get_msg(stream, 1)).data or b""
    forged = genuine.replace(core.read_header(genuine).hash, bytes(32))
    await bus.js.purge_stream(stream)
    await bus.js.publish(subject, forged)
    async with wallet_running():
        await player.deposit(1)
        proofs = {proof.name: proof for proof in await prove(settings, [player.tenant], patience=5)}
        assert proofs["JetStream holds every batch once"].ok, proofs
    headers = await _headers(bus, player.tenant)
    _assert_one_chain(headers)
    assert headers[0].lo == 0


async def test_lost_and_foreign_read_models_are_rebuilt(
    player: Any, wallet_running: Any, copies_running: Any, settings: Settings
) -> None:
    models = ReadModels.connect(settings.redis_url)
    key = balance_key(player.tenant, text(player.id), "EUR")
    position = balance_position_key(player.tenant)
    async with wallet_running():
        async with copies_running():
            await player.deposit(50)
            await player.bet()
            assert all(proof.ok for proof in await prove(settings, [player.tenant]))
            await models.delete([key, position])  # lost while we run
            await player.bet()
            assert all(proof.ok for proof in await prove(settings, [player.tenant]))
        # Another past while we are away: the journal goes further, on another way.
        await models.client.hset(position, mapping={"seq": "2", "hash": bytes(32)})
        await models.client.hset(key, mapping={"available": "1", "seq": "2"})
        async with copies_running():
            assert all(proof.ok for proof in await prove(settings, [player.tenant]))
    await models.close()
    assert await player.balance(settings) == (48 * EURO, 2 * EURO)
