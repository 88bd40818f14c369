"""A simulated match day, short: every process is killed, feeds fail, results are reversed, the profit is explained."""

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from pyplatform.apps.day.faults import NATS, PROCESSES, VALKEY
from pyplatform.apps.day.programme import Size, make
from pyplatform.apps.day.run import DayOptions, run_day


def size(seed: int) -> Size:
    return Size(events=12, seconds=30.0, seed=seed)


def test_a_seed_makes_one_day_and_another_seed_another() -> None:
    one, again, other = make(size(1)), make(size(1)), make(size(2))
    assert one.matches == again.matches
    assert one.races == again.races
    assert one.notes == again.notes
    assert one.matches != other.matches


@pytest.mark.parametrize("seed", range(20))
def test_every_market_of_a_day_ends_as_its_feed_says_in_the_end(seed: int) -> None:
    programme = make(size(seed))
    for line in programme.lines.values():
        assert line.times == sorted(line.times), line.id
        assert all(sum(chances) == pytest.approx(round(sum(chances))) for chances in line.chances), line.id
        assert line.closes < programme.ends
        assert line.winners is None or line.winners <= set(line.selections)


async def test_a_day_of_faults_is_explained_to_the_cent(tmp_path: Path) -> None:
    said = io.StringIO()
    options = DayOptions(
        events=12,
        punters=30,
        minutes=0.45,
        seed=7,
        bets_per_s=15.0,
        inputs=(),
        report=tmp_path / "day.html",
        data=tmp_path / "data",
        faults=(*PROCESSES, NATS, VALKEY),
    )
    async with asyncio.timeout(250):
        outcome = await run_day(options, Console(file=said, width=200))
    assert outcome.sound, said.getvalue()
    assert outcome.memory.accepted > 50, said.getvalue()
    assert len(outcome.faults) == len(options.faults)
    for account in outcome.accounts:
        assert account.total.kept == sum(account.house.values())
        assert account.total.margin + account.total.sales + account.total.luck == account.total.kept
    assert "explained to the cent" in (tmp_path / "day.html").read_text(encoding="utf-8")
