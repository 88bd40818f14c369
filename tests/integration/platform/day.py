"""A race day written as a Betfair stream: prices that move, a suspension, a removed runner, a race, results."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

START_MS = 1_893_456_000_000
STEPS = 1_000
"""Messages of a day, a second of the feed's time apart, so that a step is a thousandth of the playing time."""
SUSPENDED, REOPENED, REMOVED, OFF, RESULT = 300, 330, 500, 800, 900


@dataclass
class Market:
    """One market's way through the day."""

    id: str
    winners: int = 1
    delay: int = 0
    """Seconds a bet waits once the race is off; 0: the market is not offered in play."""
    runners: tuple[int, ...] = (11, 12, 13, 14)
    states: dict[int, str] = field(default_factory=dict)
    version: int = 0

    def definition(self, status: str, **more: Any) -> dict[str, Any]:
        self.version += 1
        runners = [
            {"id": runner, "sortPriority": n, "name": f"Horse {runner}"}
            | {"status": self.states.get(runner, "ACTIVE")}
            for n, runner in enumerate(self.runners, 1)
        ]
        market = {
            "status": status,
            "inPlay": False,
            "betDelay": 0,
            "version": self.version,
            "numberOfWinners": self.winners,
            "numberOfActiveRunners": len(self.runners),
            "marketType": "WIN" if self.winners == 1 else "PLACE",
            "marketTime": "2030-01-01T12:00:00.000Z",
            "eventId": f"e{self.id}",
            "eventName": "Test Park",
            "runners": runners,
        }
        return {"id": self.id, "marketDefinition": market | more}

    def prices(self, chance: random.Random) -> dict[str, Any]:
        running = [runner for runner in self.runners if self.states.get(runner) != "REMOVED"]
        weights = [chance.uniform(0.8, 1.2) for _ in running]
        changes = []
        for runner, weight in zip(running, weights, strict=True):
            price = round(max(1.05, sum(weights) / weight / self.winners), 2)
            changes.append({"id": runner, "atb": [[price, 10]], "atl": [[price, 10]]})
        return {"id": self.id, "rc": changes, "img": True}

    def at(self, step: int, last: bool) -> list[dict[str, Any]]:
        """What is told about the market's state at this step."""
        if step in {0, REOPENED}:
            return [self.definition("OPEN")]
        if step == SUSPENDED:
            return [self.definition("SUSPENDED")]
        if step == REMOVED:
            self.states[self.runners[-1]] = "REMOVED"
            return [self.definition("OPEN")]
        if step == OFF and self.delay:
            return [self.definition("OPEN", inPlay=True, betDelay=self.delay)]
        if step == RESULT and last:
            for n, runner in enumerate(self.runners[:-1]):
                self.states[runner] = "WINNER" if n < self.winners else "LOSER"
            return [self.definition("CLOSED", inPlay=bool(self.delay), betDelay=self.delay)]
        return []


def lines(*markets: Market, seed: int = 1, results: bool = True) -> Iterator[bytes]:
    """Messages of the day, one line each; without `results` it ends with all markets open."""
    chance = random.Random(seed)  # noqa: S311 - a day that can be repeated
    for step in range(STEPS + 1):
        changes: list[dict[str, Any]] = []
        for market in markets:
            changes += market.at(step, results)
            if step < RESULT or not results:
                changes.append(market.prices(chance))
        yield msgspec.json.encode({"op": "mcm", "pt": START_MS + step * 1_000, "mc": changes}) + b"\n"
