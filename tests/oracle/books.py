"""Accounts as the chart has them: names, sides, floors, and postings that happen together or not at all."""

from collections import defaultdict
from typing import Final, NamedTuple

CENT: Final = 10_000
MINUTE_NS: Final = 60_000_000_000
HOUSE: Final = "house"


class No(Exception):  # noqa: N818  (it is an answer, not an error)
    """A refusal by its name; `passing` ones are remembered nowhere."""

    def __init__(self, code: str | int, *, passing: bool = False) -> None:
        super().__init__(str(code))
        self.code = code
        self.passing = passing


class Account(NamedTuple):
    """An account: its name in the chart, whose it is, and its currency."""

    name: str
    owner: str
    currency: str


# What grows by debits; everything else grows by credits.
DEBIT: Final = frozenset(
    [
        "BANK_PLAYER_FUNDS",
        "BANK_OPERATING",
        "PSP_CLEARING",
        "PLAYER_DEBT",
        "PROVIDER_RECEIVABLE",
        "SPORT_PAYOUTS",
        "SPORT_CASHOUT",
        "CASINO_WINS",
        "JACKPOT_CONTRIB",
        "JACKPOT_SEED",
        "BONUS_COST",
        "FREEBET_COST",
        "PSP_FEES",
        "CHARGEBACK_FEES",
        "BAD_DEBT",
        "GAMING_TAX_EXP",
        "GOODWILL",
        "BONUS_ISSUED",
        "BONUS_PAYOUTS",
        "BONUS_WRITEOFF",
        "FREEBET_ISSUED",
    ]
)
# What must not fall below zero, and what is said when it would.
FLOOR: Final = {
    "PLAYER_DEBT": "debt_too_small",
    "PLAYER_LOCKED": "not_locked",
    "JACKPOT_POOL": "jackpot_short",
    "SUSPENSE": "nothing_there",
    **dict.fromkeys(
        [
            "PLAYER_REAL",
            "PLAYER_BET_HELD",
            "PLAYER_WD_PENDING",
            "DORMANT_FUNDS",
            "PLAYER_BONUS",
            "PLAYER_BONUS_HELD",
            "PLAYER_FREEBET",
            "PLAYER_FREEBET_HELD",
        ],
        "insufficient_funds",
    ),
}


class Books:
    """All balances, each on its account's own side."""

    def __init__(self) -> None:
        self.balances: defaultdict[Account, int] = defaultdict(int)

    def post(self, moves: list[tuple[Account, Account, int]]) -> None:
        """Move each amount from the debited account to the credited one; raises `No` and changes nothing."""
        after = self.balances.copy()
        for debit, credit, amount in moves:
            if amount:
                self._shift(after, debit, -amount)
                self._shift(after, credit, amount)
        self.balances = after

    @staticmethod
    def _shift(balances: defaultdict[Account, int], account: Account, credited: int) -> None:
        change = -credited if account.name in DEBIT else credited
        balances[account] += change
        if change < 0 and balances[account] < 0 and account.name in FLOOR:
            raise No(FLOOR[account.name])

    def nonzero(self) -> dict[Account, int]:
        """Every account that holds something."""
        return {account: balance for account, balance in self.balances.items() if balance}


def floored(amount: int, unit: int) -> int:
    """Rounded down to a multiple of `unit`."""
    return amount // unit * unit


def part_of(amount: int, part: tuple[int, int], unit: int) -> int:
    """This part of an amount, rounded down; the whole is the whole."""
    top, bottom = part
    return amount if top == bottom else floored(amount * top // bottom, unit)


def share(win: int, real: int, bonus: int, unit: int) -> int:
    """What of a win belongs to the real money it was staked with; the rest belongs to the bonus."""
    return win if bonus == 0 else floored(win * real // (real + bonus), unit)
