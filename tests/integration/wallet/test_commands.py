"""Commands through the client on real servers: decided once, durable, and repeatable."""

import asyncio
from typing import Any

from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import command_subject, locate_subject
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.time import now_ns
from pyplatform.wallet import LocalWallet
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.writer import Writer

EURO = 1_000_000


async def test_money_is_held_and_comes_back_with_the_result(
    player: Any, wallet_running: Any, copies_running: Any, settings: Settings
) -> None:
    async with wallet_running(), copies_running():
        assert (await player.deposit(20)).status == codec.ACCEPTED
        won, lost, void = [await player.bet(euros=5) for _ in range(3)]
        assert {won.status, lost.status, void.status} == {codec.ACCEPTED}
        refused = await player.bet(euros=6)
        assert (refused.status, refused.name) == (codec.REFUSED, "insufficient_funds")
        evidence = bytes(32)
        closing = [
            codec.settle_bet(player.context, won.object_id, 1, 1, 12 * EURO, evidence),
            codec.settle_bet(player.context, lost.object_id, 1, 1, 0, evidence),
            codec.void_bet(player.context, void.object_id, 1, 1, 300),
        ]
        for command in closing:
            first = await player.wallet.submit(player.tenant, command, settlement=True)
            again = await player.wallet.submit(player.tenant, command, settlement=True)
            assert (first.status, again.seq, again.replayed) == (codec.ACCEPTED, first.seq, True)
        proofs = await prove(settings, [player.tenant])
        assert len(proofs) == 9
        assert all(proof.ok for proof in proofs), proofs
        assert await player.balance(settings) == (22 * EURO, 0)


async def test_a_repeat_gets_the_first_answer_and_a_changed_body_a_conflict(
    player: Any, wallet_running: Any
) -> None:
    async with wallet_running():
        broke = await player.bet("k1")
        await player.deposit(5)
        frozen = await player.bet("k1")
        assert (frozen.status, frozen.name, frozen.replayed) == (codec.REFUSED, "insufficient_funds", True)
        assert frozen.seq == broke.seq
        taken = await player.bet("k2", euros=2)
    async with wallet_running():  # another process life: the keys come out of the journal
        again = await player.bet("k2", euros=2)
        assert (again.status, again.seq, again.replayed) == (codec.ACCEPTED, taken.seq, True)
        assert (again.object_id, again.terms) == (taken.object_id, b"terms")
        for field, reply in {
            "stake": await player.bet("k2", euros=3),
            "slip": await player.bet("k2", euros=2, slip=b"another"),
        }.items():
            assert (reply.status, reply.field) == (codec.CONFLICT, field)


async def test_the_same_attempt_at_the_same_time_makes_one_bet(player: Any, wallet_running: Any) -> None:
    async with wallet_running():
        await player.deposit(5)
        replies = await asyncio.gather(*(player.bet("k") for _ in range(50)))
        assert len({(reply.status, reply.seq, reply.object_id) for reply in replies}) == 1
        assert sum(not reply.replayed for reply in replies) == 1


async def test_a_bet_that_nobody_accepts_in_time_gives_its_stake_back(
    player: Any, wallet_running: Any, copies_running: Any, settings: Settings, eventually: Any
) -> None:
    async with wallet_running(), copies_running():
        await player.deposit(5)
        reply = await player.wallet.submit(player.tenant, player.slip(until=now_ns() + 400_000_000))
        assert reply.status == codec.ACCEPTED

        async def balance_is(available: int, held: int) -> bool:
            return bool(await player.balance(settings) == (available * EURO, held * EURO))

        await eventually(lambda: balance_is(4, 1))
        await eventually(lambda: balance_is(5, 0))
        late = await player.wallet.submit(
            player.tenant, codec.accept_bet(player.context, reply.object_id, reply.version)
        )
        assert late.status == codec.REFUSED


async def test_junk_is_refused_and_stops_nobody(player: Any, wallet_running: Any, bus: Bus) -> None:
    async with wallet_running():
        await player.deposit(5)
        junk = [b"", b"\x00" * 300, player.slip()[:-3], b"\x01other-tenant\x00\x00\x00\x00" + bytes(60)]
        replies = await asyncio.gather(*(player.wallet.submit(player.tenant, command) for command in junk))
        assert {reply.status for reply in replies} == {codec.MALFORMED}
        epoch = int(await bus.request(locate_subject(player.tenant), b""))
        for frame in (b"", b"\x07junk", b"\x01\xff\xff" + bytes(9)):
            assert await bus.request(command_subject(player.tenant, epoch), frame) == bytes(3)
        assert (await player.bet()).status == codec.ACCEPTED


async def test_tenants_do_not_see_each_other(player: Any, wallet_running: Any) -> None:
    async with wallet_running():
        stranger = codec.Context("stranger", 1, player.id, 1, bytes(16))
        command = codec.deposit(stranger, "k", "EUR", EURO, "bank")
        reply = await player.wallet.submit(player.tenant, command)
        assert (reply.status, reply.name) == (codec.MALFORMED, "wrong_tenant")


async def test_the_port_is_the_same_in_one_process(settings: Settings, player: Any) -> None:
    keeper = LeaseKeeper(settings.postgres_url, owner_id())
    writer = Writer(settings.postgres_url, player.tenant, keeper)
    stop = asyncio.Event()
    running = asyncio.create_task(writer.run(stop))
    player.wallet = LocalWallet({player.tenant: writer})
    assert (await player.deposit(5)).status == codec.ACCEPTED
    assert (await player.bet()).status == codec.ACCEPTED
    stop.set()
    await running
    await keeper.close()
