"""Days of commands of every kind, as players, providers and staff might send them."""

from collections.abc import Iterator
from random import Random

from tests.oracle import asking
from tests.oracle.model import Model
from tests.oracle.test_rules import FUNDED, PROFILE, ROOMS


def day(seed: int, count: int, start: int, room: str = "all") -> Iterator[tuple[bytes, int]]:
    """`count` encoded commands for tenant `asking.TENANT` and the times they come at, from `start` on."""
    random, model, now = Random(seed), Model(), start  # noqa: S311
    templates = [random.choice(ROOMS[room])(random) for _ in range(count)]
    for step, template in enumerate([*FUNDED, PROFILE, *templates]):
        now += 20 * 3_600 * asking.SECOND if step % 29 == 28 else 17 * asking.SECOND
        asked = asking.complete(template, model, now)
        model.submit(asked, now)
        yield asking.encode(asked), now
