"""Frames: every whole one is read back, every broken one refused; coalescing loses and mixes up nothing."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.bus import INTERACTIVE, SETTLEMENT, Coalescer, NoResponders, frames
from pyplatform.kernel.errors import Unavailable

ITEMS = st.lists(st.binary(max_size=50), max_size=30)


@given(st.sampled_from([INTERACTIVE, SETTLEMENT]), ITEMS)
def test_decode_reads_what_encode_wrote(kind: int, items: list[bytes]) -> None:
    assert frames.decode(frames.encode(kind, items)) == (kind, items)


def test_the_bytes_are_the_agreed_ones() -> None:
    assert frames.encode(SETTLEMENT, [b"ab", b""]) == b"\x02\x02\x00\x02\x00\x00\x00ab\x00\x00\x00\x00"


@given(ITEMS, st.data())
def test_no_part_of_a_frame_and_no_longer_one_passes(items: list[bytes], data: st.DataObject) -> None:
    frame = frames.encode(INTERACTIVE, items)
    cut = data.draw(st.integers(0, len(frame) - 1))
    for wrong in (frame[:cut], frame + b"\x00"):
        with pytest.raises(ValueError, match="not a frame"):
            frames.decode(wrong)


@given(st.binary(max_size=200))
def test_noise_is_refused_or_read_never_worse(noise: bytes) -> None:
    try:
        kind, items = frames.decode(noise)
    except ValueError:
        return
    assert frames.encode(kind, items) == noise


def test_limits() -> None:
    with pytest.raises(ValueError, match="at most 1024 items"):
        frames.encode(INTERACTIVE, [b""] * 1025)
    with pytest.raises(ValueError, match="at most 1048576 bytes"):
        frames.encode(INTERACTIVE, [bytes(1024 * 1024)])


async def test_waiting_callers_share_a_frame_and_each_gets_its_own_answer() -> None:
    sizes: list[int] = []

    async def double(frame: bytes) -> bytes:
        kind, items = frames.decode(frame)
        sizes.append(len(items))
        await asyncio.sleep(0)
        return frames.encode(kind, [item + item for item in items])

    coalescer = Coalescer(double, in_flight=2)
    answers = await asyncio.gather(*(coalescer.call(str(n).encode()) for n in range(3000)))
    assert answers == [str(n).encode() * 2 for n in range(3000)]
    assert sizes == [1024, 1024, 952]
    assert (coalescer.frames, coalescer.items, coalescer.waiting) == (3, 3000, 0)


async def test_a_frame_keeps_to_its_bytes_and_slots_bound_what_is_under_way() -> None:
    under_way = most = 0
    sizes: list[int] = []

    async def echo(frame: bytes) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        sizes.append(len(frame))
        await asyncio.sleep(0.001)
        under_way -= 1
        return frame

    coalescer = Coalescer(echo, max_bytes=1000, in_flight=3)
    answers = await asyncio.gather(*(coalescer.call(bytes(400)) for _ in range(20)))
    assert answers == [bytes(400)] * 20
    assert max(sizes) <= 1003
    assert most == 3
    with pytest.raises(ValueError, match="at most 996 bytes"):
        await coalescer.call(bytes(997))


async def test_failures_reach_every_caller_of_the_frame_and_the_next_frame_works() -> None:
    broken = True

    async def send(frame: bytes) -> bytes:
        if broken:
            raise NoResponders("nobody")
        return frame

    coalescer = Coalescer(send, in_flight=1)
    results = await asyncio.gather(*(coalescer.call(b"x") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(result, NoResponders) for result in results)
    assert len(set(map(id, results))) == 5
    broken = False
    assert await coalescer.call(b"y") == b"y"


@pytest.mark.parametrize("answer", [b"junk", frames.encode(INTERACTIVE, [b"1", b"2"])])
async def test_an_answer_that_does_not_fit_is_unavailable(answer: bytes) -> None:
    async def send(_: bytes) -> bytes:
        return answer

    with pytest.raises(Unavailable):
        await Coalescer(send).call(b"x")


async def test_a_full_queue_refuses_and_callers_who_gave_up_are_not_sent() -> None:
    gate = asyncio.Event()
    sent: list[bytes] = []

    async def send(frame: bytes) -> bytes:
        await gate.wait()
        sent.extend(frames.decode(frame)[1])
        return frame

    coalescer = Coalescer(send, in_flight=1, max_waiting=2)
    first = asyncio.ensure_future(coalescer.call(b"1"))
    await asyncio.sleep(0.01)
    second, third = (asyncio.ensure_future(coalescer.call(item)) for item in (b"2", b"3"))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="2 requests are waiting"):
        await coalescer.call(b"4")
    second.cancel()
    gate.set()
    assert list(await asyncio.gather(first, third)) == [b"1", b"3"]
    assert sent == [b"1", b"3"]
