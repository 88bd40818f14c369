"""Commands with a key: applied once, answered the same, whoever carries them out and whatever came in between."""

import asyncio
from datetime import timedelta

from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome
from pyplatform.contracts.sportsbook.trading import Resume, SetMargin, Suspend
from pyplatform.eventstore import tenant_transaction
from pyplatform.sportsbook.desk.keys import FORGOTTEN, KEPT
from tests.integration.sportsbook.conftest import MARKET
from tests.integration.sportsbook.desk.conftest import DeskOwner, NewOwner


def same(one: StaffAnswer, again: StaffAnswer) -> bool:
    told = again.replayed and not one.replayed
    return told and (one.outcome, one.version, one.position) == (again.outcome, again.version, again.position)


async def test_a_command_sent_again_is_applied_once_and_answered_the_same(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        version = (await owner.see()).version
        first = await owner.do("set_margin", SetMargin(MARKET, 700), version, key="k1")
        again = await owner.do("set_margin", SetMargin(MARKET, 700), version, key="k1")
        assert same(first, again)
        assert (await owner.see()).version == version + 1
        unkeyed = await owner.ask("set_margin", SetMargin(MARKET, 800), version)
        assert unkeyed.outcome is StaffOutcome.CONFLICT


async def test_a_suspension_sent_again_late_does_not_undo_the_resumption(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        target = f"market:{MARKET}"
        first = await owner.do("suspend", Suspend(target), key="s")
        await owner.do("resume", Resume(target))
        assert same(first, await owner.do("suspend", Suspend(target), key="s"))
        assert not (await owner.see()).holding
        await owner.do("suspend", Suspend(target))
        held = await owner.do("suspend", Suspend(target), key="held already")
        await owner.do("resume", Resume(target))
        assert same(held, await owner.do("suspend", Suspend(target), key="held already"))
        assert not (await owner.see()).holding


async def test_a_key_is_one_command_of_one_person(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        target = f"market:{MARKET}"
        await owner.do("suspend", Suspend(target), key="k")
        other = await owner.ask("suspend", Suspend("event:e1"), key="k")
        assert (other.outcome, other.code) == (StaffOutcome.CONFLICT, "idempotency_conflict")
        kind = await owner.ask("resume", Resume(target), key="k")
        assert kind.code == "idempotency_conflict"
        theirs = await owner.do("suspend", Suspend("event:e1"), key="k", actor="staff:bob")
        assert not theirs.replayed
        long = await owner.ask("suspend", Suspend(target), key="k" * 65)
        assert (long.code, long.field) == ("malformed", "key")


async def test_a_refusal_changes_nothing_and_is_decided_anew(new_owner: NewOwner) -> None:
    async with new_owner() as owner:
        target = f"market:{MARKET}"
        refused = await owner.ask("resume", Resume(target), key="r")
        assert refused.code == "not_suspended"
        await owner.do("suspend", Suspend(target))
        assert not (await owner.do("resume", Resume(target), key="r")).replayed


async def test_one_key_at_two_owners_at_once_is_one_command(new_owner: NewOwner) -> None:
    async with new_owner() as one, new_owner() as other:
        answers = await asyncio.gather(
            *(owner.do("suspend", Suspend("event:e1"), key="both") for owner in (one, other))
        )
        assert sorted(answer.replayed for answer in answers) == [False, True]
        assert len({answer.position for answer in answers}) == 1


async def aged(owner: DeskOwner, by: timedelta) -> None:
    """Let so much time go by for everything that is kept."""
    async with tenant_transaction(owner.pool, owner.tenant) as connection:
        await connection.execute("update sportsbook.staff_command set at = at - $1::interval", by)


async def kept(owner: DeskOwner) -> set[str]:
    async with tenant_transaction(owner.pool, owner.tenant) as connection:
        return {row["key"] for row in await connection.fetch("select key from sportsbook.staff_command")}


async def test_answers_are_forgotten_after_their_time_and_a_forgotten_key_is_a_new_one(
    new_owner: NewOwner,
) -> None:
    async with new_owner() as owner:
        old = [f"old {number}" for number in range(FORGOTTEN + 4)]
        for number, key in enumerate(old):
            await owner.do("set_margin", SetMargin(MARKET, 600 + number), key=key)
        assert len(await kept(owner)) == len(old)
        await aged(owner, KEPT - timedelta(hours=1))
        late = await owner.do("set_margin", SetMargin(MARKET, 600), key=old[0])
        assert late.replayed, "its time is not over"
        await aged(owner, timedelta(hours=2))
        fresh = await owner.do("set_margin", SetMargin(MARKET, 900), key=old[-1])
        assert not fresh.replayed
        assert await kept(owner) == {*old[FORGOTTEN:]}
        await owner.do("set_margin", SetMargin(MARKET, 901), key="new")
        assert await kept(owner) == {old[-1], "new"}
        assert (await owner.do("set_margin", SetMargin(MARKET, 900), key=old[-1])).replayed


async def test_two_who_forget_at_once_do_not_wait_for_each_other(new_owner: NewOwner) -> None:
    async with new_owner() as one, new_owner() as other:
        for number in range(FORGOTTEN):
            await one.do("suspend", Suspend("event:e1"), key=str(number))
        await aged(one, 2 * KEPT)
        await asyncio.gather(
            one.do("suspend", Suspend("all"), key="new 1"),
            other.do("resume", Resume("event:e1"), key="new 2"),
        )
        assert await kept(one) == {"new 1", "new 2"}
