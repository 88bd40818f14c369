"""Winnings of free bets and free rounds that are bonus money, by hand: what is debited and credited when."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core import ledger, wallet
from pyplatform.kernel import ids
from tests.unit.posting import (
    ANN,
    BET,
    EVIDENCE,
    GRANT,
    LATER,
    NOON,
    PAYMENT,
    TOKEN,
    House,
    Legs,
    euro,
    of,
    open_house,
)

WON = {"lasts": 10**12, "max_convert": euro("20.00")}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def give_for_bonus(house: House, **more: Any) -> Legs:
    gift = {"token": TOKEN, "currency": "EUR", "amount": euro("10.00"), "expires_at": LATER, **WON, **more}
    return house.post(wallet.bonus.give_bonus_free_bet(of(5), house.key, **gift))


def end(house: House, grant: bytes, how: str = "end_bonus", **more: Any) -> Legs:
    version = standing(house, grant)["version"]
    return house.post(getattr(wallet.bonus, how)(of(5), house.key, grant=grant, version=version, **more))


def standing(house: House, grant: bytes) -> dict[str, Any]:
    found = house.ledger.record("grant", grant)
    assert found is not None
    return found


def test_a_free_bet_into_the_bonus_book(house: House) -> None:
    assert give_for_bonus(house) == ["FREEBET_ISSUED -> PLAYER_FREEBET 10.00"]
    house.place("10.00", free_bet=TOKEN)
    assert house.ledger.record("grant", TOKEN) is None
    assert sorted(house.settle("35.00")) == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 25.00",
        "PLAYER_FREEBET_HELD -> FREEBET_USED 10.00",
    ]
    won = standing(house, TOKEN)
    assert (won["state"], won["amount"], won["max_convert"]) == ("active", euro("25.00"), euro("20.00"))
    assert won["expires_at"] > NOON + 10**12
    assert end(house, TOKEN, "convert_bonus") == [
        "PLAYER_BONUS -> BONUS_CONVERTED 20.00",
        "PLAYER_BONUS -> BONUS_FORFEITED 5.00",
        "BONUS_COST -> PLAYER_REAL 20.00",
    ]
    assert house.settle("0.00", 2, 2) == ["BONUS_WRITEOFF -> BONUS_PAYOUTS 25.00"]
    assert house.settle("35.00", 3, 3) == [], "what is won after the end of the bonus falls away"


def test_a_bonus_that_a_free_bet_won_follows_its_result(house: House) -> None:
    give_for_bonus(house, most=euro("30.00"), returns_stake=True)
    house.place("10.00", free_bet=TOKEN)
    assert "BONUS_PAYOUTS -> PLAYER_BONUS 30.00" in house.settle("35.00")
    assert sorted(house.settle("20.00", 2, 2)) == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 20.00",
        "PLAYER_BONUS -> BONUS_PAYOUTS 30.00",
    ]
    assert standing(house, TOKEN)["amount"] == euro("20.00")
    assert sorted(house.post(wallet.reopen_bet(of(), BET, 3, 3, EVIDENCE))) == [
        "FREEBET_USED -> PLAYER_FREEBET_HELD 10.00",
        "PLAYER_BONUS -> BONUS_PAYOUTS 20.00",
    ]
    assert standing(house, TOKEN)["amount"] == 0
    assert house.post(wallet.void_bet(of(), BET, revision=4, version=4, reason=1)) == [
        "PLAYER_FREEBET_HELD -> PLAYER_FREEBET 10.00"
    ]


def test_a_bonus_that_is_won_waits_for_the_active_one(house: House) -> None:
    give_for_bonus(house)
    house.grant("50.00")
    house.place("10.00", free_bet=TOKEN)
    house.settle("35.00")
    assert standing(house, TOKEN)["state"] == "queued"
    assert house.ledger.bonus(ANN, "EUR") == euro("50.00"), "what waits cannot be staked"
    assert end(house, GRANT, why="forfeited") == ["PLAYER_BONUS -> BONUS_FORFEITED 50.00"]
    assert standing(house, TOKEN)["state"] == "active"
    assert house.ledger.bonus(ANN, "EUR") == euro("25.00")


def test_a_free_bet_given_back_and_used_elsewhere_is_not_used_twice(house: House) -> None:
    give_for_bonus(house)
    house.place("10.00", free_bet=TOKEN)
    house.post(wallet.void_bet(of(), BET, revision=1, version=1, reason=1))
    house.place("10.00", bet=PAYMENT, free_bet=TOKEN)
    house.settle("0.00", bet=PAYMENT)
    for command in (
        wallet.settle_bet(of(), BET, 2, 2, euro("35.00"), EVIDENCE),
        wallet.reopen_bet(of(), BET, 2, 2, EVIDENCE),
    ):
        assert house.ledger.submit(command).name == "token_not_available"
    assert house.post(wallet.void_bet(of(), BET, revision=2, version=2, reason=1)) == [], (
        "void it is, and void it stays"
    )


def test_free_rounds_into_the_bonus_book_up_to_their_cap(house: House) -> None:
    house.games()
    house.post(wallet.bonus.award_free_rounds(of(5), house.key, grant=GRANT, currency="EUR", lasts=10**12))
    capped: dict[str, Any] = {"grant": TOKEN, "currency": "EUR", "most": euro("8.00"), "lasts": 10**12}
    house.post(wallet.bonus.award_free_rounds(of(5), house.key, **capped))
    won = {"provider": "acme", "currency": "EUR"}
    assert house.game("free_round_win", **won, grant=TOKEN, amount=euro("5.00"), round="r1") == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 5.00"
    ]
    first = f"k{house.keys}"
    assert house.game("free_round_win", **won, grant=TOKEN, amount=euro("5.00"), round="r1") == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 3.00"
    ]
    assert house.game("casino_rollback", **won, bet=first) == ["PLAYER_BONUS -> BONUS_PAYOUTS 5.00"]
    assert standing(house, TOKEN)["amount"] == euro("3.00")
    assert house.game("free_round_win", **won, grant=TOKEN, amount=euro("9.00")) == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 5.00"
    ]
    house.game("free_round_win", **won, grant=GRANT, amount=euro("2.00"))
    assert standing(house, GRANT)["state"] == "queued"


def test_a_chargeback_revokes_what_was_won_with_the_gifts_for_its_deposit(house: House) -> None:
    paid = {"payment": PAYMENT, "currency": "EUR", "amount": euro("50.00"), "psp": "bank"}
    house.cashier("initiate_deposit", **paid)
    house.cashier("capture_deposit", payment=PAYMENT)
    give_for_bonus(house, payment=PAYMENT)
    house.post(
        wallet.bonus.award_free_rounds(
            of(5), house.key, grant=GRANT, currency="EUR", lasts=10**12, payment=PAYMENT
        )
    )
    house.place("10.00", free_bet=TOKEN)
    house.settle("35.00")
    back = house.cashier("charge_back", payment=PAYMENT, amount=euro("50.00"), fee=0)
    assert "PLAYER_BONUS -> BONUS_FORFEITED 25.00" in back
    assert standing(house, TOKEN)["state"] == "revoked"
    house.games()
    won = {"provider": "acme", "currency": "EUR", "grant": GRANT, "amount": euro("5.00")}
    assert house.game("free_round_win", **won) == [], "nothing more comes of that deposit"
    assert house.ledger.record("grant", GRANT) is None


def test_what_became_of_a_gift_is_told_in_words(house: House) -> None:
    give_for_bonus(house, most=euro("20.00"))
    given = house.ledger.explain(seq=house.ledger.seq)
    assert given is not None
    text = ledger.as_text(given)
    assert "Give a free bet of 10.00 EUR whose winnings are bonus money" in text
    assert "most: 20.00 EUR" in text
    assert "lasts: 0:16:40" in text

    house.place("10.00", free_bet=TOKEN)
    house.settle("35.00")
    story = house.ledger.explain(bet=BET)
    assert story is not None
    text = ledger.as_text(story)
    assert f"what it wins is bonus money: bonus {ids.text(TOKEN)}" in text
    assert "bonus money                   +20.00 EUR   now 20.00 EUR" in text
