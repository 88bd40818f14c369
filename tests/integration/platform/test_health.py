"""`pyplatform health`: what it says of roles that work, of roles that do not, and of servers that are away."""

import signal
from pathlib import Path

import pytest

from pyplatform.apps.health import CHECKS, Question, check
from pyplatform.apps.supervisor import STOP_ORDER, Platform
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import load_tenants

TENANTS = load_tenants()


async def test_each_role_is_told_apart_from_one_that_does_not_work(tmp_path: Path) -> None:
    async with Platform(
        tmp_path, STOP_ORDER, arguments={"gateway": ["--port", "0"]}, log_to_files=True
    ) as platform:
        question = Question(platform.settings, TENANTS, platform.gateway_url)
        said = {role: await check(role, question) for role in CHECKS}
        assert said["wallet"] == "leads aurora, borealis"
        assert '"status":"ok"' in said["gateway"]
        for role in ("wallet", "trading", "gateway"):
            platform.kill(role, signal.SIGSTOP)
            with pytest.raises(Unavailable):
                await check(role, question)
            platform.kill(role, signal.SIGCONT)


async def test_a_projection_that_stays_behind_is_told(tmp_path: Path) -> None:
    async with Platform(tmp_path, ("wallet",), log_to_files=True) as platform:
        question = Question(platform.settings, TENANTS, "")
        assert await check("projector", question) == "aurora at 0, borealis at 0"
        from tests.integration.platform.test_traces import deposit  # noqa: PLC0415

        await deposit(platform.settings, TENANTS["aurora"])
        with pytest.raises(Unavailable, match="the balances of aurora stand at 0, the journal at 1"):
            await check("projector", question)
        del msgspec, Redis, balance_position_key, asyncio
