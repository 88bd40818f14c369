"""What operators are told to look for, the program says; what they are told to run, it has."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pyplatform.apps.cli import app

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pyplatform").rglob("*.py"))
DEPLOY = (ROOT / "deploy/README.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs/guides/runbook.md").read_text(encoding="utf-8")


def _first_cells(text: str, heading: str) -> list[str]:
    table = text.partition(heading)[2].split("\n\n")[0]
    return [sign for row in table.splitlines() for sign in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_every_sign_to_watch_for_is_one_the_program_gives() -> None:
    signs = _first_cells(DEPLOY, "| sign | where | means |\n")
    assert len(signs) > 20
    for sign in signs:
        wanted = [part.strip() for part in sign.split("…") if part.strip()]
        for part in wanted:
            assert part.removeprefix("wallet.TENANT.") in SOURCE, sign


def test_every_proof_that_may_break_is_one_that_verify_gives() -> None:
    proofs = _first_cells(RUNBOOK, "| broken | means | do |\n")
    assert len(proofs) > 5
    for proof in proofs:
        assert f'"{proof}"' in SOURCE, proof


@pytest.mark.parametrize("page", ["deploy/README.md", "docs/guides/runbook.md", "docs/guides/failover.md"])
def test_every_command_exists(page: str) -> None:
    groups = "wallet snapshots|wallet|feed|staff"
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = set(re.findall(rf"pyplatform ((?:(?:{groups}) )?[a-z-]+)", text))
    assert commands
    for command in commands:
        done = CliRunner().invoke(app, [*command.split(), "--help"])
        assert done.exit_code == 0, command
