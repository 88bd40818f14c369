"""One entry of the ledger explained: what was asked, what stood in the way, what was decided, which money moved."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import msgspec

from pyplatform._core.shard import Entry, Header
from pyplatform.core.accounts import ACCOUNTS, NOBODY, movements
from pyplatform.core.words import account_words, amount_words, asked, refused, time_words, value_words
from pyplatform.kernel import ids

__all__ = ["Domain", "Fact", "Move", "State", "Step", "step_of"]

Fact = tuple[str, str]
"""What something is called and what it was."""

WINDOWS: Final = ("24 hours", "7 days", "30 days")
_GUARDED: Final = frozenset(
    {"place_bet", "casino_debit", "casino_play", "initiate_deposit", "request_withdrawal", "cash_out"}
)
_STAKING: Final = frozenset({"place_bet", "casino_debit", "casino_play"})
_ORDER: Final = {
    "non_sticky": "real money is staked first",
    "sticky": "real money is staked first, and may not be withdrawn",
    "bonus_first": "bonus money is staked first",
}
_TOLD: Final = frozenset(
    {
        "verdict",
        "reason",
        "code",
        "currency",
        "version",
        "revision",
        "why",
        "part",
        "amount",
        "receives",
        "into",
    }
)
_LABELS: Final = {
    "grant": "bonus",
    "token": "free bet",
    "psp": "payment provider",
    "provider": "game provider",
}


class State(Protocol):
    """What the ledger knew before an entry."""

    def record(self, kind: str, name: bytes) -> Mapping[str, Any] | None:
        """A record by kind and id."""
        ...

    def available(self, player: bytes, currency: str) -> int:
        """Money a player could use."""
        ...


class Domain(msgspec.Struct, frozen=True):
    """What only the domain that sent a command can read of it.

    `refusals` are sentences by code, `voids` by reason, `bet` tells of the slip and what was decided about it.
    """

    refusals: Mapping[int, str] = {}
    voids: Mapping[int, str] = {}
    bet: Callable[[Entry], list[Fact]] = lambda _: []


class Move(msgspec.Struct, frozen=True):
    """What one account gained or lost, in words, and what was on it then; `of_player` tells whose it is."""

    account: str
    change: str
    balance: str
    of_player: bool


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in words. `decision` is "accepted" or "refused", `because` says by whom and why.

    `facts` are what was asked, `guards` what was looked at before, `became` what things are from then on. `first`,
    `last`, `epoch` and `hash` are the sealed batch that holds the entry.
    """

    seq: int
    time: str
    kind: str
    player: str
    title: str
    decision: str
    because: str
    facts: list[Fact]
    guards: list[str]
    moves: list[Move]
    became: list[str]
    key: str
    correlation: str
    first: int
    last: int
    epoch: int
    hash: str


def step_of(entry: Entry, header: Header, before: State, domain: Domain) -> Step:
    """An entry in words, with what the ledger knew before it."""
    return Step(
        seq=entry.seq,
        time=time_words(entry.at),
        kind=entry.kind,
        player="" if entry.player == NOBODY else ids.text(entry.player),
        title=_title(entry),
        decision="refused" if entry.code else "accepted",
        because=_because(entry, before, domain),
        facts=_facts(entry, domain),
        guards=_guards(entry, before) if entry.kind in _GUARDED and entry.player != NOBODY else [],
        moves=_moves(entry),
        became=_became(entry),
        key=entry.key,
        correlation="" if entry.correlation == NOBODY else ids.text(entry.correlation),
        first=header.lo + 1,
        last=header.hi,
        epoch=header.epoch,
        hash=header.hash.hex(),
    )


def _title(entry: Entry) -> str:
    revision = entry.fields.get("revision", 1)
    if entry.kind in ("settle_bet", "void_bet") and revision > 1:
        what = (
            f"return {amount_words(entry.amount, entry.currency)}" if entry.kind == "settle_bet" else "void"
        )
        return f"Result number {revision} of a bet: {what}"
    if entry.kind == "settle_bet" and not entry.amount:
        return "Settle a bet as lost"
    part = entry.fields.get("part")
    return asked(entry) + (f" ({part[0]}/{part[1]} of it)" if part and part[0] != part[1] else "")


def _because(entry: Entry, before: State, domain: Domain) -> str:
    if entry.kind == "place_bet":
        return _verdict(entry, before, domain)
    if entry.code:
        return f"the wallet refused: {_why(entry, before, domain)}"
    if entry.kind == "reject_bet":
        return f"the sportsbook did not take it: {refused(entry.fields['code'], domain.refusals)}"
    if entry.kind == "void_bet":
        reason = entry.fields["reason"]
        return domain.voids.get(reason, f"reason {reason} of the sportsbook")
    return str(entry.fields.get("reason") or "")


def _verdict(entry: Entry, before: State, domain: Domain) -> str:
    if verdict := entry.fields["verdict"]:
        return f"the sportsbook refused: {refused(verdict, domain.refusals)}"
    if entry.code:
        return f"the sportsbook would have taken it, the wallet refused: {_why(entry, before, domain)}"
    waits = f"; it waits until {time_words(entry.pending_until)}" if entry.pending_until else ""
    return f"the sportsbook took it, and nothing stood in the way{waits}"


def _why(entry: Entry, before: State, domain: Domain) -> str:
    sentence = refused(entry.code, domain.refusals)
    if sentence != refused(101, {}) or entry.player == NOBODY:
        return sentence
    currency = entry.currency or entry.fields.get("currency") or ""
    return f"{sentence}; there was {amount_words(before.available(entry.player, currency), currency)}"


def _facts(entry: Entry, domain: Domain) -> list[Fact]:
    currency = entry.currency or entry.fields.get("currency") or ""
    facts: list[Fact] = []
    if entry.bet_id != NOBODY:
        facts.append(("bet", ids.text(entry.bet_id)))
    if entry.kind == "place_bet":
        facts += domain.bet(entry)
    for name, value in entry.fields.items():
        if name == "evidence":
            facts.append(("hash of the result", f"{value.hex()[:16]}…"))
        elif value is not None and not _is_dull(entry.kind, name, value):
            facts.append((_LABELS.get(name, name.replace("_", " ")), value_words(name, value, currency)))
    return facts


def _is_dull(kind: str, name: str, value: Any) -> bool:
    """Whether the title or another line says it, or nobody would miss it."""
    if kind in ("set_limits", "set_status") or name in _TOLD or (isinstance(value, bytes) and name == "bet"):
        return True
    return kind == "place_bet" and (not value or name in ("expires_at", "generation", "pending_until"))


def _guards(entry: Entry, before: State) -> list[str]:
    player, fields = entry.player, entry.fields
    said = [_standing(before.record("standing", player), entry.at)]
    if limits := before.record("limits", player):
        said += _limits(limits)
    else:
        said.append("the player has set no limits")
    if entry.kind in _STAKING:
        said.append(_session(before.record("session", player)))
        grants = {record["grant"] for kind, record in entry.records if kind in ("backing", "play")}
        for grant in sorted(grants - {None}):
            if before.record("promise", grant) and before.record("free_bet", grant):
                said.append(f"what it wins is bonus money: bonus {ids.text(grant)}")
            else:
                said.append(_grant(before.record("grant", grant), grant))
    if fields.get("real_only"):
        said.append("the bet may use real money alone")
    return said


def _standing(standing: Mapping[str, Any] | None, at: int) -> str:
    if standing is None:
        return "the account was never restricted"
    closed = [
        what
        for field, what in (("may_bet", "bets"), ("may_deposit", "deposits"), ("may_withdraw", "withdrawals"))
        if not standing[field]
    ]
    said = f"closed to {', '.join(closed)}" if closed else "open to bets, deposits and withdrawals"
    until = standing["excluded_until"]
    if until > at:
        when = "for an indefinite time" if time_words(until) == "never" else f"until {time_words(until)}"
        return f"the account was {said}; the player was excluded {when}"
    return f"the account was {said}"


def _limits(limits: Mapping[str, Any]) -> list[str]:
    currency, said = limits["currency"], []
    for name, what in (("deposit", "deposits"), ("wager", "stakes"), ("loss", "losses")):
        for amount, window in zip(str(limits[name]).split(), WINDOWS, strict=True):
            if amount != "none":
                said.append(f"limit: {what} up to {amount_words(int(amount), currency)} in {window}")
    if limits["single_stake"] is not None:
        said.append(f"limit: one stake up to {amount_words(limits['single_stake'], currency)}")
    return said or ["the player has set no limits"]


def _session(session: Mapping[str, Any] | None) -> str:
    if session is None or session["session"] is None:
        return "the player was in no session"
    due = time_words(session["reality_due"])
    check = "" if due == "never" else f"; the next reality check was due at {due}"
    return f"the player's session ran until {time_words(session['expires_at'])}{check}"


def _grant(grant: Mapping[str, Any] | None, name: bytes) -> str:
    if grant is None:
        return f"bonus {ids.text(name)} was given with it"
    most = grant["max_bet"]
    bound = "" if most is None else f"; stakes up to {amount_words(most, grant['currency'])}"
    return f"bonus {ids.text(name)} was active: {_ORDER.get(grant['policy'], grant['policy'])}{bound}"


def _moves(entry: Entry) -> list[Move]:
    moves = [
        Move(
            account_words(move.account, move.owner),
            amount_words(move.amount, move.currency, signed=True),
            amount_words(move.balance, move.currency),
            ACCOUNTS[move.account].is_players,
        )
        for move in movements(entry)
    ]
    return sorted(moves, key=lambda move: not move.of_player)


_STATES: Final = {
    "pending": "waits for a decision",
    "open": "is open",
    "settled": "is settled",
    "voided": "is void",
    "rejected": "is rejected",
    "cashed_out": "is cashed out",
    "queued": "waits until the active one has ended",
    "tombstone": "is kept as taken back, so that it is refused should it still come",
}


def _became(entry: Entry) -> list[str]:
    said = [
        f"bet {ids.text(bet)} {_STATES.get(state, state)} (version {version})"
        for bet, state, version in entry.transitions
    ]
    for kind, record in entry.records:
        if kind in ("backing", "round", "payout", "profile", "policy", "session"):
            continue
        if kind == "limits":
            said += _limits(record)
        elif kind == "standing":
            said.append(_standing(record, entry.at))
        elif state := record.get("state"):
            said.append(
                f"{kind.replace('_', ' ')} {ids.text(record['id'])} {_STATES.get(state, f'is {state}')}"
            )
    return said
