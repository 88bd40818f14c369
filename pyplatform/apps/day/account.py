"""The operator's profit explained: every bet's turnover, payout, margin and luck, added up to the ledger's accounts.

Of a bet that stands the margin is what its price keeps by the true chances when it was placed: `stake·(1 − E)`, with E
the expected return of a unit, `Σ_lines Π(p·P)/lines`. A sale earns what the bet was worth by the true chances then,
less what was paid for it. All the rest of what a bet earned or cost is luck: the three add up to it exactly.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Final

from pyplatform.apps.day.journal import Bet
from pyplatform.apps.day.racing import place_chances
from pyplatform.apps.day.world import Line
from pyplatform.apps.day.worth import E4, is_together, place_odds, with_places
from pyplatform.core import money

MIXED: Final = "several sports"


@dataclass(slots=True)
class Row:
    """Sums over bets, at the currency's scale; `kept` is the profit: margin + sales + luck.

    `free` is what free bets won, which is all they cost.
    """

    bets: int = 0
    turnover: int = 0
    payouts: int = 0
    cash_outs: int = 0
    free: int = 0
    kept: int = 0
    margin: int = 0
    sales: int = 0
    corrected: int = 0

    @property
    def luck(self) -> int:
        """What chance gave or took."""
        return self.kept - self.margin - self.sales

    def add(self, bet: Bet, margin: int, sales: int) -> None:
        """Count a bet."""
        self.bets += 1
        self.turnover += bet.moved["SPORT_STAKES"]
        self.payouts -= bet.moved["SPORT_PAYOUTS"]
        self.cash_outs -= bet.moved["SPORT_CASHOUT"]
        self.free -= bet.moved["FREEBET_COST"]
        self.kept += bet.profit
        self.margin += margin
        self.sales += sales
        self.corrected += bet.corrected


@dataclass(slots=True)
class Account:
    """The profit of one tenant: in all, and by sport, market, type of bet and style of punter."""

    tenant: str
    currency: str
    total: Row
    by: dict[str, dict[str, Row]]
    house: dict[str, int]
    """The ledger's own accounts: what they earned, costs below 0."""

    @property
    def difference(self) -> int:
        """What the rows and the ledger disagree by: 0."""
        return self.total.kept - sum(self.house.values())

    def sound(self) -> bool:
        """Whether every way to divide the profit adds up to the ledger's accounts, account by account."""
        expected = (
            self.house["SPORT_STAKES"],
            -self.house["SPORT_PAYOUTS"],
            -self.house["SPORT_CASHOUT"],
            -self.house["FREEBET_COST"],
            sum(self.house.values()),
        )
        tables = [[self.total], *(list(rows.values()) for rows in self.by.values())]
        return all(
            (
                sum(row.turnover for row in rows),
                sum(row.payouts for row in rows),
                sum(row.cash_outs for row in rows),
                sum(row.free for row in rows),
                sum(row.kept for row in rows),
            )
            == expected
            for rows in tables
        )


class Accountant:
    """Explains bets by what was true when they were placed; `day` turns nanoseconds into seconds of the day."""

    def __init__(
        self, lines: Mapping[str, Line], styles: Mapping[bytes, str], day: Callable[[int], float]
    ) -> None:
        self._lines, self._styles, self._day = lines, styles, day

    def explain(self, tenant: str, currency: str, bets: Iterable[Bet], house: Mapping[str, int]) -> Account:
        """Add up all bets."""
        by: dict[str, dict[str, Row]] = {
            name: defaultdict(Row) for name in ("sport", "market", "type of bet", "style")
        }
        total = Row()
        for bet in bets:
            if bet.state == "rejected":
                continue
            margin, sales = self._margin(bet), self._sales(bet)
            keys = {
                "sport": self._sport(bet),
                "market": self._market(bet),
                "type of bet": _type(bet),
                "style": self._styles.get(bet.player, "nobody we know"),
            }
            for row in (total, *(by[name][key] for name, key in keys.items())):
                row.add(bet, margin, sales)
        ordered = {
            name: dict(sorted(rows.items(), key=lambda one: -one[1].turnover)) for name, rows in by.items()
        }
        return Account(tenant, currency, total, ordered, dict(house))

    def _sport(self, bet: Bet) -> str:
        sports = {line.sport for leg in bet.slip.legs if (line := self._lines.get(leg.market_id))}
        unknown = any(leg.market_id not in self._lines for leg in bet.slip.legs)
        if unknown:
            sports.add("recorded races")
        return sports.pop() if len(sports) == 1 else MIXED

    def _market(self, bet: Bet) -> str:
        if len(bet.slip.legs) > 1:
            return "several legs"
        line = self._lines.get(bet.slip.legs[0].market_id)
        return line.kind if line is not None else "recorded races"

    def _margin(self, bet: Bet) -> int:
        """What the price kept by the true chances; of markets whose truth nobody knows, nothing is claimed."""
        if bet.state == "voided":
            return 0
        worth = self._worth(bet, bet.placed_at)
        stake = 0 if bet.told.free else 1
        return 0 if worth is None else _whole(bet, bet.stake * (stake - worth))

    def _sales(self, bet: Bet) -> int:
        """What the parts bought back were worth beyond their price; the ledger knows when they were sold."""
        earned, left = 0, Fraction(1)
        for sale in bet.sold:
            part = left * Fraction(sale.above, sale.below)
            left -= part
            worth = self._worth(bet, sale.at)
            if worth is not None:
                earned += _whole(bet, float(bet.stake * part) * worth) - sale.amount
        return earned

    def _worth(self, bet: Bet, at: int) -> float | None:
        """Expected return of a unit of stake by the true chances at a time, of a free bet its winnings.

        None where a chance is not known, or that of legs together is not the product of theirs. What starting prices
        will be nobody knows: those promised the better of both are worth their own.
        """
        if is_together(bet):
            return None
        win, place = [], []
        for number, leg in enumerate(bet.slip.legs):
            line = self._lines.get(leg.market_id)
            if line is None:
                return None
            price, chances = bet.told.prices[number], self._chances(line, self._day(at))
            chance = chances[line.selections.index(leg.selection_id)]
            win.append(chance * price / E4)
            if bet.told.each_way:
                terms = bet.told.each_way[number]
                placed = place_chances(chances, terms.places)[line.selections.index(leg.selection_id)]
                place.append(placed * float(place_odds(price, terms.fraction)))
        worth = with_places(bet, win, place)
        if bet.told.promised.boost_bp:
            all_win = prod(value * E4 / price for value, price in zip(win, bet.told.prices, strict=True))
            worth += (worth - all_win) * bet.told.promised.boost_bp / E4
        if bet.told.free:
            worth -= win[0] * E4 / bet.told.prices[0]
        return worth

    def _chances(self, line: Line, day: float) -> tuple[float, ...]:
        if day < line.settled:
            return tuple(line.chance(selection, day) for selection in line.selections)
        return tuple(float(selection in (line.winners or ())) for selection in line.selections)


def _type(bet: Bet) -> str:
    kind = bet.slip.bet_type.lower().replace("_", " ")
    if bet.told.free:
        return f"free {kind}"
    return f"{kind} each way" if bet.slip.each_way else kind


def _whole(bet: Bet, amount: float) -> int:
    """An estimate in whole minor units."""
    unit = money.minor_unit(bet.currency)
    return round(amount / unit) * unit
