"""One operation about to be asked for: what a function of `calls` makes and a client sends."""

from typing import Generic, TypeVar

import msgspec

from pyplatform.kernel import ids

T = TypeVar("T")


class Call(msgspec.Struct, Generic[T], frozen=True):
    """A request without tenant and token, and the type of its answer.

    A call with a `key` is answered once: sent again, by the same object, it gets the first answer.
    """

    method: str
    path: str
    result: type[T]
    body: msgspec.Struct | None = None
    query: dict[str, object] = {}
    key: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when it is not known what became of it."""
        return self.method == "GET" or bool(self.key)


def new_key() -> str:
    """An idempotency key that no other call has."""
    return ids.text(ids.uuid7())
