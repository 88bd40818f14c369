"""The guide to feeds as a script: `python docs/guides/feeds.py [FOLDER [STREAM]]` reads a stream and draws the picture.

STREAM is a recorded Betfair stream (.json, .gz, .bz2, .tar). Without one a race is made up, the same every time: the
picture beside this file is of that race. The cells (`# %%`) run one after the other in an editor or notebook too.
"""

# %% What is needed
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pyplatform.core.feeds import betfair

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "pyplatform", "font.size": 9, "font.family": "sans-serif"}
COLOURS = ("#2563a8", "#c2402f", "#2f8f5b", "#8a5cb8", "#d08a1d", "#777777")
SECOND = 1_000_000_000
BEFORE = 600
OFF_MS = 1_790_000_000_000
TICKS = np.concatenate(
    [np.arange(1.01, 2, 0.01), np.arange(2, 4, 0.05), np.arange(4, 10, 0.2), np.arange(10, 50, 1)]
)


# %% A race to look at: lines as Betfair sends them
def made_up_race() -> bytes:
    """Ten minutes of six runners, a message every half second; the money comes late, and for the second runner."""
    chance = np.random.default_rng(7)
    rates = np.array([0.34, 0.20, 0.16, 0.13, 0.10, 0.07])
    ids = [101, 102, 103, 104, 105, 106]
    runners = [
        {"id": id_, "status": "ACTIVE", "sortPriority": n, "name": f"Runner {n}"}
        for n, id_ in enumerate(ids, 1)
    ]
    definition = {
        "status": "OPEN",
        "inPlay": False,
        "marketType": "WIN",
        "marketTime": "2026-09-21T14:13:20.000Z",
        "version": 1,
        "runners": runners,
    }
    volume = np.zeros(len(ids))
    lines = []
    for step in range(2 * BEFORE):
        left = BEFORE - step / 2
        rates = rates * np.exp(chance.normal(0, 0.004, len(ids)))
        rates[1] *= 1.0005 if left < 300 else 1.0
        rates /= rates.sum()
        volume += chance.gamma(0.3, 900 * rates * (1 + 8 * np.exp(-left / 90)))
        places = np.searchsorted(TICKS, 1 / rates)
        changes = [
            {
                "id": id_,
                "batb": [[0, round(float(TICKS[place - 1]), 2), 50]],
                "batl": [[0, round(float(TICKS[place]), 2), 50]],
                "ltp": round(float(TICKS[place]), 2),
                "tv": round(float(traded), 2),
            }
            for id_, place, traded in zip(ids, places, volume, strict=True)
        ]
        market = {"id": "1.100000001", "rc": changes} | (
            {"img": True, "marketDefinition": definition} if not step else {}
        )
        lines.append({"op": "mcm", "clk": str(step), "pt": OFF_MS - round(1000 * left), "mc": [market]})
    return b"".join(json.dumps(line).encode() + b"\r\n" for line in lines)


# %% Columns: best prices after every update, no object a price
class Race:
    """Before the off: times in seconds to it, and prices and volumes of each runner."""

    def __init__(self, path: Path) -> None:
        batches = list(betfair.read(path, cumulative_tv=True))
        first = batches[0].market_ids[0]
        rows = [batch.market_id == first for batch in batches]

        def column(name: str) -> NDArray[np.float64]:
            parts = (getattr(batch, name)[kept] for batch, kept in zip(batches, rows, strict=True))
            return np.concatenate(list(parts))

        self.runner, published = column("runner"), column("publish_time")
        self.price, self.volume = column("ltp"), column("tv")
        books = betfair.Books()
        off = int(published[-1])
        for line in betfair.open_stream(path):
            books.apply(line)
            definition = books.definition(first)
            if definition is not None and definition.in_play:
                off = books.publish_time(first) or off
                break
        self.names = {runner.id: runner.name for runner in definition.runners} if definition else {}
        self.seconds = (published - off) / SECOND

    def favourites(self, count: int) -> list[int]:
        """Runners with the lowest prices at the off."""
        before = self.seconds <= 0
        last = {
            int(runner): price for runner, price in zip(self.runner[before], self.price[before], strict=True)
        }
        priced = sorted((price, runner) for runner, price in last.items() if np.isfinite(price))
        return [runner for _, runner in priced[:count]]


# %% The picture
def draw(race: Race, path: Path) -> None:
    """Prices of the favourites and the money traded on them, in the last ten minutes."""
    figure = Figure(figsize=(6.6, 4.4), layout="constrained")
    prices, volumes = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for runner, colour in zip(race.favourites(len(COLOURS)), COLOURS, strict=False):
        kept = (race.runner == runner) & (race.seconds >= -BEFORE) & (race.seconds <= 0)
        minutes = race.seconds[kept] / 60
        # A point every ten seconds is all that the picture shows.
        shown = np.unique(np.searchsorted(minutes, np.arange(-10, 0.001, 1 / 6)).clip(max=len(minutes) - 1))
        label = race.names.get(runner) or str(runner)
        prices.plot(minutes[shown], race.price[kept][shown], color=colour, label=label, linewidth=1.2)
        volumes.plot(minutes[shown], race.volume[kept][shown] / 1e3, color=colour, linewidth=1.2)
    prices.set_yscale("log")
    ticks = [2, 3, 4, 5, 6, 8, 10, 15, 20]
    low, high = prices.get_ylim()
    prices.set_yticks(
        [tick for tick in ticks if low <= tick <= high], [str(tick) for tick in ticks if low <= tick <= high]
    )
    prices.set_yticks([], minor=True)
    prices.set_ylabel("last price traded")
    prices.legend(loc="upper left", ncols=3, frameon=False, fontsize=8)
    prices.set_ylim(low, high * 1.5)
    volumes.set_ylabel("traded, £ thousand")
    volumes.set_xlabel("minutes before the off")
    volumes.set_ylim(bottom=0)
    for axes in (prices, volumes):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e5e5e5", linewidth=0.6)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


# %% Run it
def main(folder: Path, stream: Path | None = None) -> Path:
    """Draw the picture of a stream, or of the race made up here, into a folder."""
    picture = folder / "feeds-race.svg"
    with TemporaryDirectory() as made, mpl.rc_context(STYLE):
        if stream is None:
            stream = Path(made, "race")
            stream.write_bytes(made_up_race())
        draw(Race(stream), picture)
    return picture


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]] or [Path(__file__).parent]
    main(*arguments)
