"""The posting rules by hand: what each event debits and credits, in euros, in the order of the book.

The examples are those of the rule book: a stake of 10.00 that is 4.00 of the player's own and 6.00 of bonus money.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core import money, wallet
from tests.unit.posting import (
    ANN,
    BET,
    GRANT,
    LATER,
    PAYMENT,
    PAYOUT,
    SUE,
    TOKEN,
    TOM,
    House,
    euro,
    of,
    open_house,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def test_deposit_and_what_the_provider_pays_out(house: House) -> None:
    assert (
        house.cashier("initiate_deposit", payment=PAYMENT, currency="EUR", amount=euro("100.00"), psp="bank")
        == []
    )
    assert house.cashier("capture_deposit", payment=PAYMENT) == ["PSP_CLEARING -> PLAYER_REAL 100.00"]
    assert house.operator(
        "settle_psp", currency="EUR", psp="bank", amount=euro("100.00"), fee=euro("2.00")
    ) == [
        "BANK_PLAYER_FUNDS -> PSP_CLEARING 98.00",
        "PSP_FEES -> PSP_CLEARING 2.00",
        "BANK_PLAYER_FUNDS -> BANK_OPERATING 2.00",
    ]


def test_withdrawal_paid_bounced_and_rejected(house: House) -> None:
    house.deposit("100.00")
    asked = {"withdrawal": PAYOUT, "currency": "EUR", "amount": euro("60.00"), "psp": "bank"}
    assert house.cashier("request_withdrawal", **asked) == ["PLAYER_REAL -> PLAYER_WD_PENDING 60.00"]
    assert house.cashier("approve_withdrawal", withdrawal=PAYOUT, version=1) == []
    taxed = {"tax": euro("5.00"), "jurisdiction": "mt"}
    assert sorted(house.cashier("pay_withdrawal", withdrawal=PAYOUT, version=2, **taxed)) == [
        "PLAYER_WD_PENDING -> PSP_PAYOUT_CLEARING 55.00",
        "PLAYER_WD_PENDING -> TAX_PAYABLE 5.00",
    ]
    assert house.operator("settle_payout", currency="EUR", psp="bank", amount=euro("55.00")) == [
        "PSP_PAYOUT_CLEARING -> BANK_PLAYER_FUNDS 55.00"
    ]
    asked["withdrawal"] = BET
    house.cashier("request_withdrawal", **{**asked, "amount": euro("30.00")})
    back = house.cashier("return_withdrawal", withdrawal=BET, version=1, why="rejected")
    assert back == ["PLAYER_WD_PENDING -> PLAYER_REAL 30.00"]
    house.cashier("request_withdrawal", **{**asked, "withdrawal": TOKEN, "amount": euro("30.00")})
    house.cashier("approve_withdrawal", withdrawal=TOKEN, version=1)
    house.cashier("pay_withdrawal", withdrawal=TOKEN, version=2)
    bounced = house.cashier("return_withdrawal", withdrawal=TOKEN, version=3, why="bounced")
    assert bounced == ["PSP_PAYOUT_CLEARING -> PLAYER_REAL 30.00"]


def test_a_withdrawal_forfeits_a_bonus_that_does_not_stick(house: House) -> None:
    house.deposit("50.00")
    house.grant("20.00")
    asked = {"withdrawal": PAYOUT, "currency": "EUR", "amount": euro("10.00"), "psp": "bank"}
    assert sorted(house.cashier("request_withdrawal", **asked)) == [
        "PLAYER_BONUS -> BONUS_FORFEITED 20.00",
        "PLAYER_REAL -> PLAYER_WD_PENDING 10.00",
    ]


def test_a_bet_lost_and_a_bet_won(house: House) -> None:
    assert house.mixed_bet() == [
        "PLAYER_REAL -> PLAYER_BET_HELD 4.00",
        "PLAYER_BONUS -> PLAYER_BONUS_HELD 6.00",
    ]
    lost = ["PLAYER_BET_HELD -> SPORT_STAKES 4.00", "PLAYER_BONUS_HELD -> BONUS_STAKES 6.00"]
    won = ["SPORT_PAYOUTS -> PLAYER_REAL 10.00", "BONUS_PAYOUTS -> PLAYER_BONUS 15.00"]
    assert sorted(house.settle("25.00")) == sorted([*lost, *won])
    assert sorted(house.settle("0.00", revision=2, version=2)) == sorted(  # the claw-back of all of it
        ["PLAYER_REAL -> SPORT_PAYOUTS 10.00", "PLAYER_BONUS -> BONUS_PAYOUTS 15.00"]
    )


def test_a_bet_without_winnings(house: House) -> None:
    house.mixed_bet()
    assert house.settle("0.00") == [
        "PLAYER_BET_HELD -> SPORT_STAKES 4.00",
        "PLAYER_BONUS_HELD -> BONUS_STAKES 6.00",
    ]


def test_void_in_part_and_whole_with_the_tax_on_the_stake(house: House) -> None:
    house.deposit("11.00")
    placed = house.place("10.00", tax=euro("1.00"), jurisdiction="de")
    assert sorted(placed) == ["PLAYER_REAL -> PLAYER_BET_HELD 10.00", "PLAYER_REAL -> TAX_PAYABLE 1.00"]
    half = house.post(wallet.void_bet(of(), BET, 1, 1, 300, part=(1, 2)))
    assert sorted(half) == ["PLAYER_BET_HELD -> PLAYER_REAL 5.00", "TAX_PAYABLE -> PLAYER_REAL 0.50"]
    rest = house.post(wallet.void_bet(of(), BET, 2, 2, 300))
    assert sorted(rest) == ["PLAYER_BET_HELD -> PLAYER_REAL 5.00", "TAX_PAYABLE -> PLAYER_REAL 0.50"]


def test_void_after_the_bonus_has_ended(house: House) -> None:
    house.mixed_bet()
    ended = house.post(wallet.bonus.end_bonus(of(5), house.key, grant=GRANT, version=1, why="forfeited"))
    assert ended == ["PLAYER_BONUS -> BONUS_FORFEITED 94.00"]
    assert sorted(house.post(wallet.void_bet(of(), BET, 1, 1, 300))) == [
        "PLAYER_BET_HELD -> PLAYER_REAL 4.00",
        "PLAYER_BONUS_HELD -> BONUS_FORFEITED 6.00",
    ]


def test_a_half_win_is_one_command(house: House) -> None:
    house.deposit("10.00")
    house.place("10.00")
    assert sorted(house.settle("12.50", void=(1, 2))) == [
        "PLAYER_BET_HELD -> PLAYER_REAL 5.00",
        "PLAYER_BET_HELD -> SPORT_STAKES 5.00",
        "SPORT_PAYOUTS -> PLAYER_REAL 12.50",
    ]


def test_two_fifths_sold_for_six_euros(house: House) -> None:
    house.mixed_bet()
    sold = wallet.cash_out(of(), house.key, bet=BET, version=1, amount=euro("6.00"), part=(2, 5))
    assert sorted(house.post(sold)) == [
        "BONUS_PAYOUTS -> PLAYER_BONUS 3.60",
        "PLAYER_BET_HELD -> SPORT_STAKES 1.60",
        "PLAYER_BONUS_HELD -> BONUS_STAKES 2.40",
        "SPORT_CASHOUT -> PLAYER_REAL 2.40",
    ]
    assert house.ledger.balance(ANN, "EUR") == (euro("2.40"), euro("2.40"))
    backing = house.ledger.record("backing", BET)
    assert backing is not None
    assert backing["bonus_left"] == euro("3.60")


def test_a_win_taken_back_beyond_what_is_there_is_debt_that_deposits_pay(house: House) -> None:
    house.deposit("10.00")
    house.place("10.00")
    house.settle("30.00")
    house.place("25.00", bet=TOKEN)
    assert sorted(house.settle("0.00", revision=2, version=2)) == [
        "PLAYER_DEBT -> SPORT_PAYOUTS 25.00",
        "PLAYER_REAL -> SPORT_PAYOUTS 5.00",
    ]
    house.deposit("40.00")
    assert house.cashier("recover_debt", currency="EUR", amount=euro("15.00")) == [
        "PLAYER_REAL -> PLAYER_DEBT 15.00"
    ]
    gone = {"currency": "EUR", "amount": euro("10.00"), "reason": "lost", "actor": SUE, "approver": TOM}
    assert house.cashier("write_off_debt", **gone) == ["BAD_DEBT -> PLAYER_DEBT 10.00"]


def test_games(house: House) -> None:
    house.deposit("10.00")
    house.games()
    of_game = {"provider": "acme", "currency": "EUR"}
    bet = {**of_game, "bet": "b1", "round": "r1", "amount": euro("1.00")}
    pot = {"jackpot": "mega", "contribution": euro("0.01")}
    assert sorted(house.game("casino_debit", **bet, **pot)) == [
        "JACKPOT_CONTRIB -> JACKPOT_POOL 0.01",
        "PLAYER_REAL -> CASINO_BETS 1.00",
    ]
    won = house.game("casino_credit", **of_game, amount=euro("3.00"), bet="b1")
    assert won == ["CASINO_WINS -> PLAYER_REAL 3.00"]
    house.game("casino_debit", **{**bet, "bet": "b2"}, **pot)
    assert sorted(house.game("casino_rollback", **of_game, bet="b2")) == [
        "CASINO_BETS -> PLAYER_REAL 1.00",
        "JACKPOT_POOL -> JACKPOT_CONTRIB 0.01",
    ]
    assert house.game("casino_rollback", **of_game, bet="never seen") == []


def test_jackpots(house: House) -> None:
    house.deposit("1.00")
    house.games()
    seeded = house.operator("seed_jackpot", currency="EUR", jackpot="mega", amount=euro("50.00"))
    assert seeded == ["JACKPOT_SEED -> JACKPOT_POOL 50.00"]
    won = {"provider": "acme", "jackpot": "mega", "currency": "EUR", "amount": euro("50.00")}
    assert sorted(house.game("jackpot_win", **won, seed=euro("20.00"))) == [
        "JACKPOT_POOL -> PLAYER_REAL 50.00",
        "JACKPOT_SEED -> JACKPOT_POOL 20.00",
    ]
    assert house.game("jackpot_win", **won, network=True) == ["PROVIDER_RECEIVABLE -> PLAYER_REAL 50.00"]


def test_bonus_granted_converted_up_to_its_cap(house: House) -> None:
    assert house.grant("100.00", max_convert=euro("30.00")) == ["BONUS_ISSUED -> PLAYER_BONUS 100.00"]
    assert sorted(house.post(wallet.bonus.convert_bonus(of(5), house.key, grant=GRANT, version=1))) == [
        "BONUS_COST -> PLAYER_REAL 30.00",
        "PLAYER_BONUS -> BONUS_CONVERTED 30.00",
        "PLAYER_BONUS -> BONUS_FORFEITED 70.00",
    ]


def test_a_bonus_expires_by_itself_and_what_is_on_a_bet_falls_with_it(house: House) -> None:
    house.mixed_bet()
    house.now = LATER
    assert house.post(wallet.tick(of(3), LATER)) == ["PLAYER_BONUS -> BONUS_FORFEITED 94.00"]
    assert sorted(house.settle("25.00")) == [
        "PLAYER_BET_HELD -> SPORT_STAKES 4.00",
        "PLAYER_BONUS_HELD -> BONUS_FORFEITED 6.00",
        "SPORT_PAYOUTS -> PLAYER_REAL 10.00",
    ]


@pytest.mark.parametrize(("returns_stake", "paid"), [(False, "25.00"), (True, "35.00")])
def test_a_free_bet_of_ten_at_three_and_a_half(house: House, returns_stake: bool, paid: str) -> None:
    gift = {"token": TOKEN, "currency": "EUR", "amount": euro("10.00"), "expires_at": LATER}
    given = wallet.bonus.give_free_bet(of(5), house.key, **gift, returns_stake=returns_stake)  # type: ignore[arg-type]
    assert house.post(given) == ["FREEBET_ISSUED -> PLAYER_FREEBET 10.00"]
    assert house.place("10.00", free_bet=TOKEN) == ["PLAYER_FREEBET -> PLAYER_FREEBET_HELD 10.00"]
    assert sorted(house.settle("35.00")) == [
        f"FREEBET_COST -> PLAYER_REAL {paid}",
        "PLAYER_FREEBET_HELD -> FREEBET_USED 10.00",
    ]


def test_taxes_and_duties(house: House) -> None:
    house.deposit("10.00")
    for_mt = {"currency": "EUR", "jurisdiction": "mt"}
    withheld = house.cashier("withhold_tax", **for_mt, amount=euro("3.00"))
    assert withheld == ["PLAYER_REAL -> TAX_PAYABLE 3.00"]
    assert house.operator("remit_tax", **for_mt, amount=euro("3.00")) == [
        "TAX_PAYABLE -> BANK_OPERATING 3.00"
    ]
    assert house.operator("accrue_duty", **for_mt, amount=euro("7.00")) == [
        "GAMING_TAX_EXP -> DUTY_PAYABLE 7.00"
    ]
    assert house.operator("pay_duty", **for_mt, amount=euro("7.00")) == [
        "DUTY_PAYABLE -> BANK_OPERATING 7.00"
    ]


def test_money_moved_by_hand_takes_two_people(house: House) -> None:
    both = {"currency": "EUR", "reason": "sorry", "actor": SUE, "approver": TOM}
    assert house.cashier("adjust", **both, amount=euro("5.00")) == ["GOODWILL -> PLAYER_REAL 5.00"]
    assert house.cashier("adjust", **both, amount=-euro("2.00")) == ["PLAYER_REAL -> ADJUSTMENTS 2.00"]
    alone = wallet.cashier.adjust(of(2), house.key, **{**both, "approver": SUE}, amount=euro("5.00"))  # type: ignore[arg-type]
    assert house.ledger.submit(alone).name == "same_actor"


def test_a_chargeback_with_its_fee_and_a_dispute_won(house: House) -> None:
    house.cashier("initiate_deposit", payment=PAYMENT, currency="EUR", amount=euro("50.00"), psp="bank")
    house.cashier("capture_deposit", payment=PAYMENT)
    house.grant("20.00", payment=PAYMENT)
    house.place("20.00")
    assert sorted(house.cashier("charge_back", payment=PAYMENT, amount=euro("50.00"), fee=euro("15.00"))) == [
        "CHARGEBACK_FEES -> PSP_CLEARING 15.00",
        "PLAYER_BONUS -> BONUS_FORFEITED 20.00",
        "PLAYER_DEBT -> PSP_CLEARING 20.00",
        "PLAYER_REAL -> PSP_CLEARING 30.00",
    ]
    grant = house.ledger.record("grant", GRANT)
    assert grant is not None
    assert grant["state"] == "revoked"
    assert sorted(house.cashier("win_dispute", payment=PAYMENT)) == [
        "PSP_CLEARING -> PLAYER_DEBT 20.00",
        "PSP_CLEARING -> PLAYER_REAL 30.00",
    ]


def test_money_set_aside(house: House) -> None:
    house.deposit("10.00")
    some = {"currency": "EUR", "amount": euro("4.00"), "reason": "court"}
    assert house.cashier("lock_funds", **some) == ["PLAYER_REAL -> PLAYER_LOCKED 4.00"]
    assert house.cashier("unlock_funds", **some) == ["PLAYER_LOCKED -> PLAYER_REAL 4.00"]
    assert house.cashier("make_dormant", currency="EUR") == ["PLAYER_REAL -> DORMANT_FUNDS 10.00"]
    assert house.cashier("revive_dormant", currency="EUR") == ["DORMANT_FUNDS -> PLAYER_REAL 10.00"]
    parked = {"currency": "EUR", "psp": "bank", "amount": euro("6.00"), "reason": "nobody knows"}
    assert house.operator("park_suspense", **parked) == ["PSP_CLEARING -> SUSPENSE 6.00"]
    assert house.cashier("claim_suspense", **some) == ["SUSPENSE -> PLAYER_REAL 4.00"]
    assert house.operator("return_suspense", **{**parked, "amount": euro("2.00")}) == [
        "SUSPENSE -> PSP_CLEARING 2.00"
    ]


def test_a_hundred_euros_for_a_hundred_and_eight_dollars(house: House) -> None:
    house.deposit("100.00")
    asked: dict[str, Any] = {
        "currency": "EUR",
        "amount": euro("100.00"),
        "into": "USD",
        "receives": money.parse("108.00", "USD"),
    }
    assert house.cashier("exchange_currency", **asked) == [
        "PLAYER_REAL -> FX_POSITION 100.00",
        "FX_POSITION -> PLAYER_REAL 108.00",
    ]
    (entry,) = house.ledger.entries(house.ledger.seq - 1)
    assert [currency for _, _, currency, _, _ in entry.moves] == ["EUR", "USD"]
    assert house.ledger.balance(ANN, "EUR") == (0, 0)
    assert house.ledger.balance(ANN, "USD") == (money.parse("108.00", "USD"), 0)
    for refused, why in (
        ({"into": "EUR"}, "currency_mismatch"),
        ({"amount": euro("0.01")}, "insufficient_funds"),
        ({"receives": 0}, "amount_not_positive"),
    ):
        again = wallet.cashier.exchange_currency(of(2), house.key, **{**asked, **refused})
        assert house.ledger.submit(again).name == why
