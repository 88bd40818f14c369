"""The token of a free bet: placed, used, given back, and what its bet pays."""

from types import SimpleNamespace
from typing import Any

from tests.oracle import guards, winnings
from tests.oracle.books import No
from tests.oracle.state import Command, State, house, of


def place(state: State, command: Command) -> dict[str, Any]:
    """What the bet holds: the token, and the grant that its winnings make."""
    token = state.need("token", command["free_bet"], "unknown_token")
    if token.player != command["player"]:
        raise No("player_mismatch")
    if token.state != "available":
        raise No("token_not_available")
    if token.expires_at <= state.at:
        raise No("token_expired")
    if (token.currency, token.amount) != (command["currency"], command["stake"]):
        raise No("token_mismatch")
    if command["jurisdiction"] is not None:
        raise No("free_bet_whole")
    guards.may_bet(state, token.player, token.currency, 0)
    move(state, token, "PLAYER_FREEBET", of("PLAYER_FREEBET_HELD", token.id, token.currency), "placed")
    return {"token": token.id, "grant": token.id if state.find("promise", token.id) else None}


def move(state: State, token: SimpleNamespace, source: str, to: Any, now: str) -> None:
    state.books.post([(of(source, token.id, token.currency), to, token.amount)])
    token.state, token.version = now, token.version + 1


def pays(state: State, bet: SimpleNamespace, returns: int) -> dict[str, int]:
    """Real money, or bonus money where that was promised."""
    token = state.things["token", bet.token]
    paid = max(0, returns - (0 if token.returns_stake else token.amount))
    if bet.grant is None:
        return {"paid": paid}
    most = state.things["promise", bet.grant].most
    paid = paid if most is None else min(paid, most)
    return {"bonus_paid": paid if winnings.may_come(state, bet.grant) else 0}


def finish(state: State, bet: SimpleNamespace, *, comes_back: bool) -> None:
    """A result uses the token or gives it back."""
    token = state.things["token", bet.token]
    back, used = of("PLAYER_FREEBET", token.id, bet.currency), house("FREEBET_USED", bet.currency)
    to, then = (back, "available") if comes_back else (used, "used")
    move(state, token, "PLAYER_FREEBET_HELD", to, then)


def correct(state: State, bet: SimpleNamespace, *, was_back: bool, comes_back: bool) -> None:
    """Another result uses the token that came back, if it is still there, or gives back the one that was used."""
    if was_back == comes_back:
        return
    token = state.things["token", bet.token]
    free, used = of("PLAYER_FREEBET", token.id, bet.currency), house("FREEBET_USED", bet.currency)
    if token.state != ("available" if was_back else "used"):
        raise No("token_not_available")
    state.books.post([(free, used, token.amount) if was_back else (used, free, token.amount)])
    token.state, token.version = "available" if comes_back else "used", token.version + 1


def reopen(state: State, bet: SimpleNamespace, *, was_back: bool) -> None:
    """The bet holds the token again."""
    token = state.things["token", bet.token]
    if token.state != ("available" if was_back else "used"):
        raise No("token_not_available")
    free, used = of("PLAYER_FREEBET", token.id, bet.currency), house("FREEBET_USED", bet.currency)
    held = of("PLAYER_FREEBET_HELD", token.id, bet.currency)
    state.books.post([(free if was_back else used, held, token.amount)])
    token.state, token.version = "placed", token.version + 1
