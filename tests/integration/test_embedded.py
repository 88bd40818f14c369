"""The embedded servers as an operator meets them: resume, double start, faults, and no orphan ever."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import nats
import pytest
import redis.asyncio

from pyplatform import embedded
from pyplatform.embedded import Embedded, identity, running, running_settings
from pyplatform.embedded.child import Child
from pyplatform.embedded.server import Site
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError

NO_OUTSIDE = Settings()
SERVERS = ("postgres", "nats", "valkey")


def processes_of(folder: Path) -> list[int]:
    """Pids of all processes that hold a lock of the folder, hence all servers and their workers."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
            if any(link.startswith(str(folder)) for link in links):
                found.append(int(process.name))
    return found


def wait_until_gone(folder: Path, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while left := processes_of(folder):
        assert time.monotonic() < deadline, f"orphans: {left}"
        time.sleep(0.02)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    folder = Path(mkdtemp(prefix="pyplatform-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


async def remember(settings: Settings) -> None:
    connection = await asyncpg.connect(settings.postgres_url)
    await connection.execute("create table memory (word text); insert into memory values ('kept')")
    await connection.close()
    client = await nats.connect(settings.nats_url)
    await client.jetstream().add_stream(name="MEMORY", subjects=["memory"])
    await client.jetstream().publish("memory", b"kept")
    await client.close()
    cache = redis.asyncio.from_url(settings.redis_url)
    await cache.set("memory", "kept")
    await cache.aclose()


async def recall(settings: Settings) -> tuple[object, object, object]:
    connection = await asyncpg.connect(settings.postgres_url)
    word = await connection.fetchval("select word from memory")
    await connection.close()
    client = await nats.connect(settings.nats_url)
    message = await client.jetstream().get_msg("MEMORY", 1)
    await client.close()
    cache = redis.asyncio.from_url(settings.redis_url)
    value = await cache.get("memory")
    await cache.aclose()
    return word, message.data, value


async def test_a_second_start_has_the_data(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=NO_OUTSIDE) as servers:
        await remember(servers.settings)
    assert processes_of(tmp_path) == []
    async with Embedded(tmp_path, outside=NO_OUTSIDE) as servers:
        assert await recall(servers.settings) == ("kept", b"kept", b"kept")


async def test_postgres_is_durable_private_and_not_superuser(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=NO_OUTSIDE) as servers:
        url = servers.settings.postgres_url
        connection = await asyncpg.connect(url)
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "wal_log_hints", "data_checksums"):
            assert await connection.fetchval(f"show {setting}") == "on", setting
        assert await connection.fetchval("show listen_addresses") == "127.0.0.1"
        assert await connection.fetchval("show unix_socket_directories") == ""
        assert not await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
        await connection.close()
        user, _, rest = url.partition("://")[2].partition(":")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://{user}:wrong@{rest.partition('@')[2]}")
        cache = redis.asyncio.from_url(servers.settings.redis_url.replace("//:", "//:x"))
        with pytest.raises(redis.exceptions.AuthenticationError):
            await cache.ping()
        await cache.aclose()


async def test_two_supervisors_on_one_folder_are_refused_in_one_sentence(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=NO_OUTSIDE) as servers:
        with pytest.raises(
            PlatformError, match=f"in use by process {os.getpid()}: stop it, or choose another"
        ):
            async with Embedded(tmp_path, outside=NO_OUTSIDE):
                pass
        assert running_settings(tmp_path) == servers.settings
    assert running_settings(tmp_path) is None


async def test_a_server_that_dies_is_reported(tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []
    async with Embedded(
        tmp_path, outside=NO_OUTSIDE, on_death=lambda name, status, _: heard.append((name, status))
    ) as servers:
        servers.kill("nats")
        failure = await asyncio.wait_for(servers.failure(), 60)
        assert str(failure).startswith("nats ended with status -9; its log says:")
        assert heard == [("nats", -signal.SIGKILL)]
        await servers.restart("nats")
        await (await nats.connect(servers.settings.nats_url)).close()
    assert processes_of(tmp_path) == []


async def test_postgres_killed_during_work_comes_back_with_every_committed_row(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=NO_OUTSIDE, restart=["postgres"]) as servers:
        connection = await asyncpg.connect(servers.settings.postgres_url)
        await connection.execute("create table work (n int)")
        for n in range(20):
            await connection.execute("insert into work values ($1)", n)
        old = servers.pid("postgres")
        servers.kill("postgres")
        while True:
            try:
                again = await asyncpg.connect(servers.settings.postgres_url, timeout=5)
                break
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.02)
        assert await again.fetchval("select count(*) from work") == 20
        assert servers.pid("postgres") != old
        await again.close()
        connection.terminate()


async def test_outside_servers_are_used_instead(tmp_path: Path) -> None:
    outside = Settings(postgres_url="postgresql://elsewhere/db", nats_url="nats://elsewhere", redis_url="")
    async with Embedded(tmp_path, outside=outside) as servers:
        assert servers.names == ["valkey"]
        assert servers.settings.postgres_url == "postgresql://elsewhere/db"
        assert servers.settings.redis_url.startswith("redis://:")


async def test_a_stale_pid_file_that_names_a_living_stranger_does_not_stop_us(tmp_path: Path) -> None:
    async with Embedded(tmp_path, outside=NO_OUTSIDE):
        pass
    stranger = subprocess.Popen(["sleep", "60"])  # noqa: ASYNC220
    try:
        (tmp_path / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}/postgres\n1\n1\n")
        async with Embedded(tmp_path, outside=NO_OUTSIDE) as servers:
            await (await asyncpg.connect(servers.settings.postgres_url)).close()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def start_program(folder: Path, *prefix: str) -> "subprocess.Popen[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYPLATFORM_")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [*prefix, sys.executable, "-m", "pyplatform.embedded", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "ready\n":
            return process
    process.communicate()
    raise AssertionError(f"did not start: {''.join(lines)}")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_orphan_is_left_and_the_next_start_works(tmp_path: Path, number: int) -> None:
    for _ in range(2):
        with start_program(tmp_path) as process:
            assert len(processes_of(tmp_path)) >= len(SERVERS)
            process.send_signal(number)
            if number == signal.SIGKILL:
                # Start again at once: the new supervisor waits for the old servers by itself.
                continue
            assert process.wait(15) == 0
            assert set(processes_of(tmp_path)) <= {process.pid}
    wait_until_gone(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_hands_the_servers_to_an_ordinary_user_where_that_can_reach_them(open_folder: Path) -> None:
    with start_program(open_folder) as process:
        owners = {
            Path(f"/proc/{pid}").stat().st_uid for pid in processes_of(open_folder) if pid != process.pid
        }
        assert owners
        assert 0 not in owners
        process.kill()
        process.wait()
    wait_until_gone(open_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all these tests as one anyway")
def test_a_user_without_powers_runs_them(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    spawn = Path(embedded.__file__).with_name("spawn.py")
    appear = [sys.executable, "-I", "-S", str(spawn), str(os.getpid()), "15", f"namespace:{nobody}"]
    with start_program(tmp_path, *appear) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    wait_until_gone(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_account_that_may_open_any_file_runs_them_where_nothing_else_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a container: root, a folder closed to others, and user namespaces forbidden.
    uid, gid = pwd.getpwnam("nobody")[2:4]
    forbidden = [
        identity.Identity(f"namespace-forbidden:{uid}", 0, 0),
        identity.Identity(f"capable:{uid}:{gid}", uid, gid),
    ]
    monkeypatch.setattr(identity, "_for_root", lambda _: forbidden)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for _ in range(2):
        with running(closed / "data", outside=NO_OUTSIDE) as servers:
            asyncio.run(ping(servers.settings))
            assert {Path(f"/proc/{pid}").stat().st_uid for pid in processes_of(closed)} == {uid}
    assert processes_of(closed) == []


async def ping(settings: Settings) -> None:
    connection = await asyncpg.connect(settings.postgres_url)
    await connection.execute("create table if not exists reached (id int)")
    await connection.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_runs_them_too(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(open_folder.parent, nobody.pw_uid, nobody.pw_gid)
    drop = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    try:
        process = start_program(open_folder, *drop)
    except AssertionError as error:
        if "Permission denied" in str(error):
            pytest.skip("this interpreter is in a folder closed to other users")
        raise
    with process:
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in processes_of(open_folder)} == {nobody.pw_uid}
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    wait_until_gone(open_folder)


def test_a_link_in_a_servers_folder_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("of somebody else")
    (home := tmp_path / "home").mkdir()
    (home / "symbolic").symlink_to(precious)
    (home / "hard").hardlink_to(precious)
    site = Site(home, home / "log", 1, "", identity.Identity("same", os.geteuid(), os.getegid()))
    for name in ("symbolic", "hard", "none"):
        site.write(home / name, "ours")
        assert (home / name).read_text() == "ours"
        assert (home / name).lstat().st_mode == stat.S_IFREG | 0o600
    assert precious.read_text() == "of somebody else"


async def test_a_stop_that_is_cancelled_as_the_child_ends_is_cancelled() -> None:
    child = Child.start([sys.executable, "-c", "pass"])
    stopping = asyncio.create_task(child.stop(0))
    await child.wait()
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
