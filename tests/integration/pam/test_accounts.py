"""Player accounts on real servers: what is stored where, who sees it, and how sessions begin and end."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.eventstore import read, tenant_transaction
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam import passwords
from pyplatform.pam.consumers import follow_revocations
from pyplatform.pam.door import Door
from pyplatform.pam.model import Application, Origin, Refused
from pyplatform.pam.service import STREAM, Accounts, Opened
from pyplatform.pam.staff import Staff
from pyplatform.projections import ReadModels
from tests.integration.pam.conftest import CHEAP

ORIGIN = Origin(b"c" * 16, "00-" + "a" * 32 + "-" + "b" * 16 + "-01")
PASSWORD = "a sentence nobody guesses"


def application(email: str, currency: str = "EUR") -> Application:
    return Application(
        brand=1, email=email, password=PASSWORD, birth_date=date(1990, 1, 1), country="DE", currency=currency
    )


@pytest.fixture
def accounts(door: Door, bus: Bus, tenants: dict[str, Tenant]) -> Accounts:
    return Accounts(door, tenants, bus.publish)


async def enter(accounts: Accounts, tenant: str, email: str = "ann@example.com") -> Opened:
    opened = await accounts.login(tenant, 1, email, PASSWORD, ORIGIN)
    assert isinstance(opened, Opened)
    return opened


async def register(accounts: Accounts, tenant: str, email: str = "ann@example.com") -> bytes:
    player = await accounts.register(tenant, application(email), ORIGIN)
    assert isinstance(player, bytes)
    return player


async def dump(pool: asyncpg.Pool, tenant: str) -> str:
    """Everything every table of these rooms holds of a tenant."""
    tables = await pool.fetch(
        "select format('%I.%I', table_schema, table_name) as name from information_schema.columns "
        "where table_schema in ('pam', 'eventstore') and column_name = 'tenant'"
    )
    texts = []
    async with tenant_transaction(pool, tenant) as connection:
        for table in tables:
            texts += await connection.fetch(f"select row_to_json(t)::text from {table['name']} t")  # noqa: S608
    return "\n".join(row[0] for row in texts)


async def execute(pool: asyncpg.Pool, tenant: str, statement: str) -> None:
    async with tenant_transaction(pool, tenant) as connection:
        await connection.execute(statement)


async def fetchval(pool: asyncpg.Pool, tenant: str, statement: str) -> Any:
    async with tenant_transaction(pool, tenant) as connection:
        return await connection.fetchval(statement)


async def test_a_player_registers_logs_in_and_out(accounts: Accounts, ours: str) -> None:
    player = await register(accounts, ours)
    opened = await enter(accounts, ours, "ANN+news@example.com")
    session = await accounts.resolve(ours, opened.token)
    assert session is not None
    assert (session, session.player, session.currency) == (opened.session, player, "EUR")
    profile = await accounts.profile(session)
    assert profile is not None
    assert (profile.player, profile.email, profile.status) == (player, "ann@example.com", "active")
    await accounts.logout(session, ORIGIN)
    assert await accounts.resolve(ours, opened.token) is None


async def test_no_personal_data_and_no_secret_lies_open(
    accounts: Accounts, pool: asyncpg.Pool, ours: str
) -> None:
    await register(accounts, ours)
    opened = await enter(accounts, ours)
    await accounts.login(ours, 1, "ann@example.com", "a wrong password", ORIGIN)
    text = await dump(pool, ours)
    assert len(text) > 1000
    for secret in ("ann@", "example.com", "1990-01-01", PASSWORD, opened.token):
        assert secret not in text
        assert secret.encode().hex() not in text


async def test_events_tell_what_happened_with_the_ids_of_the_request(
    accounts: Accounts, pool: asyncpg.Pool, ours: str
) -> None:
    await register(accounts, ours)
    await enter(accounts, ours)
    second = await enter(accounts, ours)
    await accounts.login(ours, 1, "ann@example.com", "a wrong password", ORIGIN)
    await accounts.login(ours, 1, "nobody@example.com", "a wrong password", ORIGIN)
    await accounts.logout(second.session, ORIGIN)
    async with tenant_transaction(pool, ours) as connection:
        events = await read(connection, ours, STREAM, 0, 100)
    assert [event.type for event in events] == [
        "player.registered",
        "session.opened",
        "session.ended",
        "session.opened",
        "login.failed",
        "login.failed",
        "session.ended",
    ]
    assert {event.correlation for event in events} == {ORIGIN.correlation}
    assert {event.traceparent for event in events} == {ORIGIN.traceparent}
    assert events[5].aggregate == "player:unknown"
    assert [msgspec.msgpack.decode(events[n].data).get("reason") for n in (2, 6)] == ["new login", "logout"]


async def test_an_address_is_taken_once_per_tenant(accounts: Accounts, ours: str, theirs: str) -> None:
    tries = [accounts.register(ours, application("ann@example.com"), ORIGIN) for _ in range(5)]
    results = await asyncio.gather(*tries)
    assert sorted(isinstance(result, bytes) for result in results) == [False] * 4 + [True]
    refused = await accounts.register(ours, application("A.nn@example.com".replace(".n", "n")), ORIGIN)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.field) == ("registration_refused", "")
    assert isinstance(await accounts.register(theirs, application("ann@example.com"), ORIGIN), bytes)


async def test_a_tenant_reaches_nothing_of_another(
    accounts: Accounts, pool: asyncpg.Pool, ours: str, theirs: str
) -> None:
    await register(accounts, ours)
    opened = await enter(accounts, ours)
    assert await accounts.resolve(theirs, opened.token) is None
    wrong = await accounts.login(theirs, 1, "ann@example.com", PASSWORD, ORIGIN)
    assert isinstance(wrong, Refused)
    tables = ("player", "vault", "credential", "session", "login_attempt")
    async with tenant_transaction(pool, theirs) as connection:
        for table in tables[:-1]:
            assert await connection.fetchval(f"select count(*) from pam.{table}") == 0  # noqa: S608
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "insert into pam.player (tenant, player, brand, currency, country) "
                "values ($1, gen_random_uuid(), 1, 'EUR', 'DE')",
                ours,
            )
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local role pyplatform_app")
        for table in tables:
            assert await connection.fetchval(f"select count(*) from pam.{table}") == 0  # noqa: S608


async def test_a_new_login_ends_the_old_session(accounts: Accounts, ours: str) -> None:
    await register(accounts, ours)
    first = await enter(accounts, ours)
    assert await accounts.resolve(ours, first.token) is not None
    second = await enter(accounts, ours)
    assert await accounts.resolve(ours, first.token) is None
    assert await accounts.resolve(ours, second.token) == second.session
    racing = await asyncio.gather(*(enter(accounts, ours) for _ in range(4)))
    alive = [await accounts.resolve(ours, opened.token) for opened in racing]
    assert sum(session is not None for session in alive) == 1


async def test_a_session_ended_in_one_process_is_dead_in_the_others(
    accounts: Accounts, door: Door, bus: Bus, settings: Settings, ours: str
) -> None:
    await register(accounts, ours)
    opened = await enter(accounts, ours)
    other_bus = await Bus.connect(settings.nats_url, "other")
    other = Accounts(door, accounts.tenants, other_bus.publish)
    await follow_revocations(other_bus, other, Staff(door, accounts.tenants, other_bus.publish))
    assert await other.resolve(ours, opened.token) is not None
    await accounts.logout(opened.session, ORIGIN)
    await bus.flush()
    async with asyncio.timeout(60):
        while await other.resolve(ours, opened.token) is not None:
            await asyncio.sleep(0.005)
    await other_bus.close()


async def test_idle_and_old_sessions_end(accounts: Accounts, pool: asyncpg.Pool, ours: str) -> None:
    await register(accounts, ours)
    for column in ("last_seen = now() - interval '31 minutes'", "expires_at = now() - interval '1 second'"):
        opened = await enter(accounts, ours)
        await execute(pool, ours, f"update pam.session set {column} where ended_at is null")  # noqa: S608
        assert await accounts.resolve(ours, opened.token) is None


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    accounts: Accounts, ours: str
) -> None:
    await register(accounts, ours)
    clock = asyncio.get_running_loop().time
    times: dict[str, list[float]] = {"ann@example.com": [], "nobody@example.com": []}
    answers = set()
    for _ in range(5):
        for email, spent in times.items():
            begun = clock()
            answer = await accounts.login(ours, 1, email, "not the password at all", ORIGIN)
            spent.append(clock() - begun)
            assert isinstance(answer, Refused)
            answers.add(answer)
    assert len(answers) == 1
    known, unknown = (min(spent) for spent in times.values())
    assert 0.5 < known / unknown < 2
    for email in times:
        locked = await accounts.login(ours, 1, email, PASSWORD, ORIGIN)
        assert isinstance(locked, Refused)
        assert (locked.code, locked.retry_after) == ("too_many_attempts", 900)


async def test_guesses_at_the_same_time_are_counted_too(
    accounts: Accounts, pool: asyncpg.Pool, ours: str
) -> None:
    await register(accounts, ours)
    guesses = [accounts.login(ours, 1, "ann@example.com", f"guess number {n}", ORIGIN) for n in range(12)]
    codes = [result.code for result in await asyncio.gather(*guesses) if isinstance(result, Refused)]
    assert sorted(codes) == ["invalid_credentials"] * 5 + ["too_many_attempts"] * 7
    await execute(pool, ours, "update pam.login_attempt set last_at = now() - interval '16 minutes'")
    await enter(accounts, ours)
    assert await fetchval(pool, ours, "select count(*) from pam.login_attempt") == 0


async def test_a_hash_is_renewed_when_its_cost_was_raised(
    accounts: Accounts, pool: asyncpg.Pool, models: ReadModels, bus: Bus, ours: str
) -> None:
    await register(accounts, ours)
    before = await fetchval(pool, ours, "select phc from pam.credential")
    assert before.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    dearer = msgspec.structs.replace(CHEAP, argon2_time_cost=3)
    door = Door(pool, models, dearer)
    await enter(Accounts(door, accounts.tenants, bus.publish), ours)
    door.close()
    assert (await fetchval(pool, ours, "select phc from pam.credential")).startswith(
        "$argon2id$v=19$m=19456,t=3,p=1$"
    )
    await enter(accounts, ours)


async def test_an_attempt_that_nobody_had_time_for_counts_for_nothing(
    accounts: Accounts, ours: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(accounts, ours)
    with monkeypatch.context() as crowded:
        crowded.setattr(passwords, "MAX_WAITING", 0)
        for _ in range(6):
            with pytest.raises(Unavailable, match="too many passwords"):
                await enter(accounts, ours)
    await enter(accounts, ours)


async def test_a_crowd_at_one_tenant_delays_nobody_at_another(
    accounts: Accounts, ours: str, theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 40)
    await register(accounts, theirs)
    crowd = [
        asyncio.create_task(accounts.login(ours, 1, f"{n}@example.com", PASSWORD, ORIGIN)) for n in range(50)
    ]
    await asyncio.sleep(0.1)
    await enter(accounts, theirs)
    assert sum(not one.done() for one in crowd) >= 20
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(result, Unavailable) for result in results) == 10
    await register(accounts, ours)
