"""What others may keep of an answer, and how they learn that what they have is still right (RFC 9110, 9111, 5861)."""

from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Final, Generic, TypeVar

import msgspec

T = TypeVar("T")
PRIVATE: Final = "private, no-cache"
"""For the caller alone, who asks each time whether it is still right."""
_TAG_BYTES: Final = 12
_encode = msgspec.json.Encoder().encode


def public(max_age: int, stale: int) -> str:
    """For everybody: good for `max_age` seconds, and for `stale` more while a newer answer is fetched or fails."""
    return f"public, max-age={max_age}, stale-while-revalidate={stale}, stale-if-error={stale}"


def tag_of(content: bytes) -> str:
    """Entity tag of a body: the same in every process, and another for every other body."""
    return f'"{urlsafe_b64encode(blake2b(content, digest_size=_TAG_BYTES).digest()).decode()}"'


def is_known(known: str | None, tag: str) -> bool:
    """Whether a client that sends `known` as `If-None-Match` has the body of this tag."""
    return any(part.strip().removeprefix("W/") in (tag, "*") for part in (known or "").split(","))


class Encoded(Generic[T]):
    """A body as JSON with its entity tag, made once and sent to many."""

    __slots__ = ("content", "tag")

    def __init__(self, body: T | bytes) -> None:
        self.content = body if isinstance(body, bytes) else _encode(body)
        self.tag = tag_of(self.content)
