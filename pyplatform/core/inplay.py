"""Matches under way: football on top of its score, tennis from any point, games of many points by Stern's model.

>>> from pyplatform.core import odds
>>> match = odds.inplay.Football(1.5, 1.1, minute=60, score=(1, 0), red_cards=(0, 1))
>>> [round(p, 3) for p in match.result()]
[0.865, 0.117, 0.017]
>>> round(match.grid().over(2.5).fair_price, 2)
4.02
>>> odds.inplay.TennisMatch(0.65, 0.62, sets=(1, 0), games=(4, 3), points=(2, 1), server="B").set_scores().keys()
dict_keys(['2-0', '2-1', '1-2'])
>>> round(odds.inplay.SternGame(4.5, 12.0, lead=-3, remaining=0.25).moneyline()[0], 3)
0.381
"""

from pyplatform._core.inplay import (
    Football,
    SternGame,
    TennisMatch,
    skellam,
    tennis_game,
    tennis_set,
    tennis_tiebreak,
)

__all__ = [
    "Football",
    "SternGame",
    "TennisMatch",
    "skellam",
    "tennis_game",
    "tennis_set",
    "tennis_tiebreak",
]
