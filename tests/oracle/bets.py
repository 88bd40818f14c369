"""Bets: placed, decided, settled, voided, sold back, corrected."""

from types import SimpleNamespace
from typing import Any

from tests.oracle import bonus, guards, tokens, winnings
from tests.oracle.books import CENT, No, part_of, share
from tests.oracle.state import Command, Moves, State, check_player, check_version, house, of, recovery, take

SETTLED, VOIDED = "settled", "voided"


def stale(state: State, command: Command) -> None:
    """Whether the verdict is too old to act on."""
    pending = command["pending_until"]
    if command["expires_at"] < state.at or 0 < pending <= state.at:
        raise No("expired", passing=True)
    if command["generation"] < state.generation:
        raise No("stale_generation", passing=True)


def place_bet(state: State, command: Command) -> object:
    player, currency, stake = command["player"], command["currency"], command["stake"]
    if command["verdict"]:
        raise No(command["verdict"])
    if stake <= 0:
        raise No("stake_not_positive")
    if stake % CENT:
        raise No("stake_not_whole")
    if state.find("bet", command["bet_id"]):
        raise No("bet_exists")
    bet = {"player": player, "currency": currency, "stake": stake, "minute": state.minute(), "results": {}}
    bet |= {"token": None, "grant": None, "real": 0, "bonus": 0, "tax": 0, "jurisdiction": None, "last": None}
    bet |= {"pending_until": command["pending_until"], "accepted": None, "rejected": None}
    if command["free_bet"] is not None:
        bet |= tokens.place(state, command)
    else:
        bet |= _place_money(state, command)
    state.count(player, currency, "wager", bet["real"])
    return state.make("bet", command["bet_id"], state="pending" if bet["pending_until"] else "open", **bet)


def _place_money(state: State, command: Command) -> dict[str, Any]:
    player, currency, stake, tax = (command[name] for name in ("player", "currency", "stake", "tax"))
    taxed = command["jurisdiction"] is not None
    real, extra, grant = stake, 0, None
    if not command["real_only"]:
        real, extra, grant = bonus.divide(state, player, currency, stake, CENT, tax if taxed else 0)
    guards.may_bet(state, player, currency, real)
    if taxed and (tax <= 0 or tax % CENT):
        raise No("tax_out_of_range")
    account = of("PLAYER_REAL", player, currency)
    payable = of("TAX_PAYABLE", command["jurisdiction"], currency)
    free, on_bets = (of(name, grant, currency) for name in ("PLAYER_BONUS", "PLAYER_BONUS_HELD"))
    held = of("PLAYER_BET_HELD", player, currency)
    state.books.post([(account, held, real), (account, payable, tax if taxed else 0), (free, on_bets, extra)])
    held_now = {"real": real, "bonus": extra, "grant": grant}
    return held_now | ({"tax": tax, "jurisdiction": command["jurisdiction"]} if taxed else {})


def accept_bet(state: State, command: Command) -> object:
    bet = state.need("bet", command["bet_id"], "unknown_bet")
    check_player(command, bet.player)
    if bet.state != "pending" or bet.pending_until <= state.at:
        raise No("bet_not_pending")
    check_version(bet, command)
    bet.state, bet.version = "open", bet.version + 1
    return bet


def reject_bet(state: State, command: Command) -> object:
    bet = state.need("bet", command["bet_id"], "unknown_bet")
    check_player(command, bet.player)
    if bet.state != "pending":
        raise No("bet_not_pending")
    check_version(bet, command)
    _finish(state, bet, _void(state, bet, (1, 1)), "rejected")
    return bet


def tick(state: State, until: int) -> int:
    """Reject what waited too long and end what has expired; says how many."""
    until = min(until, state.at)
    overdue = [bet for (kind, _), bet in state.things.items() if kind == "bet" and bet.state == "pending"]
    overdue = [bet for bet in overdue if bet.pending_until <= until]
    for bet in overdue:
        _finish(state, bet, _void(state, bet, (1, 1)), "rejected")
    return len(overdue) + bonus.expire(state, until)


def settle_bet(state: State, command: Command) -> object:
    bet = _to_close(state, command)
    if command["returns"] < 0:
        raise No("returns_negative")
    if command["returns"] % CENT:
        raise No("returns_not_whole")
    held = _held(state, bet)
    return _result(state, bet, command, _settled(state, held, command), SETTLED)


def void_bet(state: State, command: Command) -> object:
    bet = _to_close(state, command)
    part = command["part"] or (1, 1)
    if bet.state != "open" and part[0] != part[1]:
        raise No("bet_not_open")
    parts = _void(state, _held(state, bet), part)
    return _result(state, bet, command, parts, "open" if parts.real_left + parts.bonus_left else VOIDED)


def reopen_bet(state: State, command: Command) -> object:
    """The last result is reversed, and the bet holds what it held before."""
    bet = state.need("bet", command["bet_id"], "unknown_bet")
    check_player(command, bet.player)
    if bet.state not in {SETTLED, VOIDED}:
        raise No("bet_not_closed")
    if command["revision"] < bet.last.revision:
        raise No("stale_revision")
    check_version(bet, command)
    held, old, player, currency = _held(state, bet), bet.last.parts, bet.player, bet.currency
    on_bets = of("PLAYER_BET_HELD", player, currency)
    moves: Moves = [(house("SPORT_STAKES", currency), on_bets, old.lost)]
    coming = 0
    payouts = house("FREEBET_COST" if bet.token is not None else "SPORT_PAYOUTS", currency)
    payable = of("TAX_PAYABLE", bet.jurisdiction, currency)
    for to, amount in ((payouts, old.paid), (on_bets, old.void), (payable, old.tax_back)):
        taken, there = take(state, player, currency, to, amount, coming)
        moves, coming = moves + taken, coming - there
    state.books.post(moves + _hold_bonus(state, bet, old))
    if bet.token is not None:
        tokens.reopen(state, bet, was_back=bet.state == VOIDED)
        winnings.change(state, bet.grant, old.bonus_paid, 0)
    _count(state, bet, -old.paid, -old.void)
    bet.real, bet.bonus, bet.tax = held.real, held.bonus, held.tax
    bet.state, bet.version = "open", bet.version + 1
    bet.last = SimpleNamespace(revision=command["revision"], parts=_parts())
    return bet


def _hold_bonus(state: State, bet: SimpleNamespace, old: SimpleNamespace) -> Moves:
    if bet.grant is None:
        return []
    free, on_bets = (
        of("PLAYER_BONUS", bet.grant, bet.currency),
        of("PLAYER_BONUS_HELD", bet.grant, bet.currency),
    )
    sink = house("BONUS_STAKES" if _is_active(state, bet) else "BONUS_FORFEITED", bet.currency)
    moves: Moves = [(sink, on_bets, old.bonus_lost)]
    has = state.books.balances[free]
    for to, amount in ((house("BONUS_PAYOUTS", bet.currency), old.bonus_paid), (on_bets, old.bonus_void)):
        taken = min(has, amount)
        moves += [(free, to, taken), (house("BONUS_WRITEOFF", bet.currency), to, amount - taken)]
        has -= taken
    return moves


def _to_close(state: State, command: Command) -> SimpleNamespace:
    bet = state.need("bet", command["bet_id"], "unknown_bet")
    check_player(command, bet.player)
    if bet.state not in {"open", SETTLED, VOIDED}:
        raise No("bet_not_open")
    if bet.last is not None and command["revision"] < bet.last.revision:
        raise No("stale_revision")
    check_version(bet, command)
    return bet


def _held(state: State, bet: SimpleNamespace) -> SimpleNamespace:
    """What a result divides: what an open bet holds, or a closed one held when its last result came."""
    if bet.state in {"open", "pending"}:
        return bet
    last = bet.last.parts
    held = {"real": last.lost + last.void, "bonus": last.bonus_lost + last.bonus_void}
    return SimpleNamespace(**{**vars(bet), **held, "tax": bet.tax + last.tax_back})


def _is_active(state: State, bet: SimpleNamespace) -> bool:
    return winnings.may_come(state, bet.grant)


def _parts(**given: Any) -> SimpleNamespace:
    names = ("lost", "void", "paid", "bonus_lost", "bonus_void", "bonus_paid", "tax_back")
    return SimpleNamespace(**dict.fromkeys((*names, "real_left", "bonus_left", "token_back"), 0) | given)


def _settled(state: State, held: SimpleNamespace, command: Command) -> SimpleNamespace:
    returns, part = command["returns"], command["void"]
    if held.token is not None:
        return _parts(**tokens.pays(state, held, returns))

    def of_it(amount: int) -> int:
        return part_of(amount, part, CENT) if part else 0

    active, void = _is_active(state, held), of_it(held.real)
    paid = share(returns, held.real, held.bonus, CENT)
    bonus_void = of_it(held.bonus) if active else 0
    return _parts(
        lost=held.real - void,
        void=void,
        paid=paid,
        bonus_lost=held.bonus - bonus_void,
        bonus_void=bonus_void,
        bonus_paid=returns - paid if active else 0,
        tax_back=of_it(held.tax),
    )


def _void(state: State, held: SimpleNamespace, part: tuple[int, int]) -> SimpleNamespace:
    if held.token is not None:
        if part[0] != part[1]:
            raise No("free_bet_whole")
        return _parts(token_back=1)
    real, extra = part_of(held.real, part, CENT), part_of(held.bonus, part, CENT)
    if real == 0 and extra == 0:
        raise No("part_too_small")
    active = _is_active(state, held)
    return _parts(
        void=real,
        bonus_void=extra if active else 0,
        bonus_lost=0 if active else extra,
        tax_back=part_of(held.tax, part, CENT),
        real_left=held.real - real,
        bonus_left=held.bonus - extra,
    )


def _result(state: State, bet: SimpleNamespace, command: Command, parts: SimpleNamespace, now: str) -> object:
    if bet.state in {SETTLED, VOIDED}:
        _correct(state, bet, parts)
        bet.state, bet.version = now, bet.version + 1
    else:
        _finish(state, bet, parts, now)
    bet.last = SimpleNamespace(revision=command["revision"], parts=parts)
    return bet


def _finish(state: State, bet: SimpleNamespace, parts: SimpleNamespace, now: str) -> None:
    """What is held goes where the result says."""
    player, currency, grant = bet.player, bet.currency, bet.grant
    real, held = of("PLAYER_REAL", player, currency), of("PLAYER_BET_HELD", player, currency)
    free, on_bets = of("PLAYER_BONUS", grant, currency), of("PLAYER_BONUS_HELD", grant, currency)
    sink = "BONUS_STAKES" if _is_active(state, bet) else "BONUS_FORFEITED"
    moves: Moves = [
        (held, house("SPORT_STAKES", currency), parts.lost),
        (held, real, parts.void),
        (house("FREEBET_COST" if bet.token is not None else "SPORT_PAYOUTS", currency), real, parts.paid),
        (of("TAX_PAYABLE", bet.jurisdiction, currency), real, parts.tax_back),
        (on_bets, house(sink, currency), parts.bonus_lost),
        (on_bets, free, parts.bonus_void),
        (house("BONUS_PAYOUTS", currency), free, parts.bonus_paid),
    ]
    moves += recovery(state, player, currency, parts.paid, state.policy().recover_from_wins)
    state.books.post(moves)
    if bet.token is not None:
        tokens.finish(state, bet, comes_back=bool(parts.token_back))
        winnings.change(state, bet.grant, 0, parts.bonus_paid)
    _count(state, bet, parts.paid, parts.void)
    bet.real, bet.bonus, bet.tax = parts.real_left, parts.bonus_left, bet.tax - parts.tax_back
    bet.state, bet.version = now, bet.version + 1


def _count(state: State, bet: SimpleNamespace, returns: int, unstaked: int) -> None:
    state.count(bet.player, bet.currency, "returns", returns)
    state.count(bet.player, bet.currency, "wager", -unstaked, bet.minute)


def _correct(state: State, bet: SimpleNamespace, new: SimpleNamespace) -> None:
    """The last result is reversed and the new one done: gains first, then what is taken back."""
    old, player, currency = bet.last.parts, bet.player, bet.currency
    real, stakes = of("PLAYER_REAL", player, currency), house("SPORT_STAKES", currency)
    payouts = house("FREEBET_COST" if bet.token is not None else "SPORT_PAYOUTS", currency)
    payable = of("TAX_PAYABLE", bet.jurisdiction, currency)
    given, tax_given = max(0, new.void - old.void), max(0, new.tax_back - old.tax_back)
    moves: Moves = [(stakes, real, given), (payouts, real, new.paid), (payable, real, tax_given)]
    coming = given + new.paid + tax_given
    backs = [
        (payouts, old.paid),
        (stakes, max(0, old.void - new.void)),
        (payable, max(0, old.tax_back - new.tax_back)),
    ]
    for to, amount in backs:
        taken, there = take(state, player, currency, to, amount, coming)
        moves, coming = moves + taken, coming - there
    gained = min(max(coming, 0), new.paid)
    moves += recovery(state, player, currency, gained, state.policy().recover_from_wins)
    state.books.post(moves + _correct_bonus(state, bet, old, new))
    if bet.token is not None:
        tokens.correct(state, bet, was_back=bet.state == VOIDED, comes_back=bool(new.token_back))
        winnings.change(state, bet.grant, old.bonus_paid, new.bonus_paid)
    _count(state, bet, new.paid - old.paid, new.void - old.void)
    bet.tax += old.tax_back - new.tax_back


def _correct_bonus(state: State, bet: SimpleNamespace, old: SimpleNamespace, new: SimpleNamespace) -> Moves:
    if bet.grant is None:
        return []
    free = of("PLAYER_BONUS", bet.grant, bet.currency)
    stakes, payouts = house("BONUS_STAKES", bet.currency), house("BONUS_PAYOUTS", bet.currency)
    given = max(0, new.bonus_void - old.bonus_void)
    moves: Moves = [(stakes, free, given), (payouts, free, new.bonus_paid)]
    has = state.books.balances[free] + given + new.bonus_paid
    for to, amount in ((payouts, old.bonus_paid), (stakes, max(0, old.bonus_void - new.bonus_void))):
        taken = min(has, amount)
        moves += [(free, to, taken), (house("BONUS_WRITEOFF", bet.currency), to, amount - taken)]
        has -= taken
    return moves


def cash_out(state: State, command: Command) -> object:
    bet = state.need("bet", command["bet"], "unknown_bet")
    check_player(command, bet.player)
    amount, part, currency = command["amount"], command["part"] or (1, 1), bet.currency
    if bet.state != "open":
        raise No("bet_not_open")
    check_version(bet, command)
    if amount < 0:
        raise No("amount_not_positive")
    if amount % CENT:
        raise No("amount_not_whole")
    if guards.is_excluded(state, bet.player):
        raise No("excluded")
    if bet.token is not None:
        raise No("free_bet_whole")
    sold, sold_bonus = part_of(bet.real, part, CENT), part_of(bet.bonus, part, CENT)
    if sold == 0 and sold_bonus == 0:
        raise No("part_too_small")
    paid, active = share(amount, bet.real, bet.bonus, CENT), _is_active(state, bet)
    real, held = of("PLAYER_REAL", bet.player, currency), of("PLAYER_BET_HELD", bet.player, currency)
    free, on_bets = of("PLAYER_BONUS", bet.grant, currency), of("PLAYER_BONUS_HELD", bet.grant, currency)
    sink = house("BONUS_STAKES" if active else "BONUS_FORFEITED", currency)
    moves: Moves = [
        (held, house("SPORT_STAKES", currency), sold),
        (house("SPORT_CASHOUT", currency), real, paid),
        (on_bets, sink, sold_bonus),
        (house("BONUS_PAYOUTS", currency), free, amount - paid if active and bet.grant is not None else 0),
    ]
    moves += recovery(state, bet.player, currency, paid, state.policy().recover_from_wins)
    state.books.post(moves)
    state.count(bet.player, currency, "returns", paid)
    bet.real, bet.bonus = bet.real - sold, bet.bonus - sold_bonus
    bet.state = "open" if bet.real + bet.bonus else "cashed_out"
    bet.version += 1
    return bet
