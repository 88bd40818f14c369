"""From a trader's suspension to the first refused bet, over HTTP: every role in its own process, players bet on."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.accounting import percentile
from bench.http_bets import PLAYED_OVER_S, prepare, record
from bench.http_load import Load
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.staff import staff_desk
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.client import AsyncClient
from pyplatform.client.calls import bets, trading
from pyplatform.client.errors import Refused
from pyplatform.client.types.bets import BetRequest, LegRequest
from pyplatform.client.types.trading import Hold

PLAYERS: Final = 4
ROUNDS: Final = 3
SUSPENSIONS: Final = 15
PASSWORD: Final = "nine quiet herons over slow water"
PAUSE_S: Final = 0.01
"""Between the bets of a player: a bet every 2.5 ms is soon enough, and leaves the machine to what is measured."""
LOWEST_PRICE: Final = "1.01"
WAIT_S: Final = 10.0


@dataclass(slots=True)
class Watch:
    """What players meet: when the first bet of a suspension was refused, and bets sent after its answer and taken."""

    suspended_at: float = 0.0
    answered_at: float = 0.0
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    refused_at: float = 0.0
    late: int = 0

    def took(self, sent: float) -> None:
        """A bet that was sent at `sent` was taken."""
        self.late += bool(self.answered_at) and sent > self.answered_at
        self.taken.set()

    def refuse(self, code: str) -> None:
        """A bet was refused."""
        if code == "market_suspended" and self.suspended_at and not self.refused.is_set():
            self.refused_at = time.perf_counter()
            self.refused.set()


async def measure(stream: list[bytes]) -> dict[str, list[float]]:
    """Figures: `p50_ms` and `p99_ms` from sending the suspension to a player's first refusal, and until it was
    answered, `answer_p50_ms`. RuntimeError if a bet sent after the answer was taken."""
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        feeds = feed_roles(feeds_of([record(Path(folder), stream)]), PLAYED_OVER_S)
        arguments = {"gateway": ["--port", "0"], "trading": ["--limit", str(10**9)], **feeds}
        data = Path(folder, "data")
        async with Platform(
            data, (*ONE_OF_EACH, *feeds), arguments=arguments, env=QUICK_ENTRY, log_to_files=True
        ) as platform:
            load = await prepare(platform)
            async with staff_desk(data, load.tenant) as staff:
                await staff.add("trader", ["trader"], PASSWORD)
            return await _run(load)


async def _run(load: Load) -> dict[str, list[float]]:
    watch = Watch()
    figures: dict[str, list[float]] = {"p50_ms": [], "p99_ms": [], "answer_p50_ms": []}
    players = [asyncio.create_task(_bet(load, token, watch)) for token in load.tokens[:PLAYERS]]
    try:
        async with AsyncClient(f"http://{load.host}:{load.port}", load.tenant) as trader:
            await trader.sign_in("trader", PASSWORD)
            hold = Hold(target=f"market:{load.market_id}", reason="bench")
            for _ in range(ROUNDS):
                taken = [await _suspend_once(trader, hold, watch) for _ in range(SUSPENSIONS)]
                refused, answered = zip(*taken, strict=True)
                figures["p50_ms"].append(percentile(list(refused), 0.50))
                figures["p99_ms"].append(percentile(list(refused), 0.99))
                figures["answer_p50_ms"].append(percentile(list(answered), 0.50))
    finally:
        for player in players:
            player.cancel()
        await asyncio.gather(*players, return_exceptions=True)
    if watch.late:
        message = f"{watch.late} bets sent after a suspension was answered were taken"
        raise RuntimeError(message)
    return figures


async def _suspend_once(trader: AsyncClient, hold: Hold, watch: Watch) -> tuple[float, float]:
    """Milliseconds from sending a suspension to the first refusal, and to its answer; resumed afterwards."""
    await _wait(watch.taken)
    await asyncio.sleep(0.02)
    watch.refused.clear()
    watch.suspended_at = time.perf_counter()
    await trader.send(trading.suspend(hold))
    watch.answered_at = time.perf_counter()
    await _wait(watch.refused)
    taken = (watch.refused_at - watch.suspended_at) * 1e3, (watch.answered_at - watch.suspended_at) * 1e3
    watch.answered_at = watch.suspended_at = 0.0
    await trader.send(trading.resume(hold))
    watch.taken.clear()
    return taken


async def _wait(event: asyncio.Event) -> None:
    async with asyncio.timeout(WAIT_S):
        await event.wait()


async def _bet(load: Load, token: str, watch: Watch) -> None:
    """Bet on until cancelled."""
    leg = LegRequest(market_id=load.market_id, selection_id=load.selections[0], price=LOWEST_PRICE)
    async with AsyncClient(f"http://{load.host}:{load.port}", load.tenant, token=token) as player:
        while True:
            await asyncio.sleep(PAUSE_S)
            sent = time.perf_counter()
            try:
                await player.send(bets.place_bet(BetRequest(legs=[leg], stake="0.10")))
            except Refused as refused:
                watch.refuse(refused.code)
            else:
                watch.took(sent)
