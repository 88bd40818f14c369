"""Bonus grants and free bets."""

from types import SimpleNamespace

from tests.oracle.books import No
from tests.oracle.state import Command, Moves, State, check_amount, check_player, check_version, house, of
from tests.oracle.winnings import LIVE


def grant_bonus(state: State, command: Command) -> object:
    player, currency, amount = command["player"], command["currency"], command["amount"]
    check_amount(amount)
    if (command["max_bet"] or 0) < 0 or (command["max_convert"] or 0) < 0:
        raise No("amount_negative")
    if command["expires_at"] <= state.at:
        raise No("token_expired")
    if state.find("grant", command["grant"]) or state.find("promise", command["grant"]):
        raise No("grant_exists")
    if state.grant(player, currency):
        raise No("grant_active")
    free = of("PLAYER_BONUS", command["grant"], currency)
    state.books.post([(house("BONUS_ISSUED", currency), free, amount)])
    copied = ("player", "currency", "amount", "policy", "max_bet", "max_convert", "phantom", "expires_at")
    fields = {name: command[name] for name in (*copied, "payment")}
    return state.make("grant", command["grant"], state="active", **fields)


def _live(state: State, command: Command, states: frozenset[str]) -> SimpleNamespace:
    grant = state.need("grant", command["grant"], "unknown_grant")
    check_player(command, grant.player)
    if grant.state not in states:
        raise No("grant_not_active")
    check_version(grant, command)
    return grant


def convert_bonus(state: State, command: Command) -> object:
    grant = _live(state, command, frozenset({"active"}))
    if grant.expires_at <= state.at:
        raise No("token_expired")
    currency = grant.currency
    if state.on("PLAYER_BONUS_HELD", grant.id, currency):
        raise No("grant_held")
    has = state.on("PLAYER_BONUS", grant.id, currency)
    opened = max(0, has - grant.amount) if grant.phantom else has
    converted = opened if grant.max_convert is None else min(opened, grant.max_convert)
    free = of("PLAYER_BONUS", grant.id, currency)
    state.books.post(
        [
            (free, house("BONUS_CONVERTED", currency), converted),
            (free, house("BONUS_FORFEITED", currency), has - converted),
            (house("BONUS_COST", currency), of("PLAYER_REAL", grant.player, currency), converted),
        ]
    )
    close(state, grant, "converted")
    return grant


def forfeit(state: State, grant: SimpleNamespace) -> Moves:
    """What is not on bets falls to the house."""
    free = of("PLAYER_BONUS", grant.id, grant.currency)
    return [(free, house("BONUS_FORFEITED", grant.currency), state.books.balances[free])]


def close(state: State, grant: SimpleNamespace, why: str) -> None:
    """After the active one, the one that has waited longest is active."""
    was_active = grant.state == "active"
    grant.state, grant.version = why, grant.version + 1
    if was_active and (waiting := state.waiting(grant.player, grant.currency)):
        waiting[0].state, waiting[0].version = "active", waiting[0].version + 1


def end_bonus(state: State, command: Command) -> object:
    grant = _live(state, command, LIVE)
    if command["why"] == "expired" and state.at < grant.expires_at:
        raise No("not_expired")
    state.books.post(forfeit(state, grant))
    close(state, grant, command["why"])
    return grant


def give_free_bet(state: State, command: Command) -> object:
    currency, amount = command["currency"], command["amount"]
    check_amount(amount)
    if command["expires_at"] <= state.at:
        raise No("token_expired")
    if state.find("token", command["token"]) or state.find("promise", command["token"]):
        raise No("token_exists")
    free = of("PLAYER_FREEBET", command["token"], currency)
    state.books.post([(house("FREEBET_ISSUED", currency), free, amount)])
    copied = ("player", "currency", "amount", "returns_stake", "expires_at")
    fields = {name: command[name] for name in copied}
    return state.make("token", command["token"], state="available", **fields)


def end_free_bet(state: State, command: Command) -> object:
    token = state.need("token", command["token"], "unknown_token")
    check_player(command, token.player)
    if token.state != "available":
        raise No("token_not_available")
    check_version(token, command)
    if command["why"] == "expired" and state.at < token.expires_at:
        raise No("not_expired")
    _end_token(state, token)
    return token


def _end_token(state: State, token: SimpleNamespace) -> None:
    free = of("PLAYER_FREEBET", token.id, token.currency)
    state.books.post([(free, house("FREEBET_EXPIRED", token.currency), token.amount)])
    token.state, token.version = "ended", token.version + 1


def expire(state: State, until: int) -> int:
    """End what has expired; says how many."""
    waits = {"grant": LIVE, "token": {"available"}}
    found = [
        (thing.expires_at, kind, name)
        for (kind, name), thing in state.things.items()
        if kind in waits and thing.state in waits[kind] and thing.expires_at <= until
    ]
    for _, kind, name in sorted(found):
        thing = state.things[kind, name]
        if kind == "grant":
            state.books.post(forfeit(state, thing))
            close(state, thing, "expired")
        else:
            _end_token(state, thing)
    return len(found)


def divide(
    state: State, player: int, currency: str, amount: int, unit: int, besides: int = 0
) -> tuple[int, int, int | None]:
    """(real, bonus, grant) of a stake by the order of the active grant."""
    grant = state.grant(player, currency)
    if grant is None or grant.expires_at <= state.at:
        return amount, 0, None
    has = max(0, state.on("PLAYER_REAL", player, currency) - besides)
    free = state.on("PLAYER_BONUS", grant.id, currency)
    if grant.policy == "bonus_first":
        bonus = min(amount, free // unit * unit)
    else:
        bonus = amount - min(amount, has // unit * unit)
    counted = amount if grant.policy == "sticky" else bonus
    if grant.max_bet is not None and counted > grant.max_bet:
        raise No("bonus_max_bet")
    if bonus > free:
        raise No("insufficient_funds")
    return amount - bonus, bonus, grant.id if bonus else None
