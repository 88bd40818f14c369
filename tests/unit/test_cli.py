"""The command line as a newcomer meets it: helpful help, one plain sentence when something is wrong."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pyplatform.apps import cli
from pyplatform.apps.up import shown


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pyplatform", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSTGRES_URL", "NATS_URL", "REDIS_URL", "DEBUG"):
        monkeypatch.delenv(f"PYPLATFORM_{name}", raising=False)


COMMANDS = "demo drill verify up deposit migrate serve health explain balances api version recordings feed wallet staff"


@pytest.mark.parametrize("command", COMMANDS.split())
def test_help_names_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(monkeypatch, "--help") == 0
    assert command in capsys.readouterr().out
    assert run(monkeypatch, command, "--help") == 0
    assert "Usage" in capsys.readouterr().out


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "version") == 0
    assert capsys.readouterr().out.startswith("pyplatform ")


def test_an_error_is_one_sentence_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "serve", "wallet") == 1
    error = capsys.readouterr().err
    assert error.startswith("error: PYPLATFORM_POSTGRES_URL")
    assert "pyplatform up" in error
    assert len(error.splitlines()) == 1


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PYPLATFORM_DEBUG", "")
    assert run(monkeypatch, "--debug", "serve", "wallet") == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("[oops]")

    monkeypatch.setattr(cli, "app", broken)
    assert run(monkeypatch) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: unexpected RuntimeError: [oops]; run again with `pyplatform --debug")
    assert "Traceback" not in error


@pytest.mark.parametrize("arguments", [("serve", "nothing"), ("up", "--port", "99999"), ("unknown",)])
def test_wrong_usage_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(monkeypatch, *arguments) == 2
    assert "Usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["demo", "up"])
@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "it is empty"), (b"\x89PNG\r\n\x1a\n\0\0", "none of its first lines"), (b"BZh91AY&SY", "cut off")],
)
def test_what_is_no_recording_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
    content: bytes,
    why: str,
) -> None:
    path, data = tmp_path / "input", tmp_path / "data"
    path.write_bytes(content)
    assert run(monkeypatch, command, "--input", str(path), "--data", str(data)) == 1
    error = capsys.readouterr().err
    assert str(path) in error
    assert why in error
    assert len(error.splitlines()) == 1
    assert not data.exists()


def test_a_taken_port_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(monkeypatch, "up", "--port", str(port), "--data", str(tmp_path / "data")) == 1
    assert f"error: port {port} of 127.0.0.1 is in use" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), "there is no platform's data in"),
        (("--from", "5", "--to", "10"), "there is no platform's data in"),
        (("--from", "10", "--to", "5"), "--from 10 is after --to 5"),
    ],
)
def test_nothing_is_not_proven(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    asked: tuple[str, ...],
    told: str,
) -> None:
    assert run(monkeypatch, "verify", "--data", str(tmp_path / "typo"), *asked) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:se:cr@et@db:5432/bets?password=secret", "postgresql://db:5432/bets"),
        ("redis://:secret@valkey:6379/0", "redis://valkey:6379/0"),
        ("nats://nats:4222", "nats://nats:4222"),
    ],
)
def test_up_prints_no_password_of_an_outside_server(url: str, told: str) -> None:
    assert shown(url, ours=False) == told
    assert shown(url, ours=True) == url


def test_a_role_may_open_as_many_files_as_the_machine_allows() -> None:
    program = (
        "import resource as r; from pyplatform.apps.running import allow_open_files\n"
        "hard = min(r.getrlimit(r.RLIMIT_NOFILE)[1], 4_096)\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (256, hard)); allow_open_files()\n"
        "assert r.getrlimit(r.RLIMIT_NOFILE) == (hard, hard)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_documents_of_the_interfaces_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, version in (("openapi", "3.1.0"), ("asyncapi", "3.0.0")):
        monkeypatch.setattr(sys, "argv", ["pyplatform", "api", name])
        with pytest.raises(SystemExit, match="0"):
            cli.main()
        assert json.loads(capsys.readouterr().out)[name] == version
    assert run(monkeypatch, "api", "graphql") == 2
    assert "neither openapi nor asyncapi" in capsys.readouterr().err
