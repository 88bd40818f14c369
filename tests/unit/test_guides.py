"""The guide to odds: its code prints what it says, its pictures are the committed ones."""

import contextlib
import io
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
TEXT = (GUIDES / "odds.md").read_text(encoding="utf-8")


def test_the_code_prints_what_the_guide_says() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == TEXT.count("```python") == 10
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "odds.md", "exec"), names)  # noqa: S102 - the guide itself
        assert printed.getvalue() == expected


def numbers(svg: str) -> tuple[str, list[float]]:
    """A picture as its words and its numbers."""
    number = r"-?\d+\.\d+"
    return re.sub(number, "#", svg), [float(found) for found in re.findall(number, svg)]


def test_the_script_draws_the_committed_pictures(tmp_path: Path) -> None:
    runpy.run_path(str(GUIDES / "odds.py"))["main"](tmp_path)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == sorted(re.findall(r"\((odds-[\w-]+\.svg)\)", TEXT))
    for name in drawn:
        committed = (GUIDES / name).read_text(encoding="utf-8")
        words, found = numbers((tmp_path / name).read_text(encoding="utf-8"))
        expected_words, expected = numbers(committed)
        assert len(committed) < 40_000
        assert words == expected_words, f"run docs/guides/odds.py and look at {name}"
        assert found == pytest.approx(expected, abs=0.01)
