"""`pyplatform staff` on running servers: the first admin of a tenant comes from here."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pyplatform.apps.cli import app
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.pam.config import KEY_VARIABLE

PASSWORD = "a sentence nobody guesses"


class Command:
    """The command line, with the servers in its environment."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._runner, self._folder = CliRunner(), folder
        self._env = settings.to_env() | {KEY_VARIABLE: "ab" * 32, "PYPLATFORM_PAM_ARGON2_MEMORY_KIB": "19456"}

    def __call__(self, *words: str, password: str = "") -> str:
        """What it prints; raises the error it ends with."""
        arguments = ["staff", words[0], "--data", str(self._folder), *words[1:]]
        result = self._runner.invoke(app, arguments, input=f"{password}\n" if password else "", env=self._env)
        if isinstance(result.exception, PlatformError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def command(settings: Settings, tmp_path: Path) -> Command:
    return Command(settings, tmp_path)


def test_members_are_added_given_roles_and_listed(command: Command) -> None:
    assert command("list", "aurora") == "aurora has no staff yet\n"
    added = command("add", "aurora", "ada", "--role", "admin", "--role", "trader", password=PASSWORD)
    assert added == "added ada, admin, trader\n"
    assert command("add", "aurora", "tom", password=PASSWORD) == "added tom, no role\n"
    assert command("roles", "aurora", "tom", "--role", "settlement") == "tom has settlement\n"
    assert (
        command("password", "aurora", "tom", password="another sentence of his") == "tom has a new password\n"
    )
    listed = command("list", "aurora").splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["name", "roles"],
        ["ada", "admin,"],
        ["tom", "settlement"],
    ]
    assert command("list", "borealis") == "borealis has no staff yet\n"


def test_what_cannot_be_is_told_in_a_sentence(command: Command) -> None:
    with pytest.raises(PlatformError, match="there is no tenant 'nowhere'; known are aurora, borealis"):
        command("list", "nowhere")
    with pytest.raises(PlatformError, match="no member of staff 'nobody'"):
        command("roles", "aurora", "nobody", "--role", "admin")
    with pytest.raises(PlatformError, match="roles are trader, settlement, admin"):
        command("add", "aurora", "ada", "--role", "player", password=PASSWORD)
    with pytest.raises(PlatformError, match="easy to guess"):
        command("add", "aurora", "ada", password="passwordpassword")
    with pytest.raises(PlatformError, match="no password came"):
        command("add", "aurora", "ada")


def test_it_needs_a_platform_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYPLATFORM_POSTGRES_URL", "PYPLATFORM_NATS_URL", "PYPLATFORM_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(PlatformError, match="no platform runs on"):
        Command(Settings(), tmp_path)("list", "aurora")
