"""Every golden case through the public Python API, at the tolerance its file states.

`PYPLATFORM_GOLDENS=DIR pytest tests/goldens` runs any folder of files in the same shape; without it, our own copy.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.goldens import inplay_checks, model_checks, odds_checks, settlement_checks, trading_checks
from tests.goldens.odds_checks import Check, unknown

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("PYPLATFORM_GOLDENS", HERE / "data"))

FILES = {
    **odds_checks.FILES,
    **model_checks.FILES,
    **inplay_checks.FILES,
    **settlement_checks.FILES,
    **trading_checks.FILES,
}


def every_check() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem not in FILES:
            yield pytest.param(unknown(path.name), id=path.stem)
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        # Cases may share data; it travels with the file's other common ground.
        meta = content["meta"] | {"data": content.get("data", {})}
        for case in content["cases"]:
            for name, check in FILES[path.stem](case, meta):
                yield pytest.param(check, id=f"{path.stem}-{case['id']}-{name}")


@pytest.mark.parametrize("check", list(every_check()))
def test_golden(check: Check) -> None:
    check()


def test_the_folder_has_goldens_for_everything_built() -> None:
    found = {path.stem for path in FOLDER.glob("*.json")}
    assert found, f"no golden file in {FOLDER}"
    missing = set(FILES) - found
    assert not missing or "PYPLATFORM_GOLDENS" in os.environ
