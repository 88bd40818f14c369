"""What a batch of events does to the read models."""

from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Final

_PUT: Final = 1
_ADD: Final = 2
_HEAD: Final = Struct("<BH")
_LENGTH: Final = Struct("<I")

Value = bytes | str | int


class Effects:
    """Collects writes, to be sent to Valkey together."""

    __slots__ = ("_count", "_parts")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, key: str, version: int, fields: Mapping[str, Value], *, version_field: str = "seq") -> None:
        """Write fields of a hash if `version` (≥ 0) is higher than its `version_field` says; then it says that.

        A hash may hold several groups of fields, each with a version field of its own.
        """
        strings: list[Value] = [key, version_field, version]
        for pair in fields.items():
            strings += pair
        self._append(_PUT, strings)

    def add(self, key: str, *members: Value) -> None:
        """Add members to a set."""
        if members:
            self._append(_ADD, (key, *members))

    def encode(self) -> bytes:
        """Bytes for the script."""
        return b"".join(self._parts)

    def _append(self, kind: int, strings: Iterable[Value]) -> None:
        # Integers travel as text: inside the script they would be rounded beyond 2^53.
        values = [value if isinstance(value, bytes) else str(value).encode() for value in strings]
        self._parts.append(_HEAD.pack(kind, len(values)))
        for value in values:
            self._parts += (_LENGTH.pack(len(value)), value)
        self._count += 1
