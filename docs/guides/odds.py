"""The pictures of the guide to odds: `python docs/guides/odds.py [FOLDER]` draws them anew."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pyplatform.core import betting, odds

# Text stays text and nothing depends on the day: the same numbers give the same file.
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pyplatform",
    "font.size": 9,
    "font.family": "sans-serif",
}
BLUE, RED, GREY = "#2563a8", "#c2402f", "#777777"
METHODS = {
    "multiplicative": GREY,
    "odds_ratio": "#2563a8",
    "power": "#2f8f5b",
    "shin": "#c2402f",
    "additive": "#8a5cb8",
    "balanced_book": "#d08a1d",
}

# A handicap of ten runners, fair: the favourite at 2.5, the outsider at 200.
FIELD = [0.4, 0.22, 0.13, 0.09, 0.06, 0.04, 0.03, 0.015, 0.01, 0.005]

# £50 on home at 2.12; what happens, minute by minute: goals of home, of away, and a red card of away.
STAKE, TAKEN = 50_00, "2.12"
HOME_GOALS, AWAY_GOALS, RED_CARD = (52, 83), (23,), 71


def panel(width: float, height: float) -> tuple[Figure, Axes]:
    """One quiet panel."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def save(figure: Figure, path: Path) -> None:
    """Write a picture that has no date in it."""
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def overround_by_method(path: Path) -> None:
    """What each method adds to each runner's probability, in a book of 115 %."""
    figure, axes = panel(6.4, 3.6)
    for method, colour in METHODS.items():
        prices = odds.apply_margin(FIELD, 0.15, method=method).prices
        added = [100 * (1 / price / fair - 1) for price, fair in zip(prices, FIELD, strict=True)]
        label = method.replace("_", " ")
        axes.plot([1 / fair for fair in FIELD], added, marker="o", markersize=3, color=colour, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks([2.5, 5, 10, 25, 50, 100, 200], ["2.5", "5", "10", "25", "50", "100", "200"])
    axes.set_xticks([], minor=True)
    axes.set_yticks([2, 5, 10, 15, 25, 50, 100, 300], ["2", "5", "10", "15", "25", "50", "100", "300"])
    axes.set_yticks([], minor=True)
    axes.set_ylim(2, 400)
    axes.set_xlabel("fair price")
    axes.set_ylabel("overround of the runner, %")
    axes.legend(frameon=False)
    save(figure, path)


def score_grid(path: Path) -> None:
    """The scores of a match whose rates come from its prices."""
    grid = odds.models.ScoreGrid.dixon_coles(*match_rates(), -0.08)
    cells = 100 * grid.cells()[:6, :6]
    figure, axes = panel(4.4, 3.8)
    axes.pcolormesh(range(6), range(6), cells, cmap="Blues", vmin=0, vmax=cells.max() * 1.3)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    for home, away in np.ndindex(cells.shape):
        # White where the ground is dark.
        colour = "white" if cells[home, away] > 11 else "black"
        axes.text(away, home, f"{cells[home, away]:.1f}", ha="center", va="center", color=colour)
    axes.set_xlabel("goals of away")
    axes.set_ylabel("goals of home")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    save(figure, path)


def match_rates() -> tuple[float, float]:
    """Scoring rates behind prices of 2.12, 3.55, 3.7 and of 1.95 for more than two goals."""
    fair = odds.remove_margin([2.12, 3.55, 3.7], method="shin").probabilities
    over = odds.remove_margin([1.95, 1.92], method="power").probabilities[0]
    found = odds.models.goal_expectancy(fair, over, rho=-0.08)
    return found.home_rate, found.away_rate


def home_wins(minute: int, rates: Sequence[float]) -> float:
    """The probability that home wins, given what has happened by a minute."""
    match = odds.inplay.Football(
        rates[0],
        rates[1],
        minute,
        (sum(goal <= minute for goal in HOME_GOALS), sum(goal <= minute for goal in AWAY_GOALS)),
        rho=-0.08,
        red_cards=(0, int(minute >= RED_CARD)),
    )
    return match.result()[0]


def offer(probability: float) -> float:
    """What the house pays for the bet now, in pounds."""
    leg = betting.Leg(TAKEN, "OPEN", p=probability)
    bet = betting.Bet("SINGLE", [leg], unit_stake_minor=STAKE)
    return (betting.cash_out(bet, margin="0.05").value_minor or 0) / 100


def cash_out_curve(path: Path) -> None:
    """The offer for the bet through the match, and what the bet is worth without a margin."""
    rates, minutes = match_rates(), range(91)
    chances = [home_wins(minute, rates) for minute in minutes]
    figure, axes = panel(6.4, 3.4)
    fair = [STAKE / 100 * float(TAKEN) * p for p in chances]
    axes.step(minutes, fair, where="post", color=GREY, linewidth=1, label="fair value")
    axes.step(minutes, [offer(p) for p in chances], where="post", color=BLUE, label="cash-out at 5 %")
    axes.axhline(STAKE / 100, color=GREY, linewidth=0.6, linestyle=":")
    axes.text(1, STAKE / 100 + 1.5, "stake", color=GREY)
    events = [
        (AWAY_GOALS[0], "0-1"),
        (HOME_GOALS[0], "1-1"),
        (RED_CARD, "red card of away"),
        (HOME_GOALS[1], "2-1"),
    ]
    for minute, words in events:
        axes.axvline(minute, color=RED, linewidth=0.6)
        axes.text(minute - 1, 104, words, color=RED, ha="right", va="top")
    axes.set_xlim(0, 90)
    axes.set_ylim(0, 110)
    axes.set_xticks(range(0, 91, 15))
    axes.set_xlabel("minute")
    axes.set_ylabel("£")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.27, 0.92))
    save(figure, path)


def main(folder: Path) -> None:
    """Draw every picture of the guide into a folder."""
    with mpl.rc_context(STYLE):
        overround_by_method(folder / "odds-overround.svg")
        score_grid(folder / "odds-score-grid.svg")
        cash_out_curve(folder / "odds-cash-out.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
