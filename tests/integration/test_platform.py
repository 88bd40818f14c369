"""The whole platform under its supervisor: addresses that work, deaths that are seen, an end that leaves nothing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pyplatform.apps.cli"]
ROLES = ("wallet", "projector", "snapshots", "trading", "settlement", "gateway")


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PYPLATFORM_")} | {
        "PYTHONPATH": str(ROOT)
    }


class Up:
    """A running `pyplatform up`, its output in a file so that nobody blocks on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder.parent / "up.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "up", "--data", str(folder), "--port", "0"],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
            )
        self.wait_for("Ctrl-C stops everything")

    def wait_for(self, text: str, patience_s: float = 60) -> str:
        deadline = time.monotonic() + patience_s
        while text not in (seen := self.log.read_text()):
            assert self.process.poll() is None, seen
            assert time.monotonic() < deadline, seen
            time.sleep(0.05)
        return next(line for line in seen.splitlines() if text in line)

    def get(self, path: str) -> dict[str, object]:
        url = self.wait_for("HTTP ").split()[1]
        with urllib.request.urlopen(f"{url}{path}", timeout=5) as answer:  # noqa: S310 - ours, on loopback
            result: dict[str, object] = json.load(answer)
        return result

    def family(self) -> list[int]:
        """Pids of the roles: children that serve."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().decode().split("\0")
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                if "serve" in command and parent == str(self.process.pid):
                    found.append(int(entry.name))
        return found

    def pid_of(self, role: str) -> int:
        (pid,) = [
            pid for pid in self.family() if role in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        ]
        return pid

    def servers(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                links = [str(link.readlink()) for link in (entry / "fd").iterdir()]
                if str(self.folder / "postgres.lock") in links:
                    found.append(int(entry.name))
        return found


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path / "data")
    yield running
    if running.process.poll() is None:
        running.process.kill()
    running.process.wait()


def gone(pids: list[int], patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while left := [pid for pid in pids if alive(pid)]:
        assert time.monotonic() < deadline, f"orphans: {left}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_serves_survives_a_dead_wallet_and_ends_on_ctrl_c(up: Up) -> None:
    assert up.get("/health/ready")["status"] == "ok"
    everybody = [*up.family(), *up.servers()]
    assert len(up.family()) == len(ROLES)
    os.kill(wallet := up.pid_of("wallet"), signal.SIGKILL)
    up.wait_for("wallet ended with status -9; starting it again")
    up.wait_for("wallet is back")
    assert up.pid_of("wallet") != wallet
    assert up.get("/health/ready")["status"] == "ok"
    everybody += up.family()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(40) == 0, up.log.read_text()
    gone(everybody, 0)


def test_a_dead_role_that_is_not_restarted_ends_everything_with_one_sentence(up: Up) -> None:
    everybody = [*up.family(), *up.servers()]
    os.kill(up.pid_of("gateway"), signal.SIGKILL)  # on a port of its own choice nobody would find it again
    assert up.process.wait(40) == 1
    assert "error: gateway ended with status -9" in up.log.read_text()
    assert "Traceback" not in up.log.read_text()
    gone(everybody, 0)


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_data_is_usable_at_once(up: Up) -> None:
    everybody = [*up.family(), *up.servers()]
    assert len(everybody) > len(ROLES)
    up.process.kill()
    up.process.wait()
    again = Up(up.folder)
    try:
        gone(everybody)
        assert again.get("/health/ready")["status"] == "ok"
        assert "migrated" not in again.log.read_text()
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(40) == 0
    finally:
        again.process.kill()
        again.process.wait()


def test_a_second_one_on_the_same_folder_is_told_who_has_it(up: Up) -> None:
    second = subprocess.run(
        [*COMMAND, "up", "--data", str(up.folder), "--port", "0"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert f"is in use by process {up.process.pid}: stop it, or choose another with --data" in second.stderr
