"""Winnings that are bonus money: a grant of the id of the free bet or of the free rounds they are won with."""

from types import SimpleNamespace
from typing import Any

from tests.oracle.books import No
from tests.oracle.state import Command, State, check_amount, house, of

LIVE = frozenset({"active", "queued"})
TERMS = ("currency", "policy", "max_bet", "max_convert", "most", "lasts", "payment")


def _promise(state: State, command: Command, name: Any) -> dict[str, Any]:
    """The terms, if they are sound and nothing has the name."""
    if any((command[bound] or 0) < 0 for bound in ("max_bet", "max_convert", "most")):
        raise No("amount_negative")
    if command["lasts"] == 0:
        raise No("token_expired")
    if state.find("token", name):
        raise No("token_exists")
    if state.find("grant", name) or state.find("promise", name):
        raise No("grant_exists")
    return {"player": command["player"], **{term: command[term] for term in TERMS}}


def give_bonus_free_bet(state: State, command: Command) -> object:
    amount, currency, name = command["amount"], command["currency"], command["token"]
    check_amount(amount)
    if command["expires_at"] <= state.at:
        raise No("token_expired")
    promise = _promise(state, command, name)
    state.books.post([(house("FREEBET_ISSUED", currency), of("PLAYER_FREEBET", name, currency), amount)])
    state.make("promise", name, **promise)
    copied = ("player", "currency", "amount", "returns_stake", "expires_at")
    return state.make("token", name, state="available", **{field: command[field] for field in copied})


def award_free_rounds(state: State, command: Command) -> object:
    return state.make("promise", command["grant"], **_promise(state, command, command["grant"]))


def may_come(state: State, name: Any) -> bool:
    """Whether bonus money may come to a grant, which need not have been made."""
    if name is None:
        return False
    if grant := state.find("grant", name):
        return grant.state in LIVE
    promise = state.things["promise", name]
    payment = state.find("payment", promise.payment) if promise.payment else None
    return payment is None or payment.taken == payment.owed == 0


def bounded(state: State, promise: SimpleNamespace, won: int) -> int:
    """What of more winnings comes."""
    if not may_come(state, promise.id):
        return 0
    grant = state.find("grant", promise.id)
    room = won if promise.most is None else promise.most - (grant.amount if grant else 0)
    return max(0, min(won, room))


def change(state: State, name: Any, old: int, new: int) -> None:
    """Winnings of one bet or round were `old` and are `new`."""
    promise = state.find("promise", name)
    if promise is None or old == new:
        return
    grant = state.find("grant", name)
    if grant is None:
        waits = state.grant(promise.player, promise.currency) is not None
        fields = {
            field: getattr(promise, field)
            for field in ("player", "currency", "policy", "max_bet", "max_convert", "payment")
        }
        fields |= {"phantom": False, "expires_at": min(state.at + promise.lasts, 2**64 - 1)}
        state.make("grant", name, amount=new, state="queued" if waits else "active", **fields)
    elif grant.state in LIVE:
        grant.amount, grant.version = grant.amount - old + new, grant.version + 1
