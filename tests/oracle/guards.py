"""Standing, limits, sessions, policy."""

from tests.oracle.books import No
from tests.oracle.state import WINDOWS, Command, State

FOREVER = 2**64 - 1


def _standing(state: State, player: int, may: str) -> None:
    policy, standing = state.policy(), state.find("standing", player)
    stale = policy.max_guard_age and policy.guards_until + policy.max_guard_age < state.at
    if stale or (policy.status_required and standing is None):
        raise No("rg_state_unavailable", passing=True)
    if standing is not None:
        if state.at < standing.excluded_until:
            raise No("excluded")
        if not getattr(standing, may):
            raise No("account_blocked")


def may_bet(state: State, player: int, currency: str, real: int) -> None:
    _standing(state, player, "may_bet")
    session = state.find("session", player)
    if session is not None and session.session is not None:
        if session.expires_at <= state.at:
            raise No("session_expired")
        if session.reality_due <= state.at:
            raise No("reality_check_required")
    elif state.policy().session_required:
        raise No("session_required")
    if real:
        _may_stake(state, player, currency, real)


def _may_stake(state: State, player: int, currency: str, real: int) -> None:
    limits = state.find("limits", player)
    if limits is None:
        return
    if limits.currency != currency:
        raise No("currency_mismatch")
    if limits.single_stake is not None and real > limits.single_stake:
        raise No("limit_stake")
    wagers = {window: state.sum(player, currency, "wager", window) for window in WINDOWS}
    returns = {window: state.sum(player, currency, "returns", window) for window in WINDOWS}
    losses = {window: max(wagers[window] - returns[window], 0) for window in WINDOWS}
    for limited, sums, code in ((limits.wager, wagers, "limit_wager"), (limits.loss, losses, "limit_loss")):
        if any(limited[window] is not None and sums[window] + real > limited[window] for window in WINDOWS):
            raise No(code)


def may_deposit(state: State, player: int, currency: str, amount: int) -> None:
    _standing(state, player, "may_deposit")
    limits = state.find("limits", player)
    if limits is None:
        return
    if limits.currency != currency:
        raise No("currency_mismatch")
    for window in WINDOWS:
        limit = limits.deposit[window]
        if limit is not None and state.sum(player, currency, "deposit", window) + amount > limit:
            raise No("limit_deposit")


def is_excluded(state: State, player: int) -> bool:
    standing = state.find("standing", player)
    return standing is not None and state.at < standing.excluded_until


def set_status(state: State, command: Command) -> object:
    fields = ("may_bet", "may_deposit", "may_withdraw", "excluded_until")
    return state.make("standing", command["player"], **{name: command[name] for name in fields})


def set_limits(state: State, command: Command) -> object:
    kinds = {kind: {window: command[f"{kind}_{window}"] for window in WINDOWS} for kind in _LIMITED}
    if any((limit or 0) < 0 for limits in kinds.values() for limit in limits.values()):
        raise No("amount_negative")
    if (command["single_stake"] or 0) < 0:
        raise No("amount_negative")
    single, currency = command["single_stake"], command["currency"]
    return state.make("limits", command["player"], currency=currency, single_stake=single, **kinds)


_LIMITED = ("deposit", "wager", "loss")


def start_session(state: State, command: Command) -> object:
    interval = command["reality_interval"]
    return state.make(
        "session",
        command["player"],
        session=command["session"],
        expires_at=command["expires_at"],
        reality_interval=interval,
        reality_due=state.at + interval if interval else FOREVER,
    )


def end_session(state: State, command: Command) -> object:
    session = state.find("session", command["player"])
    if session is None or session.session != command["session"]:
        raise No("unknown_session")
    session.session, session.version = None, session.version + 1
    return session


def acknowledge_reality(state: State, command: Command) -> object:
    session = state.find("session", command["player"])
    if session is None or session.session != command["session"]:
        raise No("unknown_session")
    interval = session.reality_interval
    session.reality_due = state.at + interval if interval else FOREVER
    session.version += 1
    return session


def set_policy(state: State, command: Command) -> object:
    if max(command["recover_from_deposits"], command["recover_from_wins"]) > 100:
        raise No("percent_out_of_range")
    fields = {name: command[name] for name in vars(state.policy()) if name in command}
    return state.make("policy", 0, guards_until=state.policy().guards_until, **fields)


def confirm_guards(state: State, command: Command) -> object:
    policy = {name: value for name, value in vars(state.policy()).items() if name not in {"id", "version"}}
    policy["guards_until"] = max(policy["guards_until"], min(command["until"], state.at))
    return state.make("policy", 0, **policy)
