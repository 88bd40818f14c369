"""Requests to whoever holds a lease now, through changes of the holder."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from pyplatform.bus.client import Bus
from pyplatform.bus.errors import Disconnected, NoResponders
from pyplatform.kernel.errors import Unavailable

_LOCATE_S: Final = 0.5
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.25


class LeaseClient:
    """Sends to the holder of a lease: finds its epoch, remembers it, and looks again when nobody listens there.

    A request may reach the holder twice when a connection breaks, so it must be one that can be repeated (every
    command of the platform has a key or an object's version).
    """

    def __init__(
        self,
        bus: Bus,
        locate_subject: str,
        command_subject_for_epoch: Callable[[int], str],
        timeout_s: float = 5.0,
    ) -> None:
        self._bus = bus
        self._locate_subject = locate_subject
        self._command_subject = command_subject_for_epoch
        self._timeout_s = timeout_s
        self._epoch: int | None = None
        self._locating = asyncio.Lock()

    @property
    def epoch(self) -> int | None:
        """Epoch of the holder as last seen; None when it must be looked for."""
        return self._epoch

    def forget(self) -> None:
        """Look for the holder again before the next request, for instance after an answer that it is deposed."""
        self._epoch = None

    async def request(self, payload: bytes) -> bytes:
        """Send to the holder and return its answer; raises Unavailable when the deadline passes.

        The outcome is then unknown: send the same again, never something new.
        """
        deadline = monotonic() + self._timeout_s
        pause = _FIRST_PAUSE_S
        while True:
            epoch = self._epoch
            try:
                if epoch is None:
                    epoch = await self._locate()
                return await self._bus.request(
                    self._command_subject(epoch), payload, max(0.001, deadline - monotonic())
                )
            except (NoResponders, Disconnected) as error:
                if self._epoch == epoch:
                    self._epoch = None
                if monotonic() + pause >= deadline:
                    raise Unavailable(
                        f"nobody answers for {self._locate_subject} within {self._timeout_s:g} s: {error}"
                    ) from error
            except Unavailable:
                # A holder that hangs stays subscribed, and its successor would be looked for by nobody.
                if self._epoch == epoch:
                    self._epoch = None
                raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _locate(self) -> int:
        async with self._locating:
            if self._epoch is None:
                try:
                    answer = await self._bus.request(self._locate_subject, b"", _LOCATE_S)
                except (NoResponders, Disconnected):
                    raise
                except Unavailable as error:  # a holder that is going down may leave the question unanswered
                    raise NoResponders(str(error)) from error
                self._epoch = int(answer)
            return self._epoch
