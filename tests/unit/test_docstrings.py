"""What `help()` says of the core is what its stubs say."""

import ast
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pyplatform.core import betting, inplay, models, odds, trading

STUBS = Path(__file__).resolve().parents[2] / "pyplatform" / "_core"


def stub(member: Any) -> ast.FunctionDef | ast.ClassDef:
    """What the stub declares of a member of the extension."""
    name = member.__module__.rpartition(".")[2]
    tree = ast.parse((STUBS / f"{name}.pyi").read_text(encoding="utf-8"))
    declared = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return next(node for node in declared if node.name == member.__name__)


def members(node: ast.ClassDef) -> list[str]:
    """The docstrings of attributes and methods."""
    strings = [
        child.value.value
        for child in node.body[1:]
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    ]
    methods = [ast.get_docstring(child) for child in node.body if isinstance(child, ast.FunctionDef)]
    return [text for text in [*strings, *methods] if isinstance(text, str)]


@pytest.mark.parametrize(
    "module", [odds, betting, trading, models, inplay], ids=lambda module: module.__name__
)
def test_help_says_what_the_stubs_say(module: ModuleType) -> None:
    compiled = [
        member
        for member in (getattr(module, name) for name in module.__all__)
        if inspect.isbuiltin(member)
        or (isinstance(member, type) and member.__module__.startswith("pyplatform._core"))
    ]
    assert compiled
    for member in compiled:
        node = stub(member)
        said = inspect.getdoc(member) or ""
        if isinstance(node, ast.FunctionDef):
            assert said == ast.get_docstring(node), member
            continue
        assert said.startswith(ast.get_docstring(node) or "?"), member
        flat = " ".join(said.split())
        for text in members(node):
            assert " ".join(text.split()) in flat, (member, text)
