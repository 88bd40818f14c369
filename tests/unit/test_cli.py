"""The command line as a newcomer meets it: helpful help, one plain sentence when something is wrong."""

import sys

import pytest

from pyplatform.apps import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pyplatform", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSTGRES_URL", "NATS_URL", "REDIS_URL", "DEBUG"):
        monkeypatch.delenv(f"PYPLATFORM_{name}", raising=False)


@pytest.mark.parametrize(
    "command", ["demo", "up", "migrate", "recordings", "verify", "version", "serve", "health"]
)
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
