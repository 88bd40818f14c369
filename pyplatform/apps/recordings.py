"""Recordings of real races, fetched from a source distribution by the user's own pip and kept in the user's cache.

The project ships no recording. flumine 3.3.2 (MIT licence), a Betfair trading framework, carries some as test data
in its source distribution; the archive and every file taken from it are pinned by SHA-256.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
from platformdirs import user_cache_path

from pyplatform.kernel.errors import PlatformError

SOURCE = "flumine 3.3.2"
_REQUIREMENT = (
    "flumine==3.3.2 --hash=sha256:9fc64f726c70ab0cd79d22123070ee62e0b4a3d74b01b5c3067d4b3758cfb540\n"
)
_BUILD_BACKEND = "hatchling"
_TIMEOUT = 600.0

Progress = Callable[[str], None]


class Recording(msgspec.Struct, frozen=True):
    """A recorded stream of one market. `messages` are lines, `size` is bytes."""

    name: str
    kind: str
    description: str
    messages: int
    size: int
    sha256: str

    @property
    def market_id(self) -> str:
        """Betfair's id of the market, such as 1.170258213."""
        return self.name.partition("-")[2]


RECORDINGS = (
    Recording(
        "PRO-1.170258213",
        "WIN",
        "a race with full ladders every 50 ms, from Betfair's historical data",
        22_367,
        5_995_014,
        "46580b5dd1a68cd60b96b6b61dad8a783c2c2e6f37650d08565aaae311874c48",
    ),
    Recording(
        "SELF-1.181223994",
        "WIN",
        "a race recorded from the live stream",
        44_687,
        9_510_086,
        "246ba7026bcf7f3f13f2623818d8cf97e3d574f8b3590a860899531d0b7ba76e",
    ),
    Recording(
        "SELF-1.181223995",
        "PLACE",
        "the place market of the same race",
        21_922,
        4_022_415,
        "93126c3a9e45e43730a35d3b4cf9b25e3e5b727791b24dab5934c7184b66f7f3",
    ),
    Recording(
        "BASIC-1.132153978",
        "WIN",
        "a race with last traded prices once a minute, from Betfair's historical data",
        480,
        101_027,
        "88a4485a4d33c704b0e189b7cf4e75dbaef39de315dc4194c24ef8f600d72f7d",
    ),
)

RACE_DAY = ("PRO-1.170258213", "SELF-1.181223994", "SELF-1.181223995")
"""What the demo plays: two races, of one of them the place market too."""


def race_day(progress: Progress = lambda _: None) -> tuple[Path, ...]:
    """Files of `RACE_DAY`, fetched first if need be; raises what `fetch` raises."""
    fetch(progress)
    return tuple(locate(name) for name in RACE_DAY)


def kept_race_day() -> tuple[Path, ...]:
    """Files of `RACE_DAY` that are there already; nothing is fetched."""
    kept = {recording.name: path for recording, path in list_recordings()}
    return tuple(path for name in RACE_DAY if (path := kept[name]) is not None)


def folder() -> Path:
    """Where recordings are kept, in the user's cache; it need not exist yet."""
    return user_cache_path("pyplatform") / "recordings"


def list_recordings() -> list[tuple[Recording, Path | None]]:
    """All recordings known, each with its file; None where it is not there or its content is not the pinned one."""
    return [(recording, _kept(recording)) for recording in RECORDINGS]


def locate(name: str) -> Path:
    """File of a recording, its content checked; raises PlatformError if the name is unknown or it is not there."""
    recording = next((known for known in RECORDINGS if known.name == name), None)
    if recording is None:
        names = ", ".join(known.name for known in RECORDINGS)
        raise PlatformError(f"there is no recording {name!r}; known are {names}")
    path = _kept(recording)
    if path is None:
        raise PlatformError(f"recording {name} is not in the cache: run `pyplatform recordings fetch`")
    return path


def fetch(progress: Progress = lambda _: None) -> list[Recording]:
    """Bring every recording into the cache and answer them; what is there and sound is not fetched again.

    Asks the package index that the user's pip is configured for, once, for one archive of 3.3 MB. Raises
    PlatformError in one sentence if pip cannot get it or gets something else than what is pinned.
    """
    missing = [recording for recording in RECORDINGS if _kept(recording) is None]
    if not missing:
        progress(f"all {len(RECORDINGS)} recordings are in {folder()}")
        return list(RECORDINGS)
    progress(f"asking pip for the source distribution of {SOURCE} (3.3 MB)")
    try:
        folder().mkdir(parents=True, exist_ok=True)
        # Beside the cache, so that files move into it in one step.
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder()) as name:
            resources = _unpacked(Path(name))
            for recording in missing:
                _keep(recording, resources / recording.name)
                progress(f"{recording.name}: {recording.messages:,} messages")
    except OSError as error:
        raise PlatformError(f"cannot write to the cache {folder()}: {error.strerror or error}") from error
    return list(RECORDINGS)


def _kept(recording: Recording) -> Path | None:
    path = folder() / recording.name
    try:
        return path if _hash(path) == recording.sha256 else None
    except OSError:
        return None


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _keep(recording: Recording, source: Path) -> None:
    if not source.is_file() or _hash(source) != recording.sha256:
        raise PlatformError(
            f"{recording.name} in {SOURCE} is not the pinned recording and was not kept: "
            "see which package index pip is configured for (`pip config list`)"
        )
    source.replace(folder() / recording.name)


def _unpacked(staging: Path) -> Path:
    """Have pip download, check and unpack the archive; answers its folder of recordings.

    `pip download` would go on to build the package's metadata: with a build backend that refuses, it stops before
    it installs or runs anything, and leaves what it unpacked.
    """
    requirement = staging / "requirement.txt"
    requirement.write_text(_REQUIREMENT)
    shadow = staging / "shadow"
    shadow.mkdir()
    (shadow / f"{_BUILD_BACKEND}.py").write_text("raise ImportError('nothing is to be built')\n")
    python_path = os.pathsep.join(filter(None, (str(shadow), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    command += ["--no-build-isolation", "--no-clean", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--dest", str(staging / "archive"), "--requirement", str(requirement)]
    environment = os.environ | {"TMPDIR": str(staging), "PYTHONPATH": python_path}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PlatformError(
            f"pip did not get {SOURCE} within {_TIMEOUT:.0f} s: check the network and try again"
        ) from error
    resources = next(staging.glob("pip-download-*/flumine*/tests/resources"), None)
    if resources is None:
        raise PlatformError(_why(done.stdout + done.stderr))
    return resources


def _why(output: str) -> str:
    if "No module named pip" in output:
        return f"this Python has no pip to fetch {SOURCE} with: run `{sys.executable} -m ensurepip`"
    if "DO NOT MATCH THE HASHES" in output:
        return (
            f"the package index gave another archive for {SOURCE} than the pinned one and nothing was kept: "
            "see which index pip is configured for (`pip config list`)"
        )
    errors = [line for line in output.splitlines() if line.lower().startswith("error:")]
    last = (errors or output.strip().splitlines() or ["it said nothing"])[-1]
    return f"pip could not get {SOURCE} ({last.strip()}): check the network and `pip config list`, then try again"
