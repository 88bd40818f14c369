"""`pyplatform up` killed with everything it runs: the folder is usable at once, and `pyplatform verify` knows a lie."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.embedded import Embedded, running_settings
from pyplatform.kernel.config import Settings
from tests.integration.platform.bettors import Crowd
from tests.integration.platform.conftest import SLUGS, admit
from tests.integration.platform.day import Market, lines
from tests.integration.platform.evidence import everything_is_accounted_for

COMMAND = [sys.executable, "-m", "pyplatform.apps.cli"]
FLIP = """
update ledger.journal set payload = set_byte(payload, length(payload) / 2, get_byte(payload, length(payload) / 2) # 1)
where shard = $1 and seq_hi = (select max(seq_hi) from ledger.journal where shard = $1 and seq_hi < 40)
"""


class Up:
    """A running `pyplatform up`, its output in a file."""

    def __init__(self, folder: Path, day: Path, number: int, seconds: int) -> None:
        self.folder = folder
        self.log = folder.parent / f"up{number}.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "up", "--data", folder, "--port", "0", "--input", day, "--seconds", str(seconds)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **QUICK_ENTRY},
            )
        deadline = time.monotonic() + 60
        while "Ctrl-C stops everything" not in (said := self.log.read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        self.url = next(line.split()[1] for line in said.splitlines() if line.startswith("HTTP "))

    @property
    def settings(self) -> Settings:
        settings = running_settings(self.folder)
        assert settings is not None
        return settings

    def family(self) -> list[int]:
        """Pids of roles and servers: children, and whoever has a lock of the folder open."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                links = [str(link.readlink()) for link in (entry / "fd").iterdir()]
                locks = any(link.startswith(str(self.folder)) and link.endswith(".lock") for link in links)
                if int(entry.name) != self.process.pid and (parent == self.process.pid or locks):
                    found.append(int(entry.name))
        return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def ups(tmp_path: Path) -> Iterator[list[Up]]:
    started: list[Up] = []
    yield started
    for up in started:
        if up.process.poll() is None:
            up.process.kill()
        up.process.wait()


async def verify(folder: Path) -> tuple[int, str]:
    """Exit status and output of `pyplatform verify`."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("verify", "--data", str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200"},
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode()


async def tamper(folder: Path, shard: str) -> None:
    """Flip one bit of a batch behind everybody's back."""
    async with Embedded(folder, outside=Settings()) as servers:
        connection = await asyncpg.connect(servers.postgres_admin_url)
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(FLIP, shard)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only: ALTER TABLE refused"):
            await connection.execute("alter table ledger.journal disable trigger all")
        await connection.execute("set event_triggers = off")
        await connection.execute("alter table ledger.journal disable trigger all")
        assert await connection.execute(FLIP, shard) == "UPDATE 1"
        await connection.execute("alter table ledger.journal enable trigger all")
        await connection.close()


async def test_killed_supervisor(ups: list[Up], tmp_path: Path) -> None:
    market = Market("1.531", delay=1)
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(lines(market)))
    ups.append(Up(tmp_path / "data", day, 1, 600))  # its end is never reached
    crowd = Crowd(lambda: ups[-1].url, [market])
    await admit(crowd, ups[-1].settings, players=8)
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.bet())
        await crowd.more(100)
        everybody = ups[-1].family()
        assert len(everybody) > len(("wallet", "projector", "trading", "gateway"))
        ups[-1].process.kill()
        ups[-1].process.wait()
        ups.append(await asyncio.to_thread(Up, tmp_path / "data", day, 2, 20))
        assert not [pid for pid in everybody if alive(pid)]
        await crowd.more(100)
        crowd.leave()
    await crowd.ask_again()
    await everything_is_accounted_for(ups[-1].settings, SLUGS, crowd.attempts)
    ups[-1].process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(ups[-1].process.wait, 60) == 0
    status, said = await verify(tmp_path / "data")
    assert status == 0, said
    assert "proofs hold" in said
    await tamper(tmp_path / "data", SLUGS[0])
    status, said = await verify(tmp_path / "data")
    assert status == 1
    assert f"BROKEN  {SLUGS[0]}" in said
    assert "the batch does not match its own hash: it was damaged or changed" in said
    assert "Traceback" not in said
