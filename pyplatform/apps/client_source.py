"""Write the generated part of the Python client anew: `python -m pyplatform.apps.client_source [FOLDER]`."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from pyplatform.apidoc.pyclient import sources
from pyplatform.apps.web import describe

FOLDER: Final = Path(__file__).resolve().parents[1] / "client"
DOCUMENTS: Final = ("openapi", "asyncapi")
CONFIG: Final = FOLDER.parents[1] / "pyproject.toml"


def write(folder: Path) -> None:
    """Write every file, sorted and formatted as all our code, and remove those of operations that are gone."""
    openapi, asyncapi = (msgspec.json.decode(msgspec.json.encode(describe(name))) for name in DOCUMENTS)
    files = sources(openapi, asyncapi)
    for part in ("types", "calls"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for found in (folder / part).glob("*.py"):
            if f"{part}/{found.name}" not in files:
                found.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    common = ["--config", str(CONFIG), "--quiet", str(folder / "types"), str(folder / "calls")]
    subprocess.run([*ruff, "check", "--select", "F401,I", "--fix", *common], check=True)
    subprocess.run([*ruff, "format", *common], check=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
