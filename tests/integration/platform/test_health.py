"""`pyplatform health`: what it says of roles that work and of roles that do not."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from pyplatform.apps.cashier import pay_in
from pyplatform.apps.health import CHECKS, Question, check
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.processes import role_of
from pyplatform.apps.proofs import verify
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.wallet.client import WalletClient
from tests.integration.platform.day import Market, lines

TENANTS = load_tenants()


async def test_a_role_that_works_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(lines(Market("1.561"))))
    feeds = feed_roles(feeds_of([day]), 1.0)
    arguments = {"gateway": ["--port", "0"], **feeds}
    async with Platform(
        tmp_path / "data", (*ONE_OF_EACH, *feeds), arguments=arguments, log_to_files=True
    ) as platform:
        question = Question(platform.settings, TENANTS, platform.gateway_url)
        said = {role: await check(role, question) for role in CHECKS}
        assert said["wallet"] == "leads aurora, borealis"
        assert said["projector"] == "aurora at 0, borealis at 0"
        assert '"status":"ok"' in said["gateway"]
        assert said["feed"].startswith("betfair is up: ")
        for name in ("gateway", "trading", "wallet", *feeds):
            platform.kill(name, signal.SIGSTOP)
            with pytest.raises(Unavailable):
                await check(role_of(name), question)
            platform.kill(name, signal.SIGCONT)


async def test_a_projection_that_stays_behind_is_told(tmp_path: Path) -> None:
    async with Platform(tmp_path, ("wallet",), log_to_files=True) as platform:
        bus = await Bus.connect(platform.settings.nats_url, "cashier")
        await pay_in(WalletClient(bus), TENANTS["aurora"], ids.uuid7(), "5.00", "first")
        await bus.close()
        with pytest.raises(Unavailable, match="balances of aurora stand at 0, the journal at 1"):
            await check("projector", Question(platform.settings, TENANTS, ""))


async def test_a_platform_on_the_servers_of_the_environment_is_proved_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Platform(tmp_path / "data", ("wallet", "projector"), log_to_files=True) as platform:
        for name, value in platform.settings.to_env().items():
            monkeypatch.setenv(name, value)
        said: list[str] = []
        proofs = await verify(tmp_path / "elsewhere", said.append)
        assert {proof.tenant for proof in proofs} == set(TENANTS)
        assert all(proof.ok for proof in proofs), proofs
        assert not said
        assert not (tmp_path / "elsewhere").exists()


async def test_commands_find_the_platform_of_a_folder_and_verify_names_what_somebody_changed(
    tmp_path: Path,
) -> None:
    async def run(*arguments: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pyplatform.apps.cli", *arguments, "--data", str(tmp_path / "data")),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "200"},
        )
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, output.decode()

    async with Platform(tmp_path / "data", ("wallet", "projector"), log_to_files=True) as platform:
        bus = await Bus.connect(platform.settings.nats_url, "cashier")
        for amount in ("10.00", "20.00"):
            await pay_in(WalletClient(bus), TENANTS["aurora"], ids.uuid7(), amount, ids.text(ids.uuid7()))
        await bus.close()
        assert (await run("verify"))[0] == 0
        assert await run("health", "wallet") == (0, "leads aurora, borealis\n")
        connection = await asyncpg.connect(platform.settings.postgres_url)
        await connection.execute("alter table ledger.entry no force row level security")
        await connection.execute(
            "update ledger.entry set amount = amount + 1, balance = balance + 1 where seq = 2"
        )
        await connection.close()
        status, said = await run("verify")
    assert status == 1
    assert said.count("BROKEN") == 2
    for n, account in ((0, "PSP_CLEARING manual"), (1, "PLAYER_REAL of player")):
        assert f"entry 2, side {n}: amount is 20000001, the journal says 20000000" in said
        assert account in said


def test_a_failed_check_is_one_sentence_without_the_password_of_an_address() -> None:
    env = os.environ | {
        "PYPLATFORM_POSTGRES_URL": "postgres://u:secret@127.0.0.1:1/x",
        "PYPLATFORM_NATS_URL": "nats://u:secret@127.0.0.1:1",
        "PYPLATFORM_REDIS_URL": "redis://:secret@127.0.0.1:1/0",
    }
    for role in CHECKS:
        arguments = ["health", role, "--url", "http://127.0.0.1:1"]
        ended = subprocess.run(
            [sys.executable, "-m", "pyplatform.apps.cli", *arguments],
            capture_output=True,
            text=True,
            env=env,
            timeout=30,
            check=False,
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith("error: ")
        assert len(ended.stderr.splitlines()) == 1
        assert "secret" not in ended.stdout + ended.stderr
