"""The drills of an operator in their short form: nothing acknowledged is lost or doubled, whatever is killed."""

from collections.abc import Mapping

import pytest

from pyplatform.apps.drills import run
from pyplatform.apps.drills.audit import Audit, Findings
from pyplatform.apps.drills.load import Promise
from pyplatform.apps.drills.run import FORMS, RECOVERY, drill


@pytest.mark.parametrize("form", FORMS)
async def test_nothing_acknowledged_is_lost_or_doubled(form: str) -> None:
    said: list[str] = []
    report = await drill(form, 2, players=8, tell=said.append)
    assert report.sound, report
    assert (report.runs, len(said)) == (2, 2)
    assert report.acknowledged > 2 * 200
    # How long is bench's work; here, only that it was taken over before the drill lost its patience.
    assert max(report.silence_s) < RECOVERY


async def test_a_drill_would_see_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts are not 0 by construction: a promise that nobody made is lost, one that is told wrongly broken."""

    class Suspicious(Audit):
        async def compare(self, promises: Mapping[str, Promise]) -> Findings:
            return await super().compare({**promises, "never": Promise(10**9, bytes(16))})

    monkeypatch.setattr(run, "Audit", Suspicious)
    report = await drill("handover", 1, players=4, tell=lambda _: None)
    assert not report.sound
    assert (report.lost, report.doubled) == (1, 0)
