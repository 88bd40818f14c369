"""One fault after another under load; after each, every acknowledged command must be in the journal, once."""

import asyncio
import random
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from pyplatform.apps.drills.audit import Audit
from pyplatform.apps.drills.load import Bettors
from pyplatform.apps.drills.stage import TENANT, Stage, stage

SERIES: Final = 10
"""Runs on the same servers and ledger; then everything is made anew, so that a long drill does not slow down."""
WARM_UP: Final = (0.3, 1.0)
"""Least and most seconds under load before a fault."""
RECOVERY: Final = 60.0
"""Seconds within which bets must be taken again."""
AFTER: Final = 200
"""Acknowledgements awaited after a fault: more than can have been under way before it."""


class Report(msgspec.Struct):
    """What a drill found; `silence_s` is the longest time without an acknowledgement around each fault."""

    form: str
    runs: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    broken: list[str] = []
    silence_s: list[float] = []

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.broken)

    def in_words(self) -> str:
        """One sentence."""
        times = (
            f"{median(self.silence_s):.2f} s at the median, {max(self.silence_s):.2f} s at most"
            if self.silence_s
            else "–"
        )
        return (
            f"{self.form}: {self.runs} runs, {self.acknowledged:,} commands acknowledged, {self.lost} lost, "
            f"{self.doubled} doubled, {self.repeated:,} sent again; no bet acknowledged for {times}"
        )


async def _kill_writer(stage: Stage) -> None:
    await stage.end(await stage.leader())


async def _hand_over(stage: Stage) -> None:
    await stage.end(await stage.leader(), signal.SIGTERM)


async def _kill_primary(stage: Stage) -> None:
    await stage.pair.kill(stage.pair.primary)
    await stage.pair.promote()
    await stage.pair.rejoin()


async def _kill_both(stage: Stage) -> None:
    leader = await stage.leader()
    leader.kill(signal.SIGKILL)
    await stage.pair.kill(stage.pair.primary)
    await stage.end(leader)
    await stage.pair.promote()
    await stage.pair.rejoin()


FORMS: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "writer": _kill_writer,
    "primary": _kill_primary,
    "both": _kill_both,
    "handover": _hand_over,
}
"""The faults: kill -9 of the leading wallet; of Postgres, whose standby is promoted and which comes back rewound; of
both at once; and, for comparison, a wallet that is asked to go."""


async def drill(
    form: str, runs: int, *, folder: Path | None = None, players: int = 16, tell: Callable[[str], None]
) -> Report:
    """Do `form` so many times under the bets of `players`; `folder` keeps the servers' data and logs."""
    report = Report(form)
    while report.runs < runs:
        series = min(SERIES, runs - report.runs)
        with tempfile.TemporaryDirectory(prefix="pyplatform-drill-") as own:
            place = folder / f"series-{report.runs // SERIES}" if folder else Path(own)
            async with stage(place) as found:
                await _series(found, report, series, players, tell)
    return report


async def _series(stage: Stage, report: Report, runs: int, players: int, tell: Callable[[str], None]) -> None:
    bettors, audit = Bettors(stage.wallet, TENANT, players), Audit(stage.pair.url, TENANT)
    total = Report(report.form)
    try:
        await bettors.fund()
        for _ in range(runs):
            seconds = await _strike(stage, bettors, FORMS[report.form])
            report.silence_s.append(seconds)
            findings = await audit.compare(bettors.promises)
            tell(
                f"{report.form} {report.runs + 1}: no bet acknowledged for {seconds:.2f} s, "
                f"{findings.acknowledged:,} acknowledged, {findings.lost} lost, {findings.doubled} doubled"
            )
            total.lost, total.doubled = findings.lost, findings.doubled
            report.broken += findings.broken
            report.runs += 1
        await bettors.ask_again()
        report.broken += [f"{key} was answered otherwise when asked again" for key in bettors.broken]
    finally:
        await audit.close()
    report.acknowledged += len(bettors.promises)
    report.repeated += bettors.repeated
    report.lost += total.lost
    report.doubled += total.doubled


async def _strike(stage: Stage, bettors: Bettors, fault: Callable[[Stage], Awaitable[None]]) -> float:
    """One fault under load; returns the longest time in which no bet was acknowledged."""
    bettors.begin()
    await asyncio.sleep(random.uniform(*WARM_UP))  # noqa: S311 - a moment, no secret
    bettors.struck()
    async with asyncio.timeout(RECOVERY):
        await fault(stage)
        await bettors.more(AFTER)
    await bettors.leave()
    if len(stage.wallets) < 2:
        await stage.add_wallet()
    return bettors.silence
