"""Games of providers: rounds, bets, wins, what is taken back, and each provider's habits."""

from types import SimpleNamespace

from tests.oracle import bonus, guards, winnings
from tests.oracle.books import No, share
from tests.oracle.state import Command, Moves, State, house, of, recovery, take

HABITS = [
    "unit",
    "refusals_not_frozen",
    "conflict_check",
    "multi_win",
    "unknown_rollback",
    "after_win",
    "unknown_win",
    "negative_allowed",
]


def set_profile(state: State, command: Command) -> object:
    if not 0 < command["unit"] < 2**63:
        raise No("amount_not_positive")
    return state.make("profile", command["provider"], **{name: command[name] for name in HABITS})


def profile(state: State, command: Command) -> SimpleNamespace:
    return state.need("profile", command["provider"], "unknown_provider")


def _check(state: State, command: Command, amount: int) -> None:
    if amount < 0:
        raise No("amount_negative")
    if amount % profile(state, command).unit:
        raise No("amount_precision")


def _owned(command: Command, found: SimpleNamespace) -> None:
    if found.player != command["player"]:
        raise No("player_mismatch")
    if found.currency != command["currency"]:
        raise No("currency_mismatch")


def _round(state: State, command: Command, name: tuple[str, str]) -> SimpleNamespace:
    found = state.find("round", name)
    if found is not None:
        _owned(command, found)
        return SimpleNamespace(**vars(found) | {"version": found.version + 1})
    fresh = {"bets": 0, "cancelled": 0, "settled": 0, "real": 0, "bonus": 0, "grant": None, "closed": False}
    return SimpleNamespace(
        id=name, version=1, player=command["player"], currency=command["currency"], **fresh
    )


def _stake(state: State, command: Command) -> tuple[SimpleNamespace, SimpleNamespace, Moves]:
    """The bet, its round and what moves; nothing has changed yet."""
    provider, player, currency = command["provider"], command["player"], command["currency"]
    amount, jackpot = command["amount"], command.get("jackpot")
    contribution = command.get("contribution", 0)
    known = state.find("play", (provider, command["bet"]))
    if known is not None:
        _owned(command, known)
        raise No("bet_exists" if known.state == "taken" else "bet_cancelled")
    around = _round(state, command, (provider, command["round"]))
    _check(state, command, amount)
    _check(state, command, contribution)
    if contribution > amount or (jackpot is None and contribution > 0):
        raise No("fee_out_of_range")
    if around.closed:
        raise No("round_closed")
    unit = profile(state, command).unit
    real, extra, grant = bonus.divide(state, player, currency, amount, unit)
    guards.may_bet(state, player, currency, real)
    moves = [
        (of("PLAYER_REAL", player, currency), house("CASINO_BETS", currency), real),
        (of("PLAYER_BONUS", grant, currency), house("BONUS_STAKES", currency), extra),
        (house("JACKPOT_CONTRIB", currency), of("JACKPOT_POOL", jackpot, currency), contribution),
    ]
    around.bets, around.real, around.bonus = around.bets + 1, around.real + real, around.bonus + extra
    around.grant = grant if grant is not None else around.grant
    bet = {"player": player, "currency": currency, "real": real, "bonus": extra, "grant": grant, "wins": 0}
    bet |= {"jackpot": jackpot, "contribution": contribution, "minute": state.minute(), "state": "taken"}
    name = (provider, command["bet"])
    return SimpleNamespace(id=name, version=1, round=around.id, place=around.bets, **bet), around, moves


def _win(
    state: State, command: Command, amount: int, kind: str, around: SimpleNamespace | None
) -> tuple[SimpleNamespace, Moves]:
    """The payout and what moves for it."""
    player, currency = command["player"], command["currency"]
    _check_new(state, command)
    real, extra, grant = amount, 0, None
    if kind == "win" and around is not None:
        real = share(amount, around.real, around.bonus, profile(state, command).unit)
        extra, grant = amount - real, state.find("grant", around.grant)
    elif kind == "free_round" and (active := state.grant(player, currency)):
        real, extra, grant = 0, amount, active
    grant = grant if extra > 0 else None
    extra = extra if grant is not None and grant.state in winnings.LIVE else 0
    moves: Moves = [(house("CASINO_WINS", currency), of("PLAYER_REAL", player, currency), real)]
    if grant is not None:
        moves.append((house("BONUS_PAYOUTS", currency), of("PLAYER_BONUS", grant.id, currency), extra))
    moves += recovery(state, player, currency, real, state.policy().recover_from_wins)
    paid = {"real": real, "bonus": extra, "grant": grant.id if grant is not None else None}
    name = (command["provider"], command["key"])
    return (
        SimpleNamespace(id=name, version=1, player=player, currency=currency, cancelled=False, **paid),
        moves,
    )


def _check_new(state: State, command: Command) -> None:
    name = (command["provider"], command["key"])
    if state.find("payout", name) or state.find("free_round", name):
        raise No("payout_exists")


def _keep(state: State, kind: str, thing: SimpleNamespace) -> SimpleNamespace:
    state.things[kind, thing.id] = thing
    return thing


def casino_debit(state: State, command: Command) -> object:
    profile(state, command)
    bet, around, moves = _stake(state, command)
    state.books.post(moves)
    state.count(bet.player, bet.currency, "wager", bet.real)
    _keep(state, "round", around)
    return _keep(state, "play", bet)


def casino_play(state: State, command: Command) -> object:
    profile(state, command)
    _check(state, command, command["win"])
    bet, around, moves = _stake(state, command)
    payout, paid = _win(state, command, command["win"], "win", around)
    state.books.post(moves + paid)
    state.count(bet.player, bet.currency, "wager", bet.real)
    state.count(bet.player, bet.currency, "returns", payout.real)
    around.settled, around.closed, bet.wins = around.bets, command["closes"], 1
    _keep(state, "round", around)
    _keep(state, "payout", payout)
    return _keep(state, "play", bet)


def casino_credit(state: State, command: Command) -> object:
    profile(state, command)
    _check(state, command, command["amount"])
    bet, around = _around(state, command)
    known = command["kind_of_win"] != "win" or _belongs(state, command, bet, around)
    payout, moves = _win(state, command, command["amount"], command["kind_of_win"], around if known else None)
    state.books.post(moves)
    state.count(payout.player, payout.currency, "returns", payout.real)
    first = _won(state, command, bet, around)
    _keep(state, "payout", payout)
    return first or payout


def free_round_win(state: State, command: Command) -> object:
    profile(state, command)
    _check(state, command, command["amount"])
    bet, around = _around(state, command)
    _check_new(state, command)
    grant, currency = command["grant"], command["currency"]
    promise = state.find("promise", grant)
    if promise is None or state.find("token", grant):
        raise No("unknown_grant")
    _owned(command, promise)
    paid = winnings.bounded(state, promise, command["amount"])
    state.books.post([(house("BONUS_PAYOUTS", currency), of("PLAYER_BONUS", grant, currency), paid)])
    first = _won(state, command, bet, around)
    fields = {"player": command["player"], "currency": currency, "grant": grant, "paid": paid}
    made = state.make("free_round", (command["provider"], command["key"]), cancelled=False, **fields)
    winnings.change(state, grant, 0, paid)
    return first or made


def _around(state: State, command: Command) -> tuple[SimpleNamespace | None, SimpleNamespace | None]:
    """The bet and the round of a win, as far as they were seen."""
    provider = command["provider"]
    bet = state.find("play", (provider, command["bet"])) if command["bet"] else None
    if bet is not None:
        _owned(command, bet)
    name = bet.round if bet is not None and bet.round else None
    if name is None and command["round"]:
        name = (provider, command["round"])
    around = _round(state, command, name) if name else None
    return bet, around if around is not None and around.version > 1 else None


def _won(
    state: State, command: Command, bet: SimpleNamespace | None, around: SimpleNamespace | None
) -> SimpleNamespace | None:
    """Bet and round have a win; the first that changes."""
    first: SimpleNamespace | None = None
    if bet is not None and bet.state == "taken":
        bet.version, bet.wins = bet.version + 1, bet.wins + 1
        first = bet
    if around is not None:
        around.settled, around.closed = around.bets, around.closed or command["closes"]
        first = first or around
        _keep(state, "round", around)
    return first


def _belongs(
    state: State, command: Command, bet: SimpleNamespace | None, around: SimpleNamespace | None
) -> bool:
    """Whether the win has a bet it is for."""
    habits = profile(state, command)
    if command["bet"] and bet is not None:
        if bet.state != "taken":
            raise No("bet_cancelled")
        if bet.wins and not habits.multi_win:
            raise No("bet_settled")
        return True
    if not command["bet"] and around is not None and around.bets:
        if around.bets == around.cancelled:
            raise No("bet_cancelled")
        return True
    if not command["bet"] and around is None and not command["round"]:
        raise No("round_missing")
    if habits.unknown_win == "retry":
        raise No("bet_not_seen_yet", passing=True)
    if habits.unknown_win == "refuse":
        raise No("bet_unknown")
    return False


def casino_rollback(state: State, command: Command) -> tuple[object, str | None]:
    """What it was about, and the refusal that has an effect all the same."""
    habits, name = profile(state, command), (command["provider"], command["bet"])
    unknown = "bet_unknown" if habits.unknown_rollback == "refuse" else None
    if bet := state.find("play", name):
        _owned(command, bet)
        if bet.state == "tombstone":
            return None, unknown
        return (_take_back(state, command, bet) if bet.state == "taken" else None), None
    if payout := state.find("payout", name):
        _owned(command, payout)
        return (None if payout.cancelled else _take_win_back(state, command, payout)), None
    if won := state.find("free_round", name):
        _owned(command, won)
        return (None if won.cancelled else _take_free_round_back(state, won)), None
    fields = {"real": 0, "bonus": 0, "grant": None, "wins": 0, "round": None, "state": "tombstone"}
    made = state.make("play", name, player=command["player"], currency=command["currency"], **fields)
    return made, unknown


def _take_back(state: State, command: Command, bet: SimpleNamespace) -> object:
    around, habits, currency = state.things["round", bet.round], profile(state, command), bet.currency
    if bet.wins or around.settled >= bet.place:
        if habits.after_win == "refuse":
            raise No("bet_settled")
        if habits.after_win == "ignore":
            return None
    grant, pool = state.find("grant", bet.grant), of("JACKPOT_POOL", bet.jackpot, currency)
    free = of("PLAYER_BONUS", bet.grant, currency)
    active = grant is not None and grant.state == "active"
    back = min(bet.contribution, state.books.balances[pool])
    state.books.post(
        [
            (house("CASINO_BETS", currency), of("PLAYER_REAL", bet.player, currency), bet.real),
            (
                house("BONUS_STAKES", currency),
                free if active else house("BONUS_FORFEITED", currency),
                bet.bonus,
            ),
            (pool, house("JACKPOT_CONTRIB", currency), back),
        ]
    )
    state.count(bet.player, currency, "wager", -bet.real, bet.minute)
    bet.state, bet.version = "cancelled", bet.version + 1
    around.version, around.cancelled = around.version + 1, around.cancelled + 1
    around.real, around.bonus = around.real - bet.real, around.bonus - bet.bonus
    return bet


def _take_win_back(state: State, command: Command, payout: SimpleNamespace) -> object:
    player, currency = payout.player, payout.currency
    wins = house("CASINO_WINS", currency)
    if profile(state, command).negative_allowed:
        moves, _ = take(state, player, currency, wins, payout.real)
    else:
        moves = [(of("PLAYER_REAL", player, currency), wins, payout.real)]
    state.books.post(moves + _bonus_back(state, payout.grant, currency, payout.bonus))
    state.count(player, currency, "returns", -payout.real)
    payout.cancelled, payout.version = True, payout.version + 1
    return payout


def _take_free_round_back(state: State, won: SimpleNamespace) -> object:
    state.books.post(_bonus_back(state, won.grant, won.currency, won.paid))
    winnings.change(state, won.grant, won.paid, 0)
    won.cancelled, won.version = True, won.version + 1
    return won


def _bonus_back(state: State, grant: object, currency: str, amount: int) -> Moves:
    """What is there, and the rest written off."""
    free, payouts = of("PLAYER_BONUS", grant, currency), house("BONUS_PAYOUTS", currency)
    taken = min(state.books.balances[free], amount)
    return [(free, payouts, taken), (house("BONUS_WRITEOFF", currency), payouts, amount - taken)]


def casino_adjust(state: State, command: Command) -> None:
    habits, amount = profile(state, command), command["amount"]
    player, currency = command["player"], command["currency"]
    _check(state, command, abs(amount))
    if amount == 0:
        raise No("amount_not_positive")
    wins, real = house("CASINO_WINS", currency), of("PLAYER_REAL", player, currency)
    moves: Moves = [(wins, real, amount)] if amount > 0 else [(real, wins, -amount)]
    if amount < 0 and habits.negative_allowed:
        moves, _ = take(state, player, currency, wins, -amount)
    state.books.post(moves)
    state.count(player, currency, "returns", amount)


def jackpot_win(state: State, command: Command) -> None:
    profile(state, command)
    player, currency, amount = command["player"], command["currency"], command["amount"]
    _check(state, command, amount)
    _check(state, command, command["seed"])
    if amount == 0:
        raise No("amount_not_positive")
    pool = of("JACKPOT_POOL", command["jackpot"], currency)
    source = of("PROVIDER_RECEIVABLE", command["provider"], currency) if command["network"] else pool
    moves: Moves = [
        (source, of("PLAYER_REAL", player, currency), amount),
        (house("JACKPOT_SEED", currency), pool, command["seed"]),
    ]
    moves += recovery(state, player, currency, amount, state.policy().recover_from_wins)
    state.books.post(moves)
    state.count(player, currency, "returns", amount)


def close_round(state: State, command: Command) -> object:
    profile(state, command)
    around = state.need("round", (command["provider"], command["round"]), "bet_unknown")
    if around.player != command["player"]:
        raise No("player_mismatch")
    around.closed, around.version = True, around.version + 1
    return around
