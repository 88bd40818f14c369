"""What a bookmaker decides while bets come in: liability, stake limits, moving prices, price changes.

A module of its own beside `betting`, which settles bets, and `odds`, which makes prices.

>>> from pyplatform.core import trading
>>> book = trading.Book(["home", "draw", "away"])
>>> book.add(book.payoff("home", 10_000, "2.5"))
>>> book.add(book.payoff("draw", 5_000, "3.4"))
>>> book.position().pnl_by_outcome
{'home': -10000, 'draw': -2000, 'away': 15000}
>>> limits = trading.Limits(market=100_000, bet_liability=500_000, payout=200_000)
>>> book.max_stake("home", "2.5", limits)
MaxStake(stake=60000, limit="market", leg=None)
>>> [round(share, 3) for share in trading.apportion(["1.5", "6.5", "3.0"]).factors]
[0.12, 0.554, 0.325]
>>> trading.price_change("WITHIN", "1.91", "1.77", "0.0733").decision
'ACCEPT'
>>> [round(p, 4) for p in trading.auto_move([0.5, 0.5], [-1_000, 950], 2_000, 0.2)]
[0.5244, 0.4756]
"""

from pyplatform._core.moves import (
    AutoMover,
    Moved,
    MoverState,
    PriceDecision,
    auto_move,
    exchange_price,
    price_change,
    step_prices,
)
from pyplatform._core.trading import (
    Apportionment,
    Book,
    Limits,
    MaxStake,
    Payoff,
    Position,
    apportion,
    max_stake,
    max_stake_multiple,
    max_stakes,
    parlay_limit,
)

__all__ = [
    "Apportionment",
    "AutoMover",
    "Book",
    "Limits",
    "MaxStake",
    "Moved",
    "MoverState",
    "Payoff",
    "Position",
    "PriceDecision",
    "apportion",
    "auto_move",
    "exchange_price",
    "max_stake",
    "max_stake_multiple",
    "max_stakes",
    "parlay_limit",
    "price_change",
    "step_prices",
]
