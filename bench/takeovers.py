"""How long nobody's bet is acknowledged while another wallet takes over: asked to go, and killed."""

from bench.slowdown import repeat
from pyplatform.apps.drills.run import drill

RUNS = 5


async def measure(form: str, name: str) -> dict[str, list[float]]:
    """Figure: `silence_s` of every run of a drill; raises RuntimeError when a promise was broken."""
    report = await drill(form, RUNS, tell=lambda _: None)
    if not report.sound:
        raise RuntimeError(report.in_words())
    return {"silence_s": [silence * repeat(name) for silence in report.silence_s]}
