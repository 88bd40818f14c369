"""Commands that follow on each other as those about a payment, a bet or a gift do, so that late steps are reached."""

from random import Random

from tests.oracle.asking import (
    CENT,
    PLACED,
    SECOND,
    Pick,
    bet,
    between,
    command,
    grant,
    just,
    name,
    payment,
    pick,
    token,
    truth,
    withdrawal,
)
from tests.oracle.state import Command

DAY = 86_400 * SECOND
_me = just(1)
_some = between(1, 200, 10 * CENT)
_euros = {"currency": "EUR", "amount": _some}
_two = {"reason": "because", "actor": name(8, 1), "approver": name(8, 2)}
_terms = {"policy": pick("non_sticky", "sticky", "bonus_first"), "max_bet": None, "max_convert": None}
_placed = {**PLACED, "currency": "EUR", "verdict": 0, "late": False, "generation": 1, "stake": _some}
_no_money = {**_placed, "tax": 0, "jurisdiction": None, "real_only": False}
# Smaller than a cent of any stake here, and parts that leave something.
_parts = pick((1, 2), (1, 3), (1, 4_000_000_000), None)
_returns = pick(0, 50 * CENT, 500 * CENT, -CENT, 7)
_won = {**_terms, "payment": None, "most": pick(None, 100 * CENT), "lasts": pick(DAY, 30 * DAY)}
_result = {"revision": between(1, 4), "bet_id": bet}

PAID_OUT = [
    command("request_withdrawal", _me, **_euros, withdrawal=withdrawal, psp="bank"),
    command("approve_withdrawal", _me, withdrawal=withdrawal),
    command("pay_withdrawal", _me, withdrawal=withdrawal, tax=pick(0, CENT), jurisdiction=pick("mt", None)),
    command("settle_payout", just(None), currency="EUR", amount=between(1, 10, 10 * CENT), psp="bank"),
    command("return_withdrawal", _me, withdrawal=withdrawal, why=pick("bounced", "rejected", "cancelled")),
]
PAID_IN = [
    command("initiate_deposit", _me, **_euros, payment=payment, psp="bank"),
    command("capture_deposit", _me, payment=payment),
    command("request_withdrawal", _me, currency="EUR", amount=50 * CENT, withdrawal=withdrawal, psp="bank"),
    command("charge_back", _me, payment=payment, amount=_some, fee=CENT),
    command("recover_debt", _me, currency="EUR", amount=pick(CENT, 10 * CENT)),
    command("write_off_debt", _me, currency="EUR", amount=pick(CENT, 10 * CENT), **_two),
    command("win_dispute", _me, payment=payment, fee=pick(0, CENT)),
]
WAITED = [
    command("place_bet", _me, **{**_placed, "pending": DAY, "bet_id": bet}, free_bet=None),
    command("accept_bet", _me, bet_id=bet),
    command("reject_bet", _me, bet_id=bet, code=203),
    command("settle_bet", _me, **_result, returns=_returns, void=None),
]
SOLD = [
    command("place_bet", _me, **{**_placed, "pending": 0, "bet_id": bet}, free_bet=None),
    command("cash_out", _me, bet=bet, amount=20 * CENT, part=_parts),
    command("void_bet", _me, **_result, reason=1, part=_parts),
    command("settle_bet", _me, **_result, returns=_returns, void=pick(None, (1, 2))),
    command("reopen_bet", _me, **_result),
    command("void_bet", _me, **_result, reason=1, part=None),
]
_given = {"currency": "EUR", "amount": 100 * CENT, "token": token, "returns_stake": truth, "after": DAY}
GIFT = {"pending": 0, "bet_id": bet, "stake": 100 * CENT}
FREE = [
    command("place_bet", _me, **{**_no_money, **GIFT}, free_bet=token),
    command("cash_out", _me, bet=bet, amount=20 * CENT, part=None),
    command("void_bet", _me, **_result, reason=1, part=_parts),
    command("settle_bet", _me, **_result, returns=_returns, void=None),
    command("convert_bonus", _me, grant=token),
]
BONUS = [
    command("grant_bonus", _me, **_euros, **_terms, grant=grant, phantom=truth, after=DAY, payment=None),
    command(
        "place_bet", _me, **{**_no_money, "pending": 0, "bet_id": bet, "stake": 10 * CENT}, free_bet=None
    ),
    command("convert_bonus", _me, grant=grant),
    command("settle_bet", _me, **_result, returns=_returns, void=None),
    command("convert_bonus", _me, grant=grant),
    command("end_bonus", _me, grant=grant, why="lost"),
]
ROUNDS = [
    command("award_free_rounds", _me, **_won, currency="EUR", grant=grant),
    *[
        command(
            "free_round_win",
            _me,
            provider="acme",
            currency="EUR",
            grant=grant,
            bet=None,
            round=pick(None, "r1"),
            amount=_some,
            closes=False,
            key=pick("key-1", "key-2"),
        )
    ]
    * 3,
    command("casino_rollback", _me, provider="acme", currency="EUR", bet=pick("key-1", "key-2")),
    command("convert_bonus", _me, grant=grant),
]
TAXED = [
    command("accrue_duty", just(None), **_euros, jurisdiction="mt"),
    command("pay_duty", just(None), **_euros, jurisdiction="mt"),
    command("withhold_tax", _me, **_euros, jurisdiction="mt"),
    command("remit_tax", just(None), **_euros, jurisdiction="mt"),
    command("exchange_currency", _me, **_euros, into="USD", receives=_some),
]
STORIES = [
    PAID_OUT,
    PAID_IN,
    WAITED,
    SOLD,
    [command("give_free_bet", _me, **_given), *FREE],
    [command("give_bonus_free_bet", _me, **_given, **_won), *FREE],
    BONUS,
    ROUNDS,
    TAXED,
]


def tell(random: Random) -> list[Command]:
    """One story; the same things are named all through it, and now and then a step is left out."""
    number = random.randrange(2**32)

    def ids(template: Pick) -> Command:
        asked: Command = template(random)
        same = Random(number)  # noqa: S311
        named = {"bet_id": bet, "bet": bet, "grant": grant, "token": token, "payment": payment}
        for field, of_it in {**named, "withdrawal": withdrawal, "free_bet": token}.items():
            known = asked.get(field)
            if isinstance(known, bytes):
                asked[field] = known[:15] + of_it(same)[15:]
                same.seed(number)
        return asked

    return [ids(template) for template in random.choice(STORIES) if random.random() < 0.85]
