"""What the README shows is what happens."""

import contextlib
import io
import re
from pathlib import Path

from typer.testing import CliRunner

from pyplatform.apps.cli import app

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_library_example_prints_what_the_readme_says() -> None:
    (found,) = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.DOTALL)
    code, expected = found
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - the example itself
    assert printed.getvalue() == expected


def test_every_command_of_the_readme_exists() -> None:
    commands = set(re.findall(r"\.venv/bin/pyplatform ([a-z]+(?: (?:list|fetch))?)", README))
    assert {"demo", "up", "verify", "migrate", "recordings list"} <= commands
    for command in commands:
        assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0, command
