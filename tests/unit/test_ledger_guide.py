"""The guide to the ledger: its code prints what it says, its script proves its day, its names are explained."""

import ast
import contextlib
import csv
import io
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
TEXT = (GUIDES / "ledger.md").read_text(encoding="utf-8")
EXPLAINED = [
    *(f"_core/{name}.pyi" for name in ("wallet", "cashier", "bonus", "casino", "guards", "house", "ledger")),
    *("core/ledger.py", "core/wallet.py", "core/accounts.py", "core/statements.py", "core/asof.py"),
]


def test_the_code_prints_what_the_guide_says() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == TEXT.count("```python") == 10
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "ledger.md", "exec"), names)  # noqa: S102 - the guide itself
        assert printed.getvalue() == expected


def test_the_script_plays_a_day_that_adds_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    statement = runpy.run_path(str(GUIDES / "ledger.py"))["main"](tmp_path)
    rows = list(csv.DictReader(statement.read_text(encoding="utf-8").splitlines()))
    assert [row["kind"] for row in rows] == ["opening", "deposit", "place_bet", "settle_bet", "closing"]
    assert rows[-1]["available_balance"] == "160.00"
    said = capsys.readouterr().out
    assert "12 answers of before, nothing paid twice" in said
    assert "the same 37 entries: True" in said


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_public_name_is_explained(name: str) -> None:
    tree = ast.parse((ROOT / "pyplatform" / name).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    members = [
        member
        for node in public
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, ast.FunctionDef) and not member.name.startswith("_")
    ]
    silent = [node.name for node in (*public, *members) if not ast.get_docstring(node)]
    assert not silent
