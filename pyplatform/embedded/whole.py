"""A context that stands as a whole, or not at all."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Whole(ABC):
    """Starts its parts with the context and stops them with it, also when one of them cannot be started."""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    @abstractmethod
    async def _start(self) -> None: ...

    @abstractmethod
    async def _stop(self) -> None: ...
