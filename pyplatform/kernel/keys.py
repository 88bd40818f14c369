"""Secret keys of a platform that runs on one machine."""

import os
from pathlib import Path
from typing import Final

_KEY_BYTES: Final = 32


def local_key(folder: Path, name: str) -> str:
    """The key `name` of a platform that runs on one machine, in hexadecimal: made once, kept in its data folder."""
    path = folder / f"{name}.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    text = os.urandom(_KEY_BYTES).hex()
    draft = folder / f".{name}.key.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    try:
        os.link(draft, path)  # fails if another process was first, and then its key counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
