"""Staff on real servers: who may act, what the audit shows of it, and when a session ends."""

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.eventstore import read, tenant_transaction
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.consumers import follow_revocations
from pyplatform.pam.door import Door
from pyplatform.pam.model import Origin, Refused
from pyplatform.pam.service import Accounts
from pyplatform.pam.staff import CONSOLE, OpenedStaff, Staff
from pyplatform.pam.staff_store import Member

ORIGIN = Origin(b"c" * 16, "00-" + "a" * 32 + "-" + "b" * 16 + "-01")
PASSWORD = "a sentence nobody guesses"


@pytest.fixture
def staff(door: Door, bus: Bus, tenants: dict[str, Tenant]) -> Staff:
    return Staff(door, tenants, bus.publish)


async def add(staff: Staff, tenant: str, *roles: str, name: str = "tara") -> Member:
    member = await staff.add(tenant, name, roles, PASSWORD, CONSOLE, ORIGIN)
    assert isinstance(member, Member)
    return member


async def enter(staff: Staff, tenant: str, name: str = "tara") -> OpenedStaff:
    opened = await staff.sign_in(tenant, name, PASSWORD, ORIGIN)
    assert isinstance(opened, OpenedStaff)
    return opened


async def audit(pool: asyncpg.Pool, tenant: str) -> list[tuple[str, str, str, Any]]:
    async with tenant_transaction(pool, tenant) as conn:
        events = await read(conn, tenant, "pam", 0, 1_000)
    return [(e.type, e.aggregate, e.actor, msgspec.msgpack.decode(e.data)) for e in events]


async def test_a_member_signs_in_with_roles_and_out(
    staff: Staff, pool: asyncpg.Pool, ours: str, theirs: str
) -> None:
    member = await add(staff, ours, "trader", "settlement")
    opened = await enter(staff, ours)
    assert opened.token.startswith("staff_")
    session = await staff.resolve(ours, opened.token)
    assert session is not None
    assert (session, session.staff, session.roles) == (
        opened.session,
        member.staff,
        frozenset(("trader", "settlement")),
    )
    assert await staff.resolve(theirs, opened.token) is None
    await staff.sign_out(session, ORIGIN)
    assert await staff.resolve(ours, opened.token) is None
    actor, session_id = session.actor, ids.text(session.session_id)
    assert await audit(pool, ours) == [
        ("staff.added", actor, CONSOLE, {"name": "tara", "roles": ["settlement", "trader"]}),
        ("staff.session_opened", actor, actor, {"session_id": session_id, "roles": ["settlement", "trader"]}),
        ("staff.session_ended", actor, actor, {"session_id": session_id, "reason": "sign-out"}),
    ]


async def test_other_roles_and_another_password_end_the_session(
    staff: Staff, pool: asyncpg.Pool, ours: str
) -> None:
    admin, member = await add(staff, ours, "admin", name="ada"), await add(staff, ours, "trader")
    actor = f"staff:{ids.text(admin.staff)}"
    opened = await enter(staff, ours)
    changed = await staff.set_roles(ours, member.staff, ["settlement"], actor, ORIGIN)
    assert isinstance(changed, Member)
    assert changed.roles == {"settlement"}
    assert await staff.resolve(ours, opened.token) is None
    again = await enter(staff, ours)
    assert again.session.roles == {"settlement"}
    await staff.set_password(ours, member.staff, "another sentence of hers", actor, ORIGIN)
    assert await staff.resolve(ours, again.token) is None
    refused = await staff.sign_in(ours, "tara", PASSWORD, ORIGIN)
    assert isinstance(refused, Refused)
    assert refused.code == "invalid_credentials"
    subject, events = f"staff:{ids.text(member.staff)}", await audit(pool, ours)
    changes = {(kind, by): data for kind, about, by, data in events if about == subject}
    assert changes["staff.roles_changed", actor] == {"before": ["trader"], "after": ["settlement"]}
    assert changes["staff.password_changed", actor] == {}
    assert changes["staff.session_ended", actor]["reason"] == "password changed"
    assert changes["staff.sign_in_failed", subject] == {}


async def test_what_cannot_be_is_refused_by_name(staff: Staff, ours: str) -> None:
    async def code(name: str = "tom", roles: tuple[str, ...] = ("trader",), password: str = PASSWORD) -> str:
        result = await staff.add(ours, name, roles, password, CONSOLE, ORIGIN)
        return result.code if isinstance(result, Refused) else ""

    assert await code() == ""
    assert await code() == "name_taken"
    assert await code("a b") == "name_invalid"
    assert await code("Tom") == "name_invalid"
    assert await code("tim", ("trader", "player")) == "role_unknown"
    assert await code("tim", ("root",)) == "role_unknown"
    assert await code("tim", password="too short") == "password_refused"
    assert await code("tim", password="passwordpassword") == "password_refused"
    assert await code("tim", ()) == ""
    own = (await staff.members(ours))[0]
    for staff_id, actor, expected in (
        (own.staff, f"staff:{ids.text(own.staff)}", "own_roles"),
        (bytes(16), CONSOLE, "unknown_staff"),
    ):
        refused = await staff.set_roles(ours, staff_id, ["admin"], actor, ORIGIN)
        assert isinstance(refused, Refused)
        assert refused.code == expected


async def test_idle_and_old_sessions_end(staff: Staff, pool: asyncpg.Pool, ours: str) -> None:
    await add(staff, ours, "trader")
    for column in ("last_seen = now() - interval '16 minutes'", "expires_at = now() - interval '1 second'"):
        opened = await enter(staff, ours)
        async with tenant_transaction(pool, ours) as conn:
            await conn.execute(f"update pam.staff_session set {column} where ended_at is null")  # noqa: S608
        assert await staff.resolve(ours, opened.token) is None


async def test_sign_ins_at_the_same_time_leave_one_session(staff: Staff, ours: str) -> None:
    await add(staff, ours, "trader")
    opened = await asyncio.gather(*(enter(staff, ours) for _ in range(5)))
    alive = [await staff.resolve(ours, one.token) for one in opened]
    assert sum(session is not None for session in alive) == 1


async def test_a_session_ended_in_one_process_is_dead_in_the_others(
    staff: Staff, door: Door, bus: Bus, settings: Settings, tenants: dict[str, Tenant], ours: str
) -> None:
    member = await add(staff, ours, "trader")
    opened = await enter(staff, ours)
    other_bus = await Bus.connect(settings.nats_url, "other")
    other = Staff(door, tenants, other_bus.publish)
    await follow_revocations(other_bus, Accounts(door, tenants, other_bus.publish), other)
    assert await other.resolve(ours, opened.token) is not None
    await staff.set_roles(ours, member.staff, [], CONSOLE, ORIGIN)
    await bus.flush()
    async with asyncio.timeout(60):
        while await other.resolve(ours, opened.token) is not None:
            await asyncio.sleep(0.005)
    await other_bus.close()


async def test_wrong_guesses_lock_the_name_known_or_not(staff: Staff, ours: str) -> None:
    await add(staff, ours, "trader")
    for name in ("tara", "nobody"):
        codes = []
        for _ in range(6):
            refused = await staff.sign_in(ours, name, "not the password at all", ORIGIN)
            assert isinstance(refused, Refused)
            codes.append((refused.code, refused.retry_after))
        assert codes == [("invalid_credentials", 0)] * 5 + [("too_many_attempts", 900)]
