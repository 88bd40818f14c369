"""What the rules for players' protection and for bonuses demand of the wallet, by the names they have there."""

from typing import Any

import pytest

from pyplatform.core import money, wallet

TENANT = "aurora"
ANN, SESSION, GRANT, PAYMENT, PAYOUT = (bytes([1, n]) * 8 for n in range(1, 6))
SECOND = 10**9
MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND
DAY = 24 * HOUR
NOON = 1_700_000_040 * SECOND  # a full minute: counters keep whole ones
NEVER = 2**64 - 1


def euro(text: str) -> int:
    return money.parse(text, "EUR")


def of(source: int = 1) -> wallet.Context:
    return wallet.Context(TENANT, 1, ANN, source, bytes(16))


class House:
    """A wallet in which Ann has money, and the name of each refusal, "" for none."""

    def __init__(self) -> None:
        self.wallet = wallet.Wallet(TENANT)
        self.now = NOON
        self.number = 0
        assert self.deposit("500.00") == ""

    @property
    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    def ask(self, command: bytes) -> str:
        return self.wallet.submit(command, self.now).name

    def deposit(self, amount: str) -> str:
        return self.ask(wallet.deposit(of(2), self.key, "EUR", euro(amount), "bank"))

    def bet(self, stake: str, number: int = 0, **more: Any) -> str:
        bet = bytes(8) + (number or self.number + 1_000).to_bytes(8)
        fields = {"generation": 0, "expires_at": NEVER, **more}
        return self.ask(
            wallet.place_bet(
                of(), self.key, bet, "EUR", euro(stake), 1, 1, b"", verdict=0, terms=b"", **fields
            )
        )

    def settle(self, number: int, returns: str) -> str:
        return self.ask(
            wallet.settle_bet(of(), bytes(8) + number.to_bytes(8), 1, 1, euro(returns), bytes(32))
        )

    def void(self, number: int) -> str:
        return self.ask(wallet.void_bet(of(), bytes(8) + number.to_bytes(8), 1, 1, 300))

    def guard(self, command: str, **fields: Any) -> str:
        return self.ask(getattr(wallet.guards, command)(of(6), self.key, **fields))

    def limit(self, **limits: str) -> str:
        return self.guard("set_limits", currency="EUR", **{name: euro(text) for name, text in limits.items()})

    def grant(self, amount: str, **terms: Any) -> str:
        fields = {"grant": GRANT, "currency": "EUR", "amount": euro(amount), "expires_at": NEVER, **terms}
        return self.ask(wallet.bonus.grant_bonus(of(5), self.key, **fields))

    def withdraw(self, amount: str) -> str:
        fields: Any = {"withdrawal": self.key.encode().rjust(16, b"w"), "currency": "EUR", "psp": "bank"}
        return self.ask(wallet.cashier.request_withdrawal(of(2), self.key, amount=euro(amount), **fields))


@pytest.fixture
def house() -> House:
    return House()


def test_pol_01_bets_take_exactly_what_a_limit_leaves_and_keep_it_through_retries(house: House) -> None:
    house.limit(wager_day="100.00")
    bets = [
        wallet.place_bet(
            of(), f"b{n}", bytes(15) + bytes([n]), "EUR", euro("10.00"), 1, 1, b"", 0, b"", NEVER, 0
        )
        for n in range(1, 201)
    ]
    first = [house.ask(bet) for bet in bets]
    assert first.count("") == 10
    assert first.count("limit_wager") == 190
    assert [house.ask(bet) for bet in bets] == first


def test_pol_02_bets_and_deposits_wait_for_guards_that_are_known_and_withdrawals_do_not(house: House) -> None:
    house.guard("set_policy", max_guard_age=2 * SECOND)
    house.guard("confirm_guards", until=house.now)
    house.now += 2 * SECOND - 1_000
    assert house.bet("1.00") == ""
    house.now += SECOND
    assert house.bet("1.00") == "rg_state_unavailable"
    assert house.deposit("1.00") == "rg_state_unavailable"
    assert house.withdraw("1.00") == ""
    house.guard("confirm_guards", until=house.now)
    assert house.bet("1.00") == ""
    house.guard("set_policy", status_required=True)
    assert house.bet("1.00") == "rg_state_unavailable"
    house.guard("set_status", may_bet=True, may_deposit=True, may_withdraw=True)
    assert house.bet("1.00") == ""


def test_a_refusal_for_unknown_guards_binds_no_key(house: House) -> None:
    house.guard("set_policy", max_guard_age=SECOND)
    house.now += 5 * SECOND
    bet = wallet.place_bet(of(), "same", bytes(15) + b"\1", "EUR", euro("1.00"), 1, 1, b"", 0, b"", NEVER, 0)
    assert house.ask(bet) == "rg_state_unavailable"
    house.guard("confirm_guards", until=house.now)
    assert house.ask(bet) == ""


def test_rg_03_a_lower_limit_binds_the_very_next_bet(house: House) -> None:
    house.limit(wager_day="100.00")
    assert house.bet("60.00") == ""
    house.limit(wager_day="50.00")
    assert house.bet("0.01") == "limit_wager"
    house.limit(wager_day="100.00")
    assert house.bet("40.00") == ""


def test_rg_05_of_several_limits_the_lowest_rest_wins(house: House) -> None:
    house.limit(wager_day="10.00", wager_week="25.00")
    for day in range(4):
        house.now = NOON + day * (DAY + MINUTE)
        left = ["10.00", "10.00", "5.00", "0.00"][day]
        assert house.bet(money.format(euro(left) + 10_000, "EUR")) == "limit_wager"
        if left != "0.00":
            assert house.bet(left) == ""


@pytest.mark.parametrize(("window", "length"), [("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY)])
def test_rg_06_windows_roll_and_err_by_less_than_two_minutes_on_the_strict_side(
    house: House, window: str, length: int
) -> None:
    house.limit(**{f"wager_{window}": "10.00"})
    assert house.bet("10.00") == ""
    house.now = NOON + length - 1  # a moment before, it counts: nothing doubles at a midnight between
    assert house.bet("0.01") == "limit_wager"
    house.now = NOON + length + 2 * MINUTE
    assert house.bet("10.00") == ""


def test_rg_07_deposits_count_gross_from_their_start_and_not_after_failing(house: House) -> None:
    house.now += 2 * DAY
    house.limit(deposit_day="100.00")
    start = {"payment": PAYMENT, "currency": "EUR", "amount": euro("80.00"), "psp": "bank"}
    assert house.ask(wallet.cashier.initiate_deposit(of(2), house.key, **start)) == ""  # type: ignore[arg-type]
    assert house.deposit("30.00") == "limit_deposit"
    assert house.deposit("20.00") == ""
    assert house.withdraw("100.00") == ""  # gives no room back
    assert house.deposit("0.01") == "limit_deposit"
    assert house.ask(wallet.cashier.fail_deposit(of(2), house.key, payment=PAYMENT)) == ""
    assert house.deposit("80.00") == ""


def test_rg_07_a_captured_deposit_is_taken_whatever_the_limit_says_by_then(house: House) -> None:
    house.now += 2 * DAY
    start = {"payment": PAYMENT, "currency": "EUR", "amount": euro("80.00"), "psp": "bank"}
    assert house.ask(wallet.cashier.initiate_deposit(of(2), house.key, **start)) == ""  # type: ignore[arg-type]
    house.limit(deposit_day="1.00")
    assert house.ask(wallet.cashier.capture_deposit(of(2), house.key, payment=PAYMENT)) == ""


def test_rg_07_wagers_count_stakes_but_not_void_ones(house: House) -> None:
    house.limit(wager_day="20.00")
    assert house.bet("20.00", 1) == ""
    assert house.settle(1, "500.00") == ""  # a win gives no room
    assert house.bet("1.00") == "limit_wager"
    house.now += 2 * DAY
    assert house.bet("20.00", 2) == ""
    assert house.void(2) == ""
    assert house.bet("20.00", 3) == ""


def test_rg_07_losses_are_stakes_less_returns_and_open_bets_count_whole(house: House) -> None:
    house.limit(loss_day="10.00")
    assert house.bet("10.00", 1) == ""
    assert house.bet("0.01") == "limit_loss"
    assert house.settle(1, "8.00") == ""  # a loss of 2
    assert house.bet("8.01") == "limit_loss"
    assert house.bet("8.00", 2) == ""
    assert (
        house.settle(2, "100.00") == ""
    )  # more came back than went: no loss, and no more room than the limit
    assert house.bet("100.01") == "limit_loss"


def test_rg_07_bonus_stakes_and_free_bets_do_not_count(house: House) -> None:
    house.limit(wager_day="5.00", single_stake="5.00")
    house.grant("50.00", policy="bonus_first")
    assert house.bet("50.00") == ""
    assert house.bet("5.01") == "limit_stake"
    assert house.bet("5.00") == ""
    assert house.bet("0.01") == "limit_wager"


def test_sessions_and_reality_checks_gate_the_next_bet_and_nothing_else(house: House) -> None:
    house.guard("set_policy", session_required=True)
    assert house.bet("1.00") == "session_required"
    house.guard("start_session", session=SESSION, expires_at=NOON + HOUR, reality_interval=15 * MINUTE)
    house.now = NOON + 15 * MINUTE - SECOND
    assert house.bet("1.00", 1) == ""
    house.now = NOON + 15 * MINUTE + SECOND
    assert house.bet("1.00") == "reality_check_required"
    assert house.settle(1, "2.00") == ""  # a bet in flight settles
    assert house.guard("acknowledge_reality", session=SESSION) == ""
    assert house.bet("1.00") == ""
    house.now = NOON + HOUR
    house.guard("acknowledge_reality", session=SESSION)
    assert house.bet("1.00") == "session_expired"


def test_the_excluded_neither_bet_nor_pay_in_nor_sell_bets_but_withdraw(house: House) -> None:
    assert house.bet("1.00", 1) == ""
    house.guard(
        "set_status", may_bet=True, may_deposit=True, may_withdraw=True, excluded_until=house.now + DAY
    )
    sale = wallet.cash_out(of(), house.key, bet=bytes(8) + (1).to_bytes(8), version=1, amount=euro("1.00"))
    assert [house.bet("1.00"), house.deposit("1.00"), house.ask(sale)] == ["excluded"] * 3
    assert house.settle(1, "2.00") == ""
    assert house.withdraw("10.00") == ""
    house.now += DAY
    assert house.bet("1.00") == ""  # a time-out ends by itself


def test_a_verdict_of_before_the_kill_switch_or_too_old_is_refused(house: House) -> None:
    assert house.ask(wallet.raise_generation(of(3), 5)) == ""
    assert house.bet("1.00", generation=4) == "stale_generation"
    assert house.bet("1.00", generation=5) == ""
    assert house.bet("1.00", generation=5, expires_at=house.now) == "expired"


def test_bon_05_real_money_first_and_returns_by_the_share_of_the_stake() -> None:
    house = House()
    assert house.withdraw("496.00") == ""
    house.grant("10.00", max_bet=euro("6.00"))
    assert house.bet("10.00", 1) == ""
    assert (house.wallet.balance(ANN, "EUR"), house.wallet.bonus(ANN, "EUR")) == (
        (0, euro("4.00")),
        euro("4.00"),
    )
    assert house.settle(1, "25.00") == ""
    assert (house.wallet.balance(ANN, "EUR"), house.wallet.bonus(ANN, "EUR")) == (
        (euro("10.00"), 0),
        euro("19.00"),
    )


def test_bon_05_a_sticky_bonus_locks_what_was_paid_in(house: House) -> None:
    house.grant("10.00", policy="sticky")
    assert house.withdraw("1.00") == "bonus_locked"
    assert house.ask(wallet.bonus.end_bonus(of(5), house.key, grant=GRANT, version=1, why="lost")) == ""
    assert house.withdraw("1.00") == ""


@pytest.mark.parametrize(
    ("terms", "converted"),
    [({}, "100.00"), ({"max_convert": 40_000_000}, "40.00"), ({"phantom": True}, "0.00")],
)
def test_bon_06_conversion_up_to_its_cap_without_the_phantom(
    house: House, terms: Any, converted: str
) -> None:
    house.grant("100.00", **terms)
    before = house.wallet.balance(ANN, "EUR")[0]
    assert house.ask(wallet.bonus.convert_bonus(of(5), house.key, grant=GRANT, version=1)) == ""
    assert house.wallet.balance(ANN, "EUR")[0] - before == euro(converted)
    assert house.wallet.bonus(ANN, "EUR") == 0


def test_bon_07_a_stake_above_the_largest_is_refused_at_placement(house: House) -> None:
    house.grant("20.00", policy="bonus_first", max_bet=euro("5.00"))
    assert house.bet("5.01") == "bonus_max_bet"
    assert house.bet("5.00") == ""
    assert house.ask(wallet.bonus.end_bonus(of(5), house.key, grant=GRANT, version=1, why="forfeited")) == ""
    assert house.bet("6.00") == ""


def test_bon_09_a_void_free_bet_comes_back_with_its_end(house: House) -> None:
    token = GRANT
    gift = wallet.bonus.give_free_bet(
        of(5), house.key, token=token, currency="EUR", amount=euro("10.00"), expires_at=NOON + DAY
    )
    assert house.ask(gift) == ""
    assert house.bet("10.00", 1, free_bet=token) == ""
    assert house.bet("10.00", 2, free_bet=token) == "token_not_available"  # single use
    assert house.void(1) == ""
    found = house.wallet.record("free_bet", token)
    assert found is not None
    assert (found["state"], found["expires_at"]) == ("available", NOON + DAY)
    assert house.bet("9.00", 3, free_bet=token) == "token_mismatch"  # no split
    house.now = NOON + DAY
    assert house.bet("10.00", 4, free_bet=token) == "token_expired"
    assert house.wallet.submit(wallet.tick(of(3), house.now), house.now).version == 1


def test_bon_11_one_grant_is_active_at_a_time(house: House) -> None:
    house.grant("10.00")
    assert house.grant("10.00", grant=PAYOUT) == "grant_active"
