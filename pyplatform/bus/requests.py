"""Requests of one connection: one inbox for all answers, and no request outlives its connection unnoticed."""

import asyncio
from itertools import count
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg

from pyplatform.bus.errors import Disconnected, NoResponders
from pyplatform.kernel.errors import Unavailable

_NO_RESPONDERS: Final = "503"
FAILED: Final = "500"
"""`Status` header of the empty answer by which a server of ours admits that its handler broke."""


class Requests:
    """Matches answers to requests. nats-py's own would let requests wait in vain after a lost connection."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    async def start(self) -> None:
        """Listen for answers; the subscription survives reconnects."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._on_answer)

    async def send(self, subject: str, payload: bytes, timeout_s: float) -> bytes:
        """Send a request and return the answer's payload; raises Unavailable or one of its kinds."""
        if not self._client.is_connected:
            raise Disconnected("not connected to NATS: try again shortly")
        number = str(next(self._numbers))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                await self._client.publish(subject, payload, reply=f"{self._inbox}.{number}")
                return await answer
        except TimeoutError:
            raise Unavailable(f"{subject} did not answer within {timeout_s:g} s") from None
        finally:
            del self._waiting[number]

    def fail_all(self) -> None:
        """Tell everybody who waits that the connection is gone."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Disconnected("the connection to NATS was lost before an answer came"))

    async def _on_answer(self, message: Msg) -> None:
        answer = self._waiting.get(message.subject.rpartition(".")[2])
        if answer is None or answer.done():
            return
        status = (message.headers or {}).get("Status") if not message.data else None
        if status == _NO_RESPONDERS:
            answer.set_exception(NoResponders("nobody listens on the subject of this request"))
        elif status == FAILED:
            answer.set_exception(Unavailable("the other side broke over this request; its log says why"))
        else:
            answer.set_result(message.data)
