"""Answers that get lost on the way: what the owner of an event believes must stay what the wallet did."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetOutcome, PlaceBet
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.placement.decisions import Decisions
from pyplatform.sportsbook.placement.delays import Delays
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, Standing
from pyplatform.sportsbook.placement.placement import Placement
from pyplatform.sportsbook.placement.referrals import Referrals
from pyplatform.sportsbook.placement.reserving import Recheck
from pyplatform.sportsbook.placement.shares import OpenLeg
from tests.unit.sportsbook import deciding

TENANT, MARKET, RUNNER = "aurora", "1.1", 1
PLAYER = ids.uuid7()
STAKE = money.parse("10.00", "EUR")

Fault = Callable[["Line", bytes], codec.Reply]


def lost(line: "Line", command: bytes) -> codec.Reply:
    """The wallet acts, and nobody hears of it."""
    line.wallet.submit(command, now_ns())
    raise Unavailable("the answer was lost")


def dropped(_line: "Line", _command: bytes) -> codec.Reply:
    """The wallet hears nothing."""
    raise Unavailable("the command was lost")


def late_then_overloaded(line: "Line", command: bytes) -> codec.Reply:
    """A first copy waits in the writer's queue; the second, sent for want of an answer, finds it full."""
    asyncio.get_running_loop().call_later(0.02, line.wallet.submit, command, now_ns())
    return codec.decode_reply(OVERLOADED)


OVERLOADED = bytes([3, 0, 0]) + bytes([0x99, 1]) + bytes([0]) + bytes(8) + bytes([0, 0, 0, 0])


class Line:
    """The way to a real wallet in memory, with a fault for each of the next commands."""

    def __init__(self, *faults: Fault) -> None:
        self.wallet = codec.Wallet(TENANT)
        self.faults = list(faults)
        context = codec.Context(TENANT, 1, PLAYER, 2, ids.uuid7())
        self.wallet.submit(codec.deposit(context, "d", "EUR", 10 * STAKE, "test"), now_ns())

    async def submit(self, _tenant: str, command: bytes, *, settlement: bool = False) -> codec.Reply:
        del settlement
        await asyncio.sleep(0)
        if self.faults:
            return self.faults.pop(0)(self, command)
        return self.wallet.submit(command, now_ns())

    @property
    def balance(self) -> tuple[int, int]:
        return self.wallet.balance(PLAYER, "EUR")


class Owner:
    """Placement and delays of one market."""

    def __init__(self, line: Line, delay: int = 0) -> None:
        self.market = deciding.market(MARKET, prices={RUNNER: 20_000}, delay=delay)
        self.bets = OpenBets()
        judge, owners = deciding.judge(self.bets, self.market), deciding.alone()
        self.decisions = Decisions()
        recheck = Recheck(owners, judge)
        self.delays = Delays(recheck, self.bets, line, self.decisions)
        self.referrals = Referrals(recheck, self.bets, self.delays, self.decisions)
        self.placement = Placement(judge, owners, self.bets, line, self.delays, self.referrals)

    @property
    def open(self) -> list[OpenBet]:
        """Bets that the wallet has said are open."""
        return [bet for bet in self.bets if bet.standing is Standing.OPEN and not bet.unclear]

    @property
    def at_risk(self) -> int:
        """What the market may lose, with what is reserved; at 2.00 that is what was staked."""
        return self.bets.liability(TENANT, MARKET, "EUR").worst_case()


def attempt(key: str = "k", traceparent: str = "") -> PlaceBet:
    leg = deciding.leg(RUNNER, 20_000, MARKET)
    return deciding.slip(leg, stake=STAKE, key=key, player=PLAYER, traceparent=traceparent)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a delay of any length pass at once."""
    sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep
    monkeypatch.setattr("pyplatform.sportsbook.placement.delays.asyncio.sleep", lambda s: sleep(s / 100))


@pytest.mark.parametrize("fault", [lost, dropped, late_then_overloaded])
async def test_a_bet_whose_placement_was_not_answered_stays_reserved_until_it_is_known_to_be_open(
    fault: Fault,
) -> None:
    line = Line(fault)
    owner = Owner(line)
    answer = await owner.placement.place(attempt())
    assert answer.outcome is BetOutcome.UNAVAILABLE
    assert (owner.at_risk, owner.open) == (STAKE, [])
    await until(lambda: len(owner.open) == 1)
    assert (owner.at_risk, line.balance) == (STAKE, (9 * STAKE, STAKE))


@pytest.mark.parametrize("fault", [lost, dropped, late_then_overloaded])
async def test_a_delayed_bet_whose_acceptance_was_not_answered_is_accepted_once(
    fault: Fault, instant: None
) -> None:
    line = Line()
    owner = Owner(line, delay=1)
    placed = await owner.placement.place(attempt())
    assert placed.outcome is BetOutcome.PENDING
    line.faults.append(fault)
    decision = await owner.decisions.of(ids.parse(placed.bet_id))
    assert decision.outcome is BetOutcome.ACCEPTED
    assert (len(owner.open), owner.at_risk, line.balance) == (1, STAKE, (9 * STAKE, STAKE))


async def test_an_attempt_that_cannot_be_sent_reserves_nothing() -> None:
    owner = Owner(Line())
    with pytest.raises(ValueError, match="traceparent"):
        await owner.placement.place(attempt(traceparent="nonsense"))
    assert owner.at_risk == 0


def found_pending(owner: Owner, line: Line, pending_for: int) -> OpenBet:
    """Have a former owner leave a pending bet behind, and find it as recovery does."""
    bet_id, until = ids.uuid7(), now_ns() + pending_for
    context = codec.Context(TENANT, 1, PLAYER, 1, ids.uuid7())
    command = codec.place_bet(
        context, "k", bet_id, "EUR", STAKE, 1, 1, b"", 0, b"", now_ns() + 10**9, 0, until
    )
    assert line.wallet.submit(command, now_ns()).status == codec.ACCEPTED
    legs = (OpenLeg("e1", MARKET, RUNNER, 20_000),)
    bet = OpenBet(bet_id, TENANT, 1, PLAYER, "SINGLE", legs, STAKE, "EUR", 1, pending_until=until)
    owner.bets.restore(bet)
    return bet


async def test_an_overdue_bet_that_a_former_owner_had_accepted_is_kept() -> None:
    line = Line()
    owner = Owner(line)
    bet = found_pending(owner, line, 10**9)
    context = codec.Context(TENANT, 1, PLAYER, 1, ids.uuid7())
    line.wallet.submit(codec.accept_bet(context, bet.bet_id, 1), now_ns())
    await owner.delays.inquire(bet)
    assert owner.at_risk == STAKE
    assert owner.open == [bet]


async def test_an_overdue_bet_is_released_when_the_wallet_has_rejected_it_and_not_before() -> None:
    line = Line()
    owner = Owner(line)
    bet = found_pending(owner, line, 10**9)
    await owner.delays.inquire(bet)
    assert (owner.at_risk, line.balance[1]) == (STAKE, STAKE)
    line.wallet.submit(codec.tick(codec.Context(TENANT, 1, bytes(16), 3, ids.uuid7()), 2**63), 2**62)
    await owner.delays.inquire(bet)
    assert (owner.at_risk, line.balance[1]) == (0, 0)
