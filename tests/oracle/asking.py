"""Random commands, sensible ones mostly, and their encoded form."""

from collections.abc import Callable
from random import Random
from typing import Any

from pyplatform._core import bonus, cashier, casino, guards, house, wallet
from tests.oracle.model import BONUS, BY_HAND, CASHIER, CASINO, GUARDS, OPERATOR, WINNINGS, Model
from tests.oracle.state import Command

TENANT = "aurora"
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
FOREVER = 2**64 - 1
CENT = 10_000

SOURCES = {
    1: "place_bet cash_out",
    2: f"deposit {CASHIER} {BY_HAND} {OPERATOR}",
    4: CASINO,
    5: f"{BONUS} {WINNINGS}",
    6: GUARDS,
}
SOURCE = {kind: source for source, kinds in SOURCES.items() for kind in kinds.split()}
ENCODERS: dict[str, Callable[..., bytes]] = {
    **{kind: getattr(cashier, kind) for kind in f"{CASHIER} {BY_HAND}".split()},
    **{kind: getattr(house, kind) for kind in OPERATOR.split()},
    **{kind: getattr(bonus, kind) for kind in f"{BONUS} {WINNINGS}".split()},
    **{kind: getattr(casino, kind) for kind in CASINO.split()},
    **{kind: getattr(guards, kind) for kind in GUARDS.split()},
    "cash_out": wallet.cash_out,
}

# Which record's version a command expects: its kind, and the field that names it.
VERSIONED = {
    **dict.fromkeys(
        ["approve_withdrawal", "pay_withdrawal", "return_withdrawal"], ("withdrawal", "withdrawal")
    ),
    **dict.fromkeys(["convert_bonus", "end_bonus"], ("grant", "grant")),
    "end_free_bet": ("token", "token"),
    "cash_out": ("bet", "bet"),
    **dict.fromkeys(["accept_bet", "reject_bet", "settle_bet", "void_bet", "reopen_bet"], ("bet", "bet_id")),
}


def name(kind: int, number: int) -> bytes:
    """An id of 16 bytes."""
    return bytes([kind]) * 15 + bytes([number])


Pick = Callable[[Random], Any]


def just(value: Any) -> Pick:
    return lambda _: value


def pick(*values: Any) -> Pick:
    return lambda random: random.choice(values)


def one_of(*picks: Pick) -> Pick:
    return lambda random: random.choice(picks)(random)


def between(low: int, high: int, times: int = 1) -> Pick:
    return lambda random: random.randint(low, high) * times


def mostly(usual: Any, *others: Any) -> Pick:
    return lambda random: usual if random.random() < 0.9 else random.choice(others)


def few(kind: int) -> Pick:
    return lambda random: name(kind, random.randint(1, 3))


some = one_of(between(1, 4_000, CENT), between(1, 50, 100 * CENT))
amounts = one_of(*[some] * 12, pick(0, -CENT, 1_234_567))
signed = one_of(amounts, lambda random: -amounts(random))
maybe_amounts = one_of(just(None), amounts)
keys = pick("key-1", "key-2", "key-3")
currencies = mostly("EUR", "USD")
parts = one_of(just(None), pick((1, 2), (1, 3), (2, 5), (7, 9), (3, 3)))
later = pick(SECOND, 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND)
truth = pick(True, False)


def fresh(random: Random) -> str:
    return f"fresh-{random.randrange(10**9)}"


def command(kind: str, player: Pick, **fields: Any) -> Pick:
    """Fields may be picks or values; `after` times are made absolute when the command is sent."""
    chosen = {field: value if callable(value) else just(value) for field, value in fields.items()}
    key = {"key": one_of(fresh, fresh, fresh, keys)} if kind in SOURCE else {}
    stale = {"stale": mostly(0, 1)} if kind in VERSIONED else {}
    picks = {"kind": just(kind), "player": player, **key, **chosen, **stale}
    return lambda random: {field: value(random) for field, value in picks.items()}


someone = mostly(1, 2)
anyone = mostly(None, 1, 2)
nobody = just(None)
payment, withdrawal, grant, token, bet = few(1), few(2), few(3), few(4), few(5)
money = {"currency": currencies, "amount": amounts}
staff = {"reason": "because", "actor": name(8, 1), "approver": mostly(name(8, 2), name(8, 1))}

MONEY = [
    command("deposit", someone, **money, psp="bank"),
    command("initiate_deposit", someone, **money, payment=payment, psp="bank"),
    command("capture_deposit", anyone, payment=payment),
    command("fail_deposit", anyone, payment=payment),
    command("charge_back", anyone, payment=payment, amount=amounts, fee=mostly(0, CENT, -CENT)),
    command("win_dispute", anyone, payment=payment, fee=mostly(0, CENT, -1)),
    command("request_withdrawal", someone, **money, withdrawal=withdrawal, psp="bank"),
    command("approve_withdrawal", anyone, withdrawal=withdrawal),
    command(
        "pay_withdrawal",
        anyone,
        withdrawal=withdrawal,
        tax=mostly(0, CENT, 7),
        jurisdiction=mostly("mt", None),
    ),
    command(
        "return_withdrawal",
        anyone,
        withdrawal=withdrawal,
        why=pick("rejected", "cancelled", "bounced"),
    ),
    command("lock_funds", someone, **money, reason="because"),
    command("unlock_funds", someone, **money, reason="because"),
    command("make_dormant", someone, currency=currencies),
    command("revive_dormant", someone, currency=currencies),
    command(
        "adjust",
        someone,
        currency=currencies,
        amount=signed,
        **staff,
    ),
    command("recover_debt", someone, **money),
    command("write_off_debt", someone, **money, **staff),
    command("withhold_tax", someone, **money, jurisdiction="mt"),
    command("settle_psp", nobody, **money, psp="bank", fee=mostly(0, CENT)),
    command("settle_payout", nobody, **money, psp="bank"),
    command("park_suspense", nobody, **money, psp="bank", reason="unknown"),
    command("return_suspense", nobody, **money, psp="bank", reason="unknown"),
    command("exchange_currency", someone, **money, into=mostly("USD", "EUR"), receives=amounts),
    command("claim_suspense", someone, **money, reason="found"),
    command("accrue_duty", nobody, **money, jurisdiction="mt"),
    command("pay_duty", nobody, **money, jurisdiction="mt"),
    command("remit_tax", nobody, **money, jurisdiction="mt"),
    command("seed_jackpot", nobody, **money, jackpot="mega"),
]
# A free bet's winnings are a grant of its id.
grants = one_of(grant, grant, token)
terms = {
    "policy": pick("non_sticky", "sticky", "bonus_first"),
    "max_bet": maybe_amounts,
    "max_convert": maybe_amounts,
    "payment": one_of(just(None), payment),
}
won_terms = {**terms, "most": maybe_amounts, "lasts": one_of(later, mostly(SECOND, 0, FOREVER))}
BONUSES = [
    command(
        "grant_bonus",
        someone,
        **money,
        grant=grant,
        phantom=truth,
        after=later,
        **terms,
    ),
    command("convert_bonus", anyone, grant=grants),
    command("end_bonus", anyone, grant=grants, why=pick("forfeited", "expired", "revoked", "lost")),
    command("give_free_bet", someone, **money, token=token, returns_stake=truth, after=later),
    command("end_free_bet", anyone, token=token, why=pick("forfeited", "expired")),
    command(
        "give_bonus_free_bet", someone, **money, **won_terms, token=token, returns_stake=truth, after=later
    ),
    command("award_free_rounds", someone, **won_terms, currency=currencies, grant=grants),
]
PLACED = {
    "bet_id": bet,
    "currency": currencies,
    "verdict": mostly(0, 201),
    "late": mostly(False, True),
    "generation": mostly(1, 0),
    "pending": one_of(just(0), later),
    "real_only": mostly(False, True),
    "tax": mostly(0, CENT, 7),
    "jurisdiction": mostly(None, "mt"),
}
BETS = [
    *[command("place_bet", someone, **PLACED, stake=amounts, free_bet=None)] * 3,
    command("place_bet", someone, **PLACED, stake=amounts, free_bet=token),
    command("accept_bet", anyone, bet_id=bet),
    command("reject_bet", anyone, bet_id=bet, code=mostly(203, 204)),
    *[
        command(
            "settle_bet",
            anyone,
            bet_id=bet,
            revision=between(1, 4),
            returns=one_of(just(0), amounts),
            void=parts,
        )
    ]
    * 3,
    command("void_bet", anyone, bet_id=bet, revision=between(1, 4), reason=mostly(1, 2), part=parts),
    *[command("reopen_bet", anyone, bet_id=bet, revision=between(1, 4))] * 2,
    *[command("cash_out", anyone, bet=bet, amount=amounts, part=parts)] * 2,
    command("tick", nobody, after=later),
    command("raise_generation", nobody, generation=between(0, 2)),
]
games = {"provider": mostly("acme", "other"), "currency": currencies}
round_ = pick("r1", "r2")
play = pick("b1", "b2", "b3")
GAMES = [
    command(
        "set_profile",
        nobody,
        provider="acme",
        unit=mostly(CENT, 1, 0),
        refusals_not_frozen=truth,
        conflict_check=truth,
        multi_win=truth,
        unknown_rollback=pick("accept", "refuse"),
        negative_allowed=truth,
        after_win=pick("refuse", "ignore", "apply"),
        unknown_win=pick("retry", "refuse", "pay"),
    ),
    *[
        command(
            "casino_debit",
            someone,
            **games,
            bet=play,
            round=round_,
            amount=amounts,
            jackpot=pick(None, "mega"),
            contribution=mostly(0, CENT),
        )
    ]
    * 3,
    *[
        command(
            "casino_credit",
            someone,
            **games,
            bet=one_of(just(None), play),
            round=one_of(just(None), round_),
            amount=amounts,
            kind_of_win=pick("win", "win", "free_round", "prize"),
            closes=mostly(False, True),
        )
    ]
    * 3,
    *[
        command(
            "free_round_win",
            someone,
            **games,
            grant=grants,
            bet=one_of(just(None), just(None), play),
            round=one_of(just(None), round_),
            amount=amounts,
            closes=mostly(False, True),
        )
    ]
    * 2,
    command(
        "casino_play",
        someone,
        **games,
        bet=play,
        round=round_,
        amount=amounts,
        win=amounts,
        closes=mostly(False, True),
    ),
    *[command("casino_rollback", someone, **games, bet=play)] * 2,
    command("casino_rollback", someone, **games, bet=keys),
    command("casino_adjust", someone, **games, amount=signed, reason="because"),
    command(
        "jackpot_win", someone, **games, jackpot="mega", amount=amounts, network=truth, seed=mostly(0, CENT)
    ),
    command("close_round", someone, provider="acme", round=round_),
]
session = few(6)
limits = {
    f"{kind}_{window}": maybe_amounts
    for kind in ("deposit", "wager", "loss")
    for window in ("day", "week", "month")
}
GUARDED = [
    command(
        "set_status",
        someone,
        may_bet=mostly(True, False),
        may_deposit=mostly(True, False),
        may_withdraw=mostly(True, False),
        excluded=one_of(just(None), just(None), later),
    ),
    command("set_limits", someone, currency=currencies, single_stake=maybe_amounts, **limits),
    command("start_session", someone, session=session, after=later, reality_interval=one_of(just(0), later)),
    command("end_session", someone, session=session),
    command("acknowledge_reality", someone, session=session),
    command(
        "set_policy",
        nobody,
        max_guard_age=mostly(0, 3_600 * SECOND),
        status_required=mostly(False, True),
        session_required=mostly(False, True),
        recover_from_deposits=pick(0, 50, 100, 101),
        recover_from_wins=pick(0, 50, 100),
    ),
    command("confirm_guards", nobody, after=later),
]


def complete(template: Command, model: Model, now: int) -> Command:
    """The command as it is sent now: with absolute times, and the version its sender knows."""
    asked = dict(template)
    if "after" in asked:
        field = "until" if asked["kind"] in {"tick", "confirm_guards"} else "expires_at"
        asked[field] = now + asked.pop("after")
    if "excluded" in asked:
        length = asked.pop("excluded")
        asked["excluded_until"] = now + length if length else 0
    if asked["kind"] == "place_bet":
        pending = asked.pop("pending")
        asked["pending_until"] = now + pending if pending else 0
        asked["expires_at"] = now - 1 if asked.pop("late") else FOREVER
        # A tax is owed to somebody, and nobody is owed none.
        if asked["jurisdiction"] is None:
            asked["tax"] = 0
        asked["slip"] = b"slip"
        asked["real_only"] = asked["real_only"] and asked["free_bet"] is None
    if "stale" in asked:
        kind, named = VERSIONED[asked["kind"]]
        known = model.state.find(kind, asked[named])
        asked["version"] = (known.version if known else 1) + asked.pop("stale")
    return asked


def encode(asked: Command) -> bytes:
    """The bytes for the wallet."""
    fields = dict(asked)
    kind, player = fields.pop("kind"), fields.pop("player")
    who = name(7, player) if player else bytes(16)
    context = wallet.Context(TENANT, 1, who, SOURCE.get(kind, 1), bytes(16))
    if kind == "place_bet":
        return _place(context, fields)
    if kind == "deposit":
        return wallet.deposit(context, fields["key"], fields["currency"], fields["amount"], fields["psp"])
    if kind == "settle_bet":
        known = (fields["bet_id"], fields["revision"], fields["version"], fields["returns"])
        return wallet.settle_bet(context, *known, bytes(32), void=fields["void"])
    if kind == "reopen_bet":
        return wallet.reopen_bet(context, evidence=bytes(32), **fields)
    if kind in {"accept_bet", "reject_bet", "void_bet", "tick", "raise_generation"}:
        unkeyed: Callable[..., bytes] = getattr(wallet, kind)
        return unkeyed(context, **fields)
    if kind == "casino_credit":
        fields["kind"] = fields.pop("kind_of_win")
    return ENCODERS[kind](context, fields.pop("key"), **fields)


def _place(context: wallet.Context, fields: dict[str, Any]) -> bytes:
    return wallet.place_bet(context, slip_schema=1, slip_version=1, terms=b"terms", **fields)
