"""Bulk work on its way to a wallet: whole frames, two at most, and sent again to whoever leads."""

import asyncio

import pytest

from pyplatform._core.wallet import RETRY
from pyplatform.bus import SETTLEMENT, frames
from pyplatform.kernel.errors import Unavailable
from pyplatform.wallet.client import SETTLEMENT_FRAMES, _Route

REST = bytes([0]) + bytes(8) + bytes([0, 0, 0, 0])
ELSEWHERE = bytes([3, 0, 0, 0x9A, 1]) + REST
OVERLOADED = bytes([3, 0, 0, 0x99, 1]) + REST
"""An answer that goes back to the sender: it decides when to send again."""


class Line:
    """A slow line to a wallet that is busy, with a fault for each of the next frames."""

    def __init__(self, *faults: str) -> None:
        self.faults = list(faults)
        self.under_way = self.most = self.lost = 0
        self.sent: list[list[bytes]] = []

    async def send(self, frame: bytes) -> bytes:
        kind, commands = frames.decode(frame)
        assert kind == SETTLEMENT
        self.sent.append(commands)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.005)
        self.under_way -= 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "unanswered":
            raise Unavailable("nobody answered")
        return frames.encode(kind, [ELSEWHERE if fault == "elsewhere" else OVERLOADED] * len(commands))

    def forget(self) -> None:
        self.lost += 1


async def test_at_most_two_frames_are_under_way() -> None:
    line = Line()
    route = _Route(line.send, line.forget)
    await asyncio.gather(*(route.settle([b"command"]) for _ in range(9)))
    assert (line.most, len(line.sent)) == (SETTLEMENT_FRAMES, 9)


@pytest.mark.parametrize("fault", ["unanswered", "elsewhere"])
async def test_a_frame_is_sent_again_as_a_whole_to_whoever_leads(fault: str) -> None:
    line = Line(fault)
    commands = [b"one", b"two", b"three"]
    replies = await _Route(line.send, line.forget).settle(commands)
    assert [(reply.status, reply.name) for reply in replies] == [(RETRY, "overloaded")] * 3
    assert (line.sent, line.lost) == ([commands, commands], 1)
