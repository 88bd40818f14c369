"""Reading a load process: its rounds as they begin and end, and the CPU time others use meanwhile."""

import json
import subprocess
from collections.abc import Mapping

from bench.accounting import reference_ns, used_by


def collect(
    load: "subprocess.Popen[str]", counted: list[int], parts: Mapping[str, int] | None = None
) -> dict[str, list[float]]:
    """Figures of every round a load process prints, with `cpu_us` of the counted processes a bet and its `ratio`.

    Each process of `parts` has a figure of its own, `cpu_us_` and its name. A load prints a line of JSON with `event`
    "start" before a round, and "end" with its figures and `bets` after it.
    """
    figures: dict[str, list[float]] = {}
    used, reference = 0.0, reference_ns()
    each = {name: [pid] for name, pid in (parts or {}).items()}
    before: dict[str, float] = {}
    for line in load.stdout or ():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if event.pop("event") == "start":
            used = used_by(counted)
            before = {name: used_by(pids) for name, pids in each.items()}
            continue
        bets = event.pop("bets")
        cpu = 1e6 * (used_by(counted) - used) / bets
        apart = {f"cpu_us_{name}": 1e6 * (used_by(pids) - before[name]) / bets for name, pids in each.items()}
        for name, figure in (event | {"cpu_us": cpu, "ratio": 1e3 * cpu / reference} | apart).items():
            figures.setdefault(name, []).append(figure)
    if load.wait() or not figures:
        message = f"the load ended with status {load.returncode} after {len(figures.get('ratio', ()))} rounds"
        raise RuntimeError(message)
    return figures
