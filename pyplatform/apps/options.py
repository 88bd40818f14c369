"""Options that several commands take."""

from pathlib import Path
from typing import Annotated, Any

import typer
from platformdirs import user_data_path


def _folder(what: str) -> Any:
    return typer.Option(
        "--data",
        envvar="PYPLATFORM_DATA",
        help=what,
        default_factory=lambda: user_data_path("pyplatform"),
        show_default="the user's data folder",
    )


Data = Annotated[Path, _folder("Folder of the embedded servers' data.")]
Running = Annotated[
    Path,
    _folder("Data folder of a running `pyplatform up`; where none runs, the environment names the servers."),
]
Tenant = Annotated[str, typer.Argument(help="Tenant, such as aurora.")]
