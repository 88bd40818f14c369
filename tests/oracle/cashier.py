"""Payments in and out, money moved by hand, and the operator's own money."""

from types import SimpleNamespace

from tests.oracle import bonus, guards
from tests.oracle.books import CENT, No
from tests.oracle.state import (
    Command,
    Moves,
    State,
    check_amount,
    check_player,
    check_version,
    house,
    of,
    recovery,
    take,
)


def credit(state: State, player: int, currency: str, psp: str, amount: int) -> Moves:
    percent = state.policy().recover_from_deposits
    paid = [(of("PSP_CLEARING", psp, currency), of("PLAYER_REAL", player, currency), amount)]
    return paid + recovery(state, player, currency, amount, percent)


def deposit(state: State, command: Command) -> None:
    player, currency, amount = command["player"], command["currency"], command["amount"]
    check_amount(amount)
    guards.may_deposit(state, player, currency, amount)
    state.books.post(credit(state, player, currency, command["psp"], amount))
    state.count(player, currency, "deposit", amount)


def initiate_deposit(state: State, command: Command) -> object:
    player, currency, amount = command["player"], command["currency"], command["amount"]
    check_amount(amount)
    if state.find("payment", command["payment"]):
        raise No("payment_exists")
    guards.may_deposit(state, player, currency, amount)
    state.count(player, currency, "deposit", amount)
    made = {"player": player, "currency": currency, "amount": amount, "psp": command["psp"]}
    return state.make(
        "payment", command["payment"], state="initiated", minute=state.minute(), taken=0, owed=0, **made
    )


def _payment(state: State, command: Command) -> SimpleNamespace:
    payment = state.need("payment", command["payment"], "unknown_payment")
    check_player(command, payment.player)
    return payment


def capture_deposit(state: State, command: Command) -> object:
    payment = _payment(state, command)
    if payment.state != "initiated":
        raise No("payment_not_initiated")
    state.books.post(credit(state, payment.player, payment.currency, payment.psp, payment.amount))
    payment.state, payment.version = "captured", payment.version + 1
    return payment


def fail_deposit(state: State, command: Command) -> object:
    payment = _payment(state, command)
    if payment.state != "initiated":
        raise No("payment_not_initiated")
    state.count(payment.player, payment.currency, "deposit", -payment.amount, payment.minute)
    payment.state, payment.version = "failed", payment.version + 1
    return payment


def charge_back(state: State, command: Command) -> object:
    payment = _payment(state, command)
    amount, fee = command["amount"], command["fee"]
    if payment.state != "captured":
        raise No("payment_not_captured")
    check_amount(amount)
    if amount > payment.amount - payment.taken - payment.owed:
        raise No("chargeback_too_large")
    if fee < 0:
        raise No("fee_out_of_range")
    player, currency = payment.player, payment.currency
    clearing = of("PSP_CLEARING", payment.psp, currency)
    moves, taken = take(state, player, currency, clearing, amount)
    moves.append((house("CHARGEBACK_FEES", currency), clearing, fee))
    theirs = [*state.waiting(player, currency), *state.grants(player, currency, "active")]
    revoked = [grant for grant in theirs if grant.payment == payment.id]
    for grant in revoked:
        moves += bonus.forfeit(state, grant)
    state.books.post(moves)
    payment.taken, payment.owed = payment.taken + taken, payment.owed + amount - taken
    payment.version += 1
    for grant in revoked:
        bonus.close(state, grant, "revoked")
    return payment


def win_dispute(state: State, command: Command) -> object:
    payment = _payment(state, command)
    back = payment.taken + payment.owed
    if back == 0:
        raise No("nothing_charged_back")
    if command["fee"] < 0:
        raise No("fee_out_of_range")
    player, currency = payment.player, payment.currency
    clearing = of("PSP_CLEARING", payment.psp, currency)
    forgiven = min(payment.owed, state.on("PLAYER_DEBT", player, currency))
    state.books.post(
        [
            (clearing, of("PLAYER_DEBT", player, currency), forgiven),
            (clearing, of("PLAYER_REAL", player, currency), back - forgiven),
            (clearing, house("CHARGEBACK_FEES", currency), command["fee"]),
        ]
    )
    payment.taken = payment.owed = 0
    payment.version += 1
    return payment


def request_withdrawal(state: State, command: Command) -> object:
    player, currency, amount = command["player"], command["currency"], command["amount"]
    check_amount(amount)
    if state.find("withdrawal", command["withdrawal"]):
        raise No("withdrawal_exists")
    standing = state.find("standing", player)
    if standing is not None and not standing.may_withdraw:
        raise No("withdrawals_held")
    grant = state.grant(player, currency)
    if grant is not None and grant.policy == "sticky":
        raise No("bonus_locked")
    moves = [(of("PLAYER_REAL", player, currency), of("PLAYER_WD_PENDING", player, currency), amount)]
    if grant is not None:
        moves += bonus.forfeit(state, grant)
    state.books.post(moves)
    if grant is not None:
        bonus.close(state, grant, "forfeited")
    made = {"player": player, "currency": currency, "amount": amount, "psp": command["psp"]}
    return state.make(
        "withdrawal", command["withdrawal"], state="requested", tax=0, jurisdiction=None, **made
    )


def _withdrawal(state: State, command: Command, *standing: str) -> SimpleNamespace:
    found = state.need("withdrawal", command["withdrawal"], "unknown_withdrawal")
    check_player(command, found.player)
    if found.state not in standing:
        raise No("withdrawal_not_there")
    check_version(found, command)
    return found


def approve_withdrawal(state: State, command: Command) -> object:
    found = _withdrawal(state, command, "requested")
    found.state, found.version = "approved", found.version + 1
    return found


def pay_withdrawal(state: State, command: Command) -> object:
    found, tax = _withdrawal(state, command, "approved"), command["tax"]
    if not 0 <= tax <= found.amount or tax % CENT:
        raise No("tax_out_of_range")
    if tax and command["jurisdiction"] is None:
        raise No("jurisdiction_missing")
    pending = of("PLAYER_WD_PENDING", found.player, found.currency)
    payable = of("TAX_PAYABLE", command["jurisdiction"], found.currency)
    payout = of("PSP_PAYOUT_CLEARING", found.psp, found.currency)
    state.books.post([(pending, payout, found.amount - tax), (pending, payable, tax)])
    found.state, found.version = "paid", found.version + 1
    found.tax, found.jurisdiction = tax, command["jurisdiction"]
    return found


def return_withdrawal(state: State, command: Command) -> object:
    why = command["why"]
    froms = {"rejected": ("requested", "approved"), "cancelled": ("requested",), "bounced": ("paid",)}
    found = _withdrawal(state, command, *froms[why])
    real = of("PLAYER_REAL", found.player, found.currency)
    if why == "bounced":
        payout = of("PSP_PAYOUT_CLEARING", found.psp, found.currency)
        payable = of("TAX_PAYABLE", found.jurisdiction, found.currency)
        state.books.post([(payout, real, found.amount - found.tax), (payable, real, found.tax)])
    else:
        state.books.post([(of("PLAYER_WD_PENDING", found.player, found.currency), real, found.amount)])
    found.state, found.version = why, found.version + 1
    return found


def by_hand(state: State, command: Command) -> None:
    """Locks, dormant money, adjustments, debts and withheld taxes."""
    player, currency, kind = command["player"], command["currency"], command["kind"]
    real, debt = of("PLAYER_REAL", player, currency), of("PLAYER_DEBT", player, currency)
    locked, dormant = of("PLAYER_LOCKED", player, currency), of("DORMANT_FUNDS", player, currency)
    amount = command.get("amount", 0)
    is_dormancy = kind in {"make_dormant", "revive_dormant"}
    if amount <= 0 and not is_dormancy and kind != "adjust":
        raise No("amount_not_positive")
    if kind in {"adjust", "write_off_debt"} and command["actor"] == command["approver"]:
        raise No("same_actor")
    if kind == "adjust" and amount == 0:
        raise No("amount_not_positive")
    if is_dormancy:
        source, target = (real, dormant) if kind == "make_dormant" else (dormant, real)
        amount = state.books.balances[source]
        if amount <= 0:
            raise No("nothing_there")
        state.books.post([(source, target, amount)])
        return
    if kind == "adjust":
        given = (house("GOODWILL", currency), real, amount)
        taken = (real, house("ADJUSTMENTS", currency), -amount)
        state.books.post([given if amount > 0 else taken])
        return
    owed_to = of("TAX_PAYABLE", command.get("jurisdiction"), currency)
    pairs = {
        "lock_funds": (real, locked),
        "unlock_funds": (locked, real),
        "recover_debt": (real, debt),
        "write_off_debt": (house("BAD_DEBT", currency), debt),
        "withhold_tax": (real, owed_to),
        "claim_suspense": (house("SUSPENSE", currency), real),
    }
    state.books.post([(*pairs[kind], amount)])


def exchange_currency(state: State, command: Command) -> None:
    player, given, into = command["player"], command["currency"], command["into"]
    check_amount(command["amount"])
    check_amount(command["receives"])
    if given == into:
        raise No("currency_mismatch")
    grant = state.grant(player, given)
    if grant is not None and grant.policy == "sticky":
        raise No("bonus_locked")
    state.books.post(
        [
            (of("PLAYER_REAL", player, given), house("FX_POSITION", given), command["amount"]),
            (house("FX_POSITION", into), of("PLAYER_REAL", player, into), command["receives"]),
        ]
    )


def operator(state: State, command: Command) -> None:
    """The operator's own money."""
    kind, currency, amount = command["kind"], command["currency"], command["amount"]
    players, operating = house("BANK_PLAYER_FUNDS", currency), house("BANK_OPERATING", currency)
    if kind == "settle_psp":
        fee, clearing = command["fee"], of("PSP_CLEARING", command["psp"], currency)
        check_amount(amount)
        if not 0 <= fee <= amount:
            raise No("fee_out_of_range")
        fees = house("PSP_FEES", currency)
        state.books.post(
            [(players, clearing, amount - fee), (fees, clearing, fee), (players, operating, fee)]
        )
        return
    if amount <= 0:
        raise No("amount_not_positive")
    jurisdiction = command.get("jurisdiction")
    duty, tax = of("DUTY_PAYABLE", jurisdiction, currency), of("TAX_PAYABLE", jurisdiction, currency)
    payout = of("PSP_PAYOUT_CLEARING", command.get("psp"), currency)
    pool = of("JACKPOT_POOL", command.get("jackpot"), currency)
    clearing, suspense = of("PSP_CLEARING", command.get("psp"), currency), house("SUSPENSE", currency)
    pairs = {
        "park_suspense": (clearing, suspense),
        "return_suspense": (suspense, clearing),
        "settle_payout": (payout, players),
        "accrue_duty": (house("GAMING_TAX_EXP", currency), duty),
        "pay_duty": (duty, operating),
        "remit_tax": (tax, operating),
        "seed_jackpot": (house("JACKPOT_SEED", currency), pool),
    }
    debit, credited = pairs[kind]
    if kind in {"settle_payout", "pay_duty", "remit_tax"} and amount > state.books.balances[debit]:
        raise No("not_owed")
    state.books.post([(debit, credited, amount)])
