"""Signed anchors: what the ledger said at an hour, kept where the database cannot reach it.

The chain of hashes shows any change to those who know its end. An anchor is such an end, signed (Ed25519), with the
totals of every book, written once into a folder that should lie on write-once or object-locked storage. Each anchor
names the hash of the one before, so none can be left out. Whoever could rewrite the whole journal, hashes and all,
would have to rewrite these as well.
"""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pyplatform._core import shard as core
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.keys import local_key

FOLDER_VARIABLE: Final = "PYPLATFORM_ANCHORS"
KEY_VARIABLE: Final = "PYPLATFORM_ANCHOR_KEY"
EVERY_VARIABLE: Final = "PYPLATFORM_ANCHOR_EVERY"
_KEY_BYTES: Final = 32


class Book(msgspec.Struct, frozen=True):
    """Totals of one book in one currency, in units of the currency's scale, as decimal strings."""

    book: str
    currency: str
    debit: str
    credit: str


class Anchor(msgspec.Struct, frozen=True):
    """The end of a tenant's ledger at some time; hashes in hexadecimal, `at` in nanoseconds since the epoch.

    `previous` is the SHA-256 of the file of the anchor before, "" for the first.
    """

    tenant: str
    at: int
    seq: int
    epoch: int
    hash: str
    state_hash: str
    books: list[Book]
    previous: str
    version: int = 1


class Signed(msgspec.Struct, frozen=True):
    """What a file holds: the exact bytes that were signed, the public key and the signature, both in base64."""

    anchor: msgspec.Raw
    key: str
    signature: str


class AnchorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where anchors go, the key they are signed with (32 bytes) and the seconds between two."""

    folder: Path
    key: bytes
    every: float = 3600.0

    @classmethod
    def local(cls, folder: Path) -> Self:
        """The anchors of a platform that runs on one machine, beside its data."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(folder=folder / "anchors", key=bytes.fromhex(local_key(folder, "anchor")))

    def to_env(self) -> dict[str, str]:
        """Environment variables with which a child process reads the same."""
        return {
            FOLDER_VARIABLE: str(self.folder),
            KEY_VARIABLE: self.key.hex(),
            EVERY_VARIABLE: str(self.every),
        }

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self | None:
        """Read the variables; None when no folder is set. Raises PlatformError saying what is wrong."""
        env = os.environ if env is None else env
        folder = env.get(FOLDER_VARIABLE, "")
        if not folder:
            return None
        try:
            key, every = bytes.fromhex(env.get(KEY_VARIABLE, "")), float(env.get(EVERY_VARIABLE, "3600"))
        except ValueError as error:
            raise PlatformError(f"{KEY_VARIABLE} or {EVERY_VARIABLE} is not a number: {error}") from None
        if len(key) != _KEY_BYTES:
            raise PlatformError(f"{KEY_VARIABLE} must be {_KEY_BYTES} bytes in hexadecimal (64 characters)")
        if not every > 0:
            raise PlatformError(f"{EVERY_VARIABLE} must be more than 0 seconds")
        return cls(folder=Path(folder), key=key, every=every)


def anchor_of(tenant: str, replayer: core.Replayer, at: int, previous: str) -> Anchor:
    """The anchor of what a replayer has verified."""
    books = [
        Book(book, currency, str(debit), str(credit)) for book, currency, debit, credit in replayer.totals()
    ]
    return Anchor(
        tenant=tenant,
        at=at,
        seq=replayer.seq,
        epoch=replayer.epoch,
        hash=replayer.hash.hex(),
        state_hash=replayer.state_hash.hex(),
        books=books,
        previous=previous,
    )


class AnchorFolder:
    """A tenant's anchors as files, one an anchor, written once and never again."""

    def __init__(self, folder: Path, tenant: str) -> None:
        self._folder = folder / tenant
        self._tenant = tenant

    def write(self, anchor: Anchor, key: bytes) -> Path:
        """Sign and write durably; raises PlatformError when there is an anchor at this sequence already."""
        private = Ed25519PrivateKey.from_private_bytes(key)
        body = msgspec.json.encode(anchor)
        signed = Signed(
            msgspec.Raw(body),
            _base64(private.public_key().public_bytes_raw()),
            _base64(private.sign(body)),
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{anchor.seq:020d}.json"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileExistsError:
            raise PlatformError(f"there is an anchor already: {path}") from None
        with os.fdopen(file, "wb") as out:
            out.write(msgspec.json.encode(signed) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return path

    def last(self) -> tuple[int, str]:
        """Sequence and file hash of the last anchor; (0, "") when there is none."""
        paths = self._paths()
        return (int(paths[-1].stem), _file_hash(paths[-1])) if paths else (0, "")

    def read(self, key: bytes) -> Iterator[Anchor]:
        """Every anchor in order, verified against `key` (the private one) and against the one before.

        Raises ValueError that names the file in which something does not verify.
        """
        public = Ed25519PrivateKey.from_private_bytes(key).public_key()
        previous = ""
        for path in self._paths():
            anchor = _verified(path, public)
            if (anchor.tenant, anchor.seq) != (self._tenant, int(path.stem)):
                raise ValueError(f"{path} holds the anchor of {anchor.tenant} at {anchor.seq}")
            if anchor.previous != previous:
                raise ValueError(f"before {path} an anchor is missing or was changed")
            yield anchor
            previous = _file_hash(path)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.json"))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _verified(path: Path, public: Ed25519PublicKey) -> Anchor:
    try:
        signed = msgspec.json.decode(path.read_bytes(), type=Signed)
        signature = base64.b64decode(signed.signature, validate=True)
        if (signed.key, signed.signature) != (_base64(public.public_bytes_raw()), _base64(signature)):
            raise InvalidSignature
        public.verify(signature, bytes(signed.anchor))
        return msgspec.json.decode(signed.anchor, type=Anchor)
    except InvalidSignature:
        raise ValueError(f"the signature of {path} is not by this key over these bytes") from None
    except (ValueError, msgspec.DecodeError) as error:
        raise ValueError(f"{path} is not an anchor: {error}") from None
