"""The wallet, slow and plain: one command at a time against dictionaries, answers remembered by key."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from tests.oracle import bets, bonus, cashier, casino, guards, winnings
from tests.oracle.books import No
from tests.oracle.state import Command, State

CASHIER = "initiate_deposit capture_deposit fail_deposit charge_back win_dispute request_withdrawal"
CASHIER += " approve_withdrawal pay_withdrawal return_withdrawal exchange_currency"
BY_HAND = (
    "lock_funds unlock_funds make_dormant revive_dormant adjust recover_debt write_off_debt withhold_tax"
)
BY_HAND += " claim_suspense"
OPERATOR = (
    "park_suspense return_suspense settle_psp settle_payout accrue_duty pay_duty remit_tax seed_jackpot"
)
BONUS = "grant_bonus convert_bonus end_bonus give_free_bet end_free_bet"
WINNINGS = "give_bonus_free_bet award_free_rounds"
CASINO = (
    "casino_debit casino_play casino_credit casino_rollback casino_adjust jackpot_win close_round set_profile"
)
CASINO += " free_round_win"
GUARDS = "set_status set_limits start_session end_session acknowledge_reality set_policy confirm_guards"

Rule = Callable[[State, Command], Any]
RULES: dict[str, Rule] = {
    "deposit": cashier.deposit,
    "place_bet": bets.place_bet,
    "cash_out": bets.cash_out,
    **{kind: getattr(cashier, kind) for kind in CASHIER.split()},
    **dict.fromkeys(BY_HAND.split(), cashier.by_hand),
    **dict.fromkeys(OPERATOR.split(), cashier.operator),
    **{kind: getattr(bonus, kind) for kind in BONUS.split()},
    **{kind: getattr(winnings, kind) for kind in WINNINGS.split()},
    **{kind: getattr(casino, kind) for kind in CASINO.split()},
    **{kind: getattr(guards, kind) for kind in GUARDS.split()},
}
UNKEYED: dict[str, Rule] = {
    "accept_bet": bets.accept_bet,
    "reject_bet": bets.reject_bet,
    "settle_bet": bets.settle_bet,
    "void_bet": bets.void_bet,
    "reopen_bet": bets.reopen_bet,
}
# What may differ when a bet is asked for again.
NOT_ASKED = frozenset(
    {"bet_id", "verdict", "expires_at", "generation", "pending_until", "tax", "jurisdiction"}
)


class Answer(NamedTuple):
    """What the caller hears: accepted, refused, conflict or retry; the code's name or number; version; replayed."""

    status: str
    code: str | int = ""
    version: int = 0
    replayed: bool = False


@dataclass
class Model:
    """The reference. `submit` answers as the wallet must."""

    state: State = field(default_factory=State)
    keys: dict[tuple[object, ...], tuple[Command, Answer]] = field(default_factory=dict)

    def submit(self, command: Command, now: int) -> Answer:
        self.state.at = now
        kind = command["kind"]
        if kind == "tick":
            return Answer("accepted", version=bets.tick(self.state, command["until"]))
        if kind == "raise_generation":
            return self._raise(command["generation"])
        if kind in UNKEYED:
            return self._unkeyed(command)
        return self._keyed(command)

    def _raise(self, generation: int) -> Answer:
        if generation == self.state.generation:
            return Answer("accepted", replayed=True)
        if generation <= self.state.generation:
            return Answer("refused", "generation_not_higher")
        self.state.generation = generation
        return Answer("accepted")

    def _keyed(self, command: Command) -> Answer:
        kind = command["kind"]
        is_game = kind in CASINO.split()
        scope = (command["player"], kind, command["key"], command["provider"] if is_game else "")
        habits = self.state.find("profile", command.get("provider")) if is_game else None
        if known := self.keys.get(scope):
            asked, answer = known
            unchecked = habits is not None and kind != "set_profile" and not habits.conflict_check
            if unchecked or _body(asked) == _body(command):
                return answer._replace(replayed=True)
            return Answer("conflict", "key_conflict")
        answer = self._decide(command, RULES[kind])
        binds = (
            not is_game or kind == "set_profile" or (habits is not None and not habits.refusals_not_frozen)
        )
        if answer.status == "accepted" or (
            answer.status == "refused" and (binds or _has_effect(command, answer))
        ):
            self.keys[scope] = (command, answer)
        return answer

    def _decide(self, command: Command, rule: Rule) -> Answer:
        before = copy.deepcopy(self.state)
        try:
            if command["kind"] == "place_bet":
                bets.stale(self.state, command)
            about = rule(self.state, command)
        except No as no:
            self.state = before
            return Answer("retry" if no.passing else "refused", no.code)
        if command["kind"] == "casino_rollback":
            about, refusal = about
            if refusal:
                return Answer("refused", refusal, _version(about))
        return Answer("accepted", version=_version(about))

    def _unkeyed(self, command: Command) -> Answer:
        bet = self.state.find("bet", command["bet_id"])
        if bet is not None and command["player"] in {None, bet.player}:
            name = _result_of(command)
            if known := bet.results.get(name):
                asked, first = known
                is_same = asked == _body(command)
                return (
                    Answer("accepted", "", first.version, True)
                    if is_same
                    else Answer("conflict", "key_conflict", first.version)
                )
        answer = self._decide(command, UNKEYED[command["kind"]])
        if answer.status == "accepted":
            self.state.things["bet", command["bet_id"]].results[_result_of(command)] = (
                _body(command),
                answer,
            )
        elif bet is not None and command["player"] in {None, bet.player}:
            answer = answer._replace(version=bet.version)
        return answer


def _result_of(command: Command) -> object:
    """A bet is accepted once, rejected once, and has one result of each revision."""
    return command.get("revision", command["kind"])


def _body(command: Command) -> Command:
    """What makes it the same command."""
    left_out = {"version"} if "key" not in command else NOT_ASKED if command["kind"] == "place_bet" else set()
    body = {name: value for name, value in command.items() if name not in left_out}
    if command["kind"] == "accept_bet":
        return {"bet_id": command["bet_id"]}
    if "part" in body:
        top, bottom = body["part"] or (1, 1)
        body["part"] = top / bottom
    if body.get("void"):
        body["void"] = body["void"][0] / body["void"][1]
    return body | {"player": None} if "key" not in command else body


def _has_effect(command: Command, answer: Answer) -> bool:
    return command["kind"] == "casino_rollback" and answer.code == "bet_unknown"


def _version(about: SimpleNamespace | None) -> int:
    return about.version if about is not None else 0
