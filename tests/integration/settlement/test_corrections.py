"""Results that change after they were paid: the difference moves, whatever came before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform._core import wallet as codec
from pyplatform.contracts.feeds import OutcomeResult, Result
from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.settlement.judging import Judge
from pyplatform.sportsbook.settlement.resolution import Decided, Resolution
from pyplatform.sportsbook.settlement.wagers import Wager, WagerLeg, WagerState
from pyplatform.sportsbook.settlement.worker import command
from tests.integration.settlement.conftest import EUR, NOTHING, Shop, won

A, B = "m.a", "m.b"


async def test_a_result_reversed_after_payout_posts_the_difference(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    await shop.place((A, 2, 40_000))
    async with shop.settling():
        await shop.tell(won(1, lost=(2,), certainty=1), A)
        await shop.done(A)
        await shop.tell(won(2, lost=(1,)), A)
        run = await shop.done(A, 2)
        assert (run.settled, run.corrected, run.refused) == (0, 2, 0)
        assert run.moved == {"EUR": 15 * EUR}
        assert await shop.balance() == (1020 * EUR, 0)
        await shop.tell(won(1, lost=(2,)), A)
        await shop.done(A, 3)
    assert await shop.balance() == (1005 * EUR, 0)


async def test_a_rollback_takes_back_what_was_paid_until_the_next_result(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    async with shop.settling():
        await shop.tell(won(1, lost=(2,)), A)
        await shop.done(A)
        await shop.tell(NOTHING, A)
        run = await shop.done(A, 2)
        assert (run.corrected, run.moved) == (1, {"EUR": -25 * EUR})
        assert await shop.balance() == (990 * EUR, 10 * EUR)
        await shop.tell(NOTHING, A)
        await shop.tell(won(1), A)
        await shop.done(A, 3)
    assert await shop.balance() == (1015 * EUR, 0)


async def test_a_cancelled_window_and_its_rollback(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    async with shop.settling():
        paid = won(1, lost=(2,))
        await shop.tell(paid, A)
        await shop.done(A)
        cancelled = type(paid)(1, True, True, 2, paid.outcomes, ((None, None),))
        await shop.tell(cancelled, A)
        run = await shop.done(A, 2)
        assert run.corrected == 1
        assert await shop.balance() == (1000 * EUR, 0)
        await shop.tell(paid, A)
        await shop.done(A, 3)
    assert await shop.balance() == (1015 * EUR, 0)


async def test_what_a_player_has_spent_meanwhile_becomes_a_debt(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    async with shop.settling():
        await shop.tell(won(1), A)
        await shop.done(A)
        await shop.place((B, 1, 20_000), stake=1015 * EUR)
        await shop.tell(won(lost=(1,)), A)
        run = await shop.done(A, 2)
        assert (run.corrected, run.refused) == (1, 0)
    assert await shop.balance() == (0, 1015 * EUR)


async def test_staff_take_a_result_back_and_enter_another(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    async with shop.settling():
        await shop.tell(won(1), A)
        await shop.done(A)
        await shop.staff(contract.TAKE_BACK, contract.TakeBack(A, "wrong match"))
        await shop.done(A, 2)
        assert await shop.balance() == (990 * EUR, 10 * EUR)
        await shop.staff(contract.VOID, contract.Void(A))
        await shop.done(A, 3)
    assert await shop.balance() == (1000 * EUR, 0)


async def test_a_command_of_staff_sent_again_is_one_revision(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    async with shop.settling():
        entered = contract.EnterResult(A, (1,))
        first = await shop.staff(contract.ENTER_RESULT, entered, expected=0, key="k")
        again = await shop.staff(contract.ENTER_RESULT, entered, expected=0, key="k")
        assert (first.replayed, again.replayed) == (False, True)
        assert (first.version, first.data) == (again.version, again.data)
        other = await shop.staff(contract.ENTER_RESULT, contract.EnterResult(A, (2,)), expected=0, key="k")
        assert other.code == "idempotency_conflict"
        await shop.done(A, 1)
        back = await shop.staff(contract.TAKE_BACK, contract.TakeBack(A), key="back")
        assert back.version == 2
        await shop.staff(contract.ENTER_RESULT, entered)
        late = await shop.staff(contract.TAKE_BACK, contract.TakeBack(A), key="back")
        assert (late.replayed, late.version) == (True, 2)
        await shop.done(A, 3)
    assert await shop.balance() == (1010 * EUR, 0)


_LEGS = ("a", "b")


@st.composite
def _word(draw: st.DrawFn) -> tuple[str, Resolution]:
    """A word on one of two markets: won, lost, void, half won, half lost, undecided."""
    market = draw(st.sampled_from(_LEGS))
    one = draw(st.sampled_from([None, (True, 0), (False, 0), (False, 2), (True, 1), (False, 1)]))
    each = () if one is None else (Decided(1, one[0], one[1], 1, 1),)
    return market, Resolution(market, 1, (), (), bool(each), each, separate=True)


def _after(words: list[tuple[str, Resolution]], kind: str) -> tuple[int, int]:
    """What a player has (available, held) whose bet was judged after every word."""
    house, judge = codec.Wallet("aurora"), Judge(HouseRules())
    player, bet_id = bytes(15) + b"\1", ids.uuid7()
    context = codec.Context("aurora", 1, player, 1, bytes(16))
    house.submit(codec.deposit(context, "d", "EUR", 100 * EUR, "bank"), 1)
    placed = codec.place_bet(context, "k", bet_id, "EUR", 30 * EUR, 1, 1, b"", 0, b"", 2**62, 0)
    assert house.submit(placed, 2).status == codec.ACCEPTED
    legs = tuple(WagerLeg(name, 1, price) for name, price in zip(_LEGS, (21_500, 17_300), strict=True))
    bet = Wager(bet_id, 1, player, "EUR", 30 * EUR, legs, 1, WagerState.OPEN, kind=kind)
    told: dict[str, Resolution] = {}
    for now, (market, word) in enumerate(words, 3):
        told[market] = word
        for due in judge.due([bet], told)[0]:
            reply = house.submit(command("aurora", due, bytes(16)), now)
            assert reply.status == codec.ACCEPTED, reply.name
            again = house.submit(command("aurora", due, ids.uuid7()), now)
            assert (again.status, again.replayed, again.seq) == (codec.ACCEPTED, True, reply.seq)
            bet.version, bet.paid, bet.state = reply.version, due.returns, due.becomes
    return house.balance(player, "EUR")


@settings(max_examples=150, deadline=None)
@given(st.lists(_word(), max_size=8), st.sampled_from(["DOUBLE", "SSA"]))
def test_any_history_of_results_leaves_the_balance_of_the_last_ones_alone(
    words: list[tuple[str, Resolution]], kind: str
) -> None:
    last = dict(words)
    assert _after(words, kind) == _after(list(last.items()), kind)
    assert _after(words, kind) == _after(list(reversed(last.items())), kind)


async def test_bets_that_were_closed_long_ago_are_read_anew_for_a_correction(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    await shop.place((B, 1, 25_000))
    async with shop.settling() as service:
        for market in (A, B):
            await shop.tell(won(1), market)
            await shop.done(market)
        book = service.tenants[shop.tenant.slug].book
        assert book.forget(2**62) == 2
        await shop.tell(won(lost=(1,)), A)
        run = await shop.done(A, 2)
        assert (run.corrected, len(book)) == (1, 1)
    assert await shop.balance() == (1005 * EUR, 0)


async def test_a_free_bet_wins_without_its_stake_and_comes_back_when_void(shop: Shop) -> None:
    tokens = [await shop.give_free_bet(20 * EUR) for _ in range(3)]
    for token, selection in zip(tokens, (1, 2, 3), strict=True):
        await shop.place((A, selection, 30_000), stake=20 * EUR, free_bet=token)
    async with shop.settling():
        outcomes = (*won(1, lost=(2,)).outcomes, OutcomeResult("3", False, void_halves=2))
        await shop.tell(Result(1, True, True, 2, outcomes), A)
        run = await shop.done(A)
        assert (run.settled, run.voided) == (2, 1)
    assert await shop.balance() == (1040 * EUR, 0)
