"""One bet decided in process: all checks, liability reserved, the wallet's command encoded; nothing durable.

A bet of several legs is an accumulator, each leg on a market of its own.
"""

import time
from typing import cast

from bench.accounting import percentile, reference_ns
from bench.slowdown import repeat
from pyplatform.bus import Bus
from pyplatform.contracts.feeds import Catalogue
from pyplatform.contracts.sportsbook.bets import Leg, PlaceBet
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel.collector import calm
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.decisions import Decisions
from pyplatform.sportsbook.placement.delays import Delays
from pyplatform.sportsbook.placement.judging import Judge
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.placement import Placement
from pyplatform.sportsbook.placement.referrals import Referrals
from pyplatform.sportsbook.placement.reserving import Owners, Recheck

TENANT = "aurora"
RUNNERS = 20
MARKETS = 50
BETS = 5_000
ROUNDS = 5
EUR = 1_000_000
PRICE_E4 = 25_000
TERMS = Terms(version=7, margin_bp=500, max_liability=10**15, max_stake=10**12, max_payout=10**13)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _market(number: int) -> MarketState:
    names = {runner: f"Runner {runner}" for runner in range(1, RUNNERS + 1)}
    market = MarketState(
        f"1.{number}",
        status=MarketStatus.OPEN,
        active=frozenset(names),
        names=names,
        catalogue=Catalogue(f"e{number}", "Race", "WIN", "Win", 1, 0, ()),
    )
    market.prices = {TENANT: dict.fromkeys(names, PRICE_E4)}
    return market


def _placement() -> tuple[Placement, OpenBets]:
    markets = {market.market_id: market for market in map(_market, range(MARKETS))}
    bets = OpenBets()
    for market in markets.values():
        bets.define(market.market_id, market.names, market.places)
    # Deciding asks neither other owners nor the wallet.
    owners, wallet = Owners(cast("Bus", None), "trading", ("trading",)), cast("WalletPort", None)
    judge = Judge(markets, bets, lambda _tenant, _market: TERMS)
    recheck, decisions = Recheck(owners, judge), Decisions()
    delays = Delays(recheck, bets, wallet, decisions)
    referrals = Referrals(recheck, bets, delays, decisions)
    return Placement(judge, owners, bets, wallet, delays, referrals), bets


def _slip(number: int, legs: int, player: bytes) -> PlaceBet:
    chosen = []
    for leg in range(legs):
        market = (number + 7 * leg) % MARKETS
        chosen.append(Leg(f"e{market}", f"1.{market}", 1 + (number + leg) % RUNNERS, PRICE_E4))
    kind = "SINGLE" if legs == 1 else "ACCA"
    return PlaceBet(
        TENANT, 1, player, player, f"{number}", kind, tuple(chosen), 5 * EUR, "EUR", player, TRACE
    )


def _round(legs: int, times: int) -> list[float]:
    """CPU nanoseconds of each of `BETS` decisions."""
    placement, bets = _placement()
    calm()  # as the trading process is when it serves
    player = bytes(15) + b"\1"
    slips = [_slip(number, legs, player) for number in range(BETS)]
    taken: list[float] = []
    for slip in slips:
        started = time.thread_time_ns()
        for _ in range(times):
            attempt = placement.decide(slip)
        taken.append(time.thread_time_ns() - started)
        if attempt.bet is None:
            raise RuntimeError(f"a bet was refused: {attempt.verdict.refusal!r}")
        attempt.bet.unclear = False
        bets.accept(attempt.bet)
    return taken


def measure(name: str) -> dict[str, list[float]]:
    """Figures: `p50_us` and `p99_us` of one decision (CPU time), `ratio` of the median to the reference step.

    The number at the end of `name` is that of the legs, 1 without.
    """
    legs = int(name.rpartition("_")[2]) if name[-1].isdigit() else 1
    figures: dict[str, list[float]] = {"p50_us": [], "p99_us": [], "ratio": []}
    for _ in range(ROUNDS):
        before = reference_ns()
        taken = _round(legs, repeat(name))
        reference = (before + reference_ns()) / 2
        median = percentile(taken, 0.5)
        figures["p50_us"].append(median / 1e3)
        figures["p99_us"].append(percentile(taken, 0.99) / 1e3)
        figures["ratio"].append(median / reference)
    return figures
