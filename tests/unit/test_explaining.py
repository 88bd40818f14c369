"""What the sportsbook adds to the explanations of bets."""

from pathlib import Path

from pyplatform.apps.explaining import sportsbook
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg, Refusal
from pyplatform.core import ledger, money, wallet
from pyplatform.kernel import ids
from pyplatform.sportsbook.placement import decided, slip

PLAYER = ids.uuid7()
SLIP = slip.Slip(
    "DOUBLE",
    (Leg("e1", "1.5", 11, 20_000), Leg("e2", "1.6", 22, STARTING_PRICE, banker=True)),
    each_way=True,
)
PLACES = (decided.EachWayTerms(3, 5), decided.EachWayTerms(2, 4))


def _attempt(house: ledger.Ledger, told: decided.Decided, verdict: int, stake: str = "5.00") -> str:
    """Explain an attempt to place SLIP as the sportsbook decided on it."""
    terms, bet = decided.encode(told, SLIP), ids.uuid7()
    assert terms is not None
    context = wallet.Context("aurora", 1, PLAYER, 1, ids.uuid7())
    units = money.parse(stake, "EUR")
    asked = wallet.place_bet(
        context,
        ids.text(bet),
        bet,
        "EUR",
        units,
        2,
        1,
        slip.encode(SLIP),
        verdict,
        terms,
        2**63,
        generation=0,
    )
    house.submit(asked)
    found = house.explain(bet=bet, domain=sportsbook())
    assert found is not None
    return ledger.as_text(found)


def test_a_bet_is_told_with_its_slip_and_why_it_was_refused(tmp_path: Path) -> None:
    house = ledger.Ledger(tmp_path / "aurora.journal", "aurora")
    cashier = wallet.Context("aurora", 1, PLAYER, 2, ids.uuid7())
    house.submit(wallet.deposit(cashier, "one", "EUR", money.parse("50.00", "EUR"), "bank"))
    session = ids.uuid7()

    text = _attempt(house, decided.Decided(session, (22_600, 0), each_way=PLACES), 0)
    assert "type: double, each way" in text
    assert "leg 1: market 1.5, selection 11, at 2.26 (asked 2.00), 1/5 1-2-3" in text
    assert "leg 2: market 1.6, selection 22, at the starting price, 1/4 1-2, banker" in text

    limit = decided.Decided(session, (20_000, 0), max_stake=money.parse("2.50", "EUR"), legs=(1,))
    text = _attempt(house, limit, Refusal.STAKE_TOO_HIGH)
    assert "the sportsbook refused: this stake is above the limit" in text
    assert "refused for this leg" in text.partition("leg 2: ")[2].partition("\n")[0]
    assert "would have been taken up to: 2.50 EUR" in text

    text = _attempt(house, decided.Decided(session, (0, 0)), Refusal.NO_PRICE)
    assert "leg 1: market 1.5, selection 11, asked 2.00, without a price then" in text
    house.close()


def test_every_refusal_of_the_sportsbook_has_a_sentence() -> None:
    assert set(sportsbook().refusals) == set(Refusal)
    assert all(sportsbook().refusals.values())
