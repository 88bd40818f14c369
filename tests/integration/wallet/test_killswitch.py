"""The kill switch: what the wallet refuses, who hears of it, and what holds over a change of leaders."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform._core import wallet as codec
from pyplatform.apps.switching import switch
from pyplatform.bus import Bus
from pyplatform.contracts.killswitch import Generation, generation_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.ids import uuid7
from pyplatform.kernel.tasks import end
from pyplatform.sportsbook.placement.generations import Generations
from pyplatform.wallet.killswitch import next_generation


@given(st.integers(0, 2**62), st.sampled_from(["halt", "resume", "cut"]))
def test_orders_never_lower_a_generation_and_say_what_they_mean(generation: int, order: Any) -> None:
    after = next_generation(order, generation)
    assert after >= generation
    halted, was_halted = Generation("t", after).halted, Generation("t", generation).halted
    assert halted == {"halt": True, "resume": False, "cut": was_halted}[order]
    assert next_generation(order, after) == (after + 2 if order == "cut" else after), "halt and resume repeat"


def _bet(player: Any, generation: int) -> bytes:
    bet = uuid7()
    return codec.place_bet(
        player.context, bet.hex(), bet, "EUR", 1_000_000, 1, 1, b"slip", 0, b"", 2**63, generation
    )


async def _decided(player: Any, generation: int) -> str:
    reply = await player.wallet.submit(player.tenant, _bet(player, generation))
    return str(reply.name)


@pytest.fixture
def order(settings: Settings, tenant_name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Order as an operator would, against the servers of the environment."""
    tenants = tmp_path / "tenants.toml"
    tenants.write_text(f'[[tenants]]\nslug = "{tenant_name}"\ncurrency = "EUR"\nmargin_bp = 500\n')
    for name, value in msgspec.structs.replace(settings, tenants_file=str(tenants)).to_env().items():
        monkeypatch.setenv(name, value)

    async def give(what: Any) -> Generation:
        return await switch(tmp_path, tenant_name, what, "operator", "a test")

    return give


async def test_halted_bets_are_refused_until_an_owner_hears_of_the_resumption(
    player: Any, wallet_running: Any, bus: Bus, order: Any, eventually: Any
) -> None:
    generation: dict[str, int] = {}
    async with wallet_running():
        await player.deposit(100)
        following = asyncio.create_task(Generations(bus, [player.tenant], generation).run())
        assert await _decided(player, 0) == ""
        assert (await order("halt")).halted
        assert (await order("halt")).generation == 1, "halting twice is halting once"
        assert await _decided(player, generation.get(player.tenant, 0)) == "stale_generation"

        async def halted() -> bool:
            return not generation

        await eventually(halted)  # an owner decides nothing under a halt
        assert await _decided(player, 0) == "stale_generation"
        assert not (await order("resume")).halted
        assert await _decided(player, 0) == "stale_generation", "decided before the halt"

        async def learned() -> bool:
            return generation == {player.tenant: 2}

        await eventually(learned)
        assert await _decided(player, generation[player.tenant]) == ""
        assert (await order("cut")).generation == 4
        assert await _decided(player, 2) == "stale_generation"
        await end([following])


async def test_a_halt_holds_over_a_change_of_leaders_and_late_owners_ask(
    player: Any, wallet_running: Any, bus: Bus, order: Any, eventually: Any
) -> None:
    async with wallet_running():
        await player.deposit(100)
        await order("halt")
    with pytest.raises(PlatformError, match="did not answer"):
        await order("read")
    told: list[Generation] = []

    async def hear(message: Any) -> None:
        told.append(msgspec.msgpack.decode(message.data, type=Generation))

    await bus.subscribe(generation_subject(player.tenant), hear)
    async with wallet_running():
        await player.deposit(1)
        assert (await order("read")).halted

        async def heard() -> bool:
            return bool(told)

        await eventually(heard)
        assert [one.generation for one in told] == [1], "a new leader tells what is in force"
        await order("resume")
        generation: dict[str, int] = {}
        late = asyncio.create_task(Generations(bus, [player.tenant], generation).run())

        async def learned() -> bool:
            return generation == {player.tenant: 2}

        await eventually(learned)
        await end([late])


async def test_orders_at_the_same_time_all_hold(player: Any, wallet_running: Any, order: Any) -> None:
    async with wallet_running():
        await player.deposit(100)
        found = await asyncio.gather(*(order(what) for what in ["cut", "halt", "cut", "halt"]))
        assert (await order("read")).generation == max(one.generation for one in found)
        assert (await order("halt")).halted
