"""The kernel's own record that nothing is answered before its sync: kill -9 cannot show it, a trace can."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.wallet.store import Journal, Outcome

ANSWERS = 40
_CALL = re.compile(r"^(?P<pid>\d+) +[\d:.]+ (?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +[\d:.]+ <\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_ONE_ROW = r'"2\0\0\0\4D'
"""How strace writes the beginning of an answer with a row: bound, one row of data."""


def _may_trace(tmp_path: Path) -> str:
    """Why nothing can be traced here; "" if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (Debian: apt-get install strace)"
    done = subprocess.run(
        ["strace", "-o", str(tmp_path / "probe"), "true"], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else f"strace may not trace here: {done.stderr.strip()[-200:]}"


@pytest.fixture
def strace(tmp_path: Path) -> Callable[..., list[str]]:
    """The options of a trace of these system calls into a file, with the descriptors' paths."""
    if reason := _may_trace(tmp_path):
        pytest.skip(reason)

    def options(file: Path, *calls: str) -> list[str]:
        return ["strace", "-f", "-y", "-tt", "-s", "200", "-e", f"trace={','.join(calls)}", "-o", str(file)]

    return options


class Done:
    """A system call that has returned, in the order in which calls returned."""

    def __init__(self, name: str, arguments: str) -> None:
        self.name, self.arguments = name, arguments

    @property
    def succeeded(self) -> bool:
        return not re.search(r"= -1 ", self.arguments)


def _begun_and_done(trace: Path) -> Iterator[tuple[str, Done]]:
    """(`begin` or `done`, call) line by line; a call that was not interrupted begins and is done at once."""
    unfinished: dict[tuple[str, str], str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        if match := _RESUMED.match(line):
            begun = unfinished.pop((match["pid"], match["name"]), "")
            yield "done", Done(match["name"], begun + match["rest"])
        elif match := _CALL.match(line):
            if match["rest"].endswith("<unfinished ...>"):
                unfinished[match["pid"], match["name"]] = match["rest"]
                yield "begin", Done(match["name"], match["rest"])
            else:
                yield "begin", Done(match["name"], match["rest"])
                yield "done", Done(match["name"], match["rest"])


_LEDGER = """
import sys
from pyplatform.core import wallet
from pyplatform.core.ledger import Ledger
context = wallet.Context("aurora", 1, bytes(15) + b"1", 2, bytes(16))
with Ledger(sys.argv[1], "aurora") as ledger:
    for n in range(int(sys.argv[2])):
        ledger.submit(wallet.deposit(context, f"d{n}", "EUR", 1_000_000, "bank"))
        print(f"answer {n}", flush=True)
"""


def test_a_ledger_in_a_file_answers_after_fdatasync(tmp_path: Path, strace: Callable[..., list[str]]) -> None:
    trace, journal = tmp_path / "trace", tmp_path / "aurora.journal"
    options = strace(trace, "write", "pwrite64", "pwritev", "writev", "fdatasync", "fsync")
    command = [*options, sys.executable, "-c", _LEDGER, str(journal), str(ANSWERS)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    unsynced, answers = True, 0
    for moment, call in _begun_and_done(trace):
        if str(journal) in call.arguments and "write" in call.name and moment == "begin":
            unsynced = True
        elif str(journal) in call.arguments and "sync" in call.name and moment == "done":
            unsynced = unsynced and not call.succeeded
        elif '"answer ' in call.arguments and moment == "begin":
            assert not unsynced, f"answer {answers} was given before its sync"
            answers += 1
            unsynced = True  # the next answer needs a sync of its own
    assert answers == ANSWERS


def _attached(pids: list[int], options: list[str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [*options, *(part for pid in pids for part in ("-p", str(pid)))], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for _ in pids:
        line = process.stderr.readline()
        if "attached" not in line:
            process.kill()
            pytest.skip(f"strace may not attach to Postgres here: {line.strip()}")
    return process


def _ended(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate()


async def test_postgres_answers_an_append_after_its_log_is_synced(
    settings: Settings, tenant_name: str, tmp_path: Path, strace: Callable[..., list[str]]
) -> None:
    """The journal's own backend and the writer of the log, traced while batches are appended."""
    journal = Journal(settings.postgres_url, tenant_name)
    await journal.open()
    keeper = LeaseKeeper(settings.postgres_url, owner_id(), ttl=60)
    lease = await keeper.take(tenant_name)
    assert lease is not None
    conn = await asyncpg.connect(settings.postgres_url)
    assert await conn.fetchval("SHOW wal_sync_method") == "fdatasync"
    pids = await conn.fetch(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter' OR query LIKE '%ledger.journal%' "
        "AND pid <> pg_backend_pid() AND datname = current_database()"
    )
    trace = tmp_path / "trace"
    calls = ("pwrite64", "pwritev", "fdatasync", "fsync", "sendto", "recvfrom")
    tracing = await asyncio.to_thread(_attached, [row["pid"] for row in pids], strace(trace, *calls))
    for n in range(ANSWERS):
        outcome = await journal.append(lease.epoch, n, n + 1, bytes(32), os.urandom(32), os.urandom(600))
        assert outcome is Outcome.COMMITTED
    await asyncio.to_thread(_ended, tracing)
    await conn.close()
    journal.close()
    await keeper.close()

    synced, unsynced, answers = 0, 0, 0
    for moment, call in _begun_and_done(trace):
        if "/pg_wal/" in call.arguments:
            if "write" in call.name and moment == "begin":
                unsynced += 1
            elif "sync" in call.name and moment == "done" and call.succeeded:
                synced, unsynced = synced + 1, 0
        elif call.name == "sendto" and _ONE_ROW in call.arguments and moment == "begin":
            assert unsynced == 0, f"answer {answers} left while the log was not on disk"
            assert synced > answers, f"answer {answers} has no sync of its own"
            answers += 1
    assert answers == ANSWERS
