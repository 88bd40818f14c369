"""The ledger in plain words: what was asked, why it was refused, which money moved; for players and support agents."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pyplatform._core import money
from pyplatform._core.shard import Entry
from pyplatform._core.wallet import code_name
from pyplatform.core.accounts import ACCOUNTS, owner_text
from pyplatform.kernel import ids

__all__ = ["account_words", "amount_words", "asked", "line_words", "refused", "time_words", "value_words"]

FOREVER: Final = 2**63
"""Times from here on mean never."""

_ACCOUNTS: Final = {
    "BANK_PLAYER_FUNDS": "bank account of players' funds",
    "BANK_OPERATING": "operator's bank account",
    "PSP_CLEARING": "owed by payment provider",
    "PSP_PAYOUT_CLEARING": "pay-outs under way at provider",
    "PLAYER_DEBT": "debt of the player",
    "PROVIDER_RECEIVABLE": "owed by game provider",
    "PLAYER_REAL": "available money",
    "PLAYER_BET_HELD": "held on open bets",
    "PLAYER_WD_PENDING": "set aside for withdrawal",
    "PLAYER_LOCKED": "locked money",
    "JACKPOT_POOL": "jackpot",
    "TAX_PAYABLE": "tax owed to",
    "DUTY_PAYABLE": "duty owed to",
    "DORMANT_FUNDS": "money of a dormant account",
    "SUSPENSE": "money nobody has claimed",
    "SPORT_STAKES": "stakes kept",
    "SPORT_PAYOUTS": "winnings paid",
    "SPORT_CASHOUT": "cash-outs paid",
    "CASINO_BETS": "game stakes kept",
    "CASINO_WINS": "game wins paid",
    "JACKPOT_CONTRIB": "contributions to jackpots",
    "JACKPOT_SEED": "jackpot seeds",
    "ADJUSTMENTS": "adjustments",
    "BONUS_COST": "cost of bonuses",
    "FREEBET_COST": "cost of free bets",
    "PSP_FEES": "fees of payment providers",
    "CHARGEBACK_FEES": "fees of chargebacks",
    "BAD_DEBT": "debts given up",
    "GAMING_TAX_EXP": "gaming duty",
    "GOODWILL": "goodwill",
    "PLAYER_BONUS": "bonus money",
    "PLAYER_BONUS_HELD": "bonus money on open bets",
    "BONUS_ISSUED": "bonuses given",
    "BONUS_STAKES": "bonus stakes kept",
    "BONUS_PAYOUTS": "winnings paid in bonus money",
    "BONUS_CONVERTED": "bonuses turned into money",
    "BONUS_FORFEITED": "bonuses forfeited",
    "BONUS_WRITEOFF": "bonus winnings not got back",
    "PLAYER_FREEBET": "free bets",
    "PLAYER_FREEBET_HELD": "free bets on open bets",
    "FREEBET_ISSUED": "free bets given",
    "FREEBET_USED": "free bets used",
    "FREEBET_EXPIRED": "free bets that ended unused",
    "FX_POSITION": "position in currencies",
}

_ASKED: Final = {
    "deposit": "Deposit {amount}",
    "initiate_deposit": "Begin a deposit of {amount}",
    "capture_deposit": "Credit a deposit: the provider has the money",
    "fail_deposit": "Give up a deposit: the payment failed",
    "charge_back": "Take a deposit back: chargeback of {amount}",
    "win_dispute": "Give a charged-back deposit back: the dispute was won",
    "request_withdrawal": "Withdraw {amount}",
    "approve_withdrawal": "Approve a withdrawal",
    "pay_withdrawal": "Pay a withdrawal out",
    "return_withdrawal": "Give a withdrawal back to the player ({why})",
    "lock_funds": "Lock {amount}",
    "unlock_funds": "Unlock {amount}",
    "make_dormant": "Set the money of a dormant account aside",
    "revive_dormant": "Give the money of a dormant account back",
    "adjust": "Adjust the balance by {amount}",
    "recover_debt": "Pay {amount} of a debt",
    "write_off_debt": "Give {amount} of a debt up",
    "withhold_tax": "Withhold {amount} of tax",
    "exchange_currency": "Exchange {amount}",
    "claim_suspense": "Give {amount} of unclaimed money to the player",
    "park_suspense": "Take in {amount} nobody is known to own",
    "return_suspense": "Send {amount} of unclaimed money back",
    "place_bet": "Place a bet of {amount}",
    "accept_bet": "Open a bet that waited",
    "reject_bet": "Reject a bet that waited",
    "settle_bet": "Settle a bet with a return of {amount}",
    "void_bet": "Void a bet",
    "reopen_bet": "Take a bet's result back",
    "cash_out": "Cash out for {amount}",
    "tick": "Let time pass: end what has run out",
    "raise_generation": "Kill switch: refuse bets decided before",
    "evict_keys": "Let old keys leave memory, filed as they are",
    "forget_keys": "Forget keys that are past their time",
    "grant_bonus": "Grant a bonus of {amount}",
    "convert_bonus": "Turn a bonus into money",
    "end_bonus": "End a bonus ({why})",
    "give_free_bet": "Give a free bet of {amount}",
    "give_bonus_free_bet": "Give a free bet of {amount} whose winnings are bonus money",
    "award_free_rounds": "Award free rounds whose winnings are bonus money",
    "end_free_bet": "End a free bet ({why})",
    "casino_debit": "Stake {amount} in a game",
    "casino_credit": "Pay a game's win of {amount}",
    "free_round_win": "Pay a free round's win of {amount} as bonus money",
    "casino_play": "Stake {amount} in a game and pay its win",
    "casino_rollback": "Take a game's bet back",
    "casino_adjust": "Adjust the balance by {amount} for a game",
    "close_round": "Close a round of a game",
    "jackpot_win": "Pay a jackpot of {amount}",
    "seed_jackpot": "Put {amount} into a jackpot",
    "set_profile": "Set the habits of a game provider",
    "settle_psp": "Book {amount} from a payment provider",
    "settle_payout": "Book {amount} paid out by a provider",
    "accrue_duty": "Book {amount} of gaming duty",
    "pay_duty": "Pay {amount} of gaming duty",
    "remit_tax": "Pay {amount} of withheld tax on",
    "set_status": "Set what the player may do",
    "set_limits": "Set the player's limits",
    "start_session": "Begin a session",
    "end_session": "End a session",
    "acknowledge_reality": "Confirm a reality check",
    "set_policy": "Set how the guards work",
    "confirm_guards": "Confirm that the guards are up to date",
}

_LINES: Final = {
    "charge_back": "Deposit charged back",
    "win_dispute": "Charged-back deposit won again",
    "request_withdrawal": "Withdrawal requested",
    "pay_withdrawal": "Withdrawal paid out",
    "return_withdrawal": "Withdrawal given back",
    "lock_funds": "Money locked",
    "unlock_funds": "Money unlocked",
    "make_dormant": "Account made dormant",
    "revive_dormant": "Account revived",
    "adjust": "Adjustment",
    "recover_debt": "Debt paid",
    "write_off_debt": "Debt given up",
    "withhold_tax": "Tax withheld",
    "exchange_currency": "Money exchanged",
    "claim_suspense": "Payment found and credited",
    "place_bet": "Bet placed",
    "reject_bet": "Bet not taken, stake given back",
    "void_bet": "Bet void, stake given back",
    "reopen_bet": "Result taken back, bet open again",
    "cash_out": "Bet cashed out",
    "tick": "Ended by time",
    "grant_bonus": "Bonus granted",
    "convert_bonus": "Bonus turned into money",
    "end_bonus": "Bonus ended",
    "give_free_bet": "Free bet given",
    "give_bonus_free_bet": "Free bet given",
    "award_free_rounds": "Free rounds awarded",
    "end_free_bet": "Free bet ended",
    "casino_debit": "Game stake",
    "casino_credit": "Game win",
    "free_round_win": "Free round won",
    "casino_play": "Game stake and win",
    "casino_rollback": "Game bet taken back",
    "casino_adjust": "Game adjustment",
    "jackpot_win": "Jackpot won",
}


def amount_words(amount: int, currency: str, *, signed: bool = False) -> str:
    """An amount with its currency, with a plus when `signed`: "+10.50 EUR".

    Of a command about something unknown the ledger knows no currency, and so not where the point stands.
    """
    if not currency:
        return f"{amount:,} units"
    return f"{'+' if signed and amount > 0 else ''}{money.format(amount, currency)} {currency}"


def time_words(at: int) -> str:
    """Nanoseconds since the epoch as people read them: "2026-11-25 10:48:03 UTC", "never" for the far future."""
    if at >= FOREVER:
        return "never"
    return f"{datetime.fromtimestamp(at // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def account_words(number: int, owner: bytes) -> str:
    """What an account is, with the name of a provider, jurisdiction or jackpot: "owed by payment provider bank"."""
    account = ACCOUNTS[number]
    known = _ACCOUNTS.get(account.name, account.name.lower().replace("_", " "))
    return known if account.is_players or account.owner == "house" else f"{known} {owner_text(number, owner)}"


def asked(entry: Entry) -> str:
    """What an entry asks for, as one line."""
    template = _ASKED.get(entry.kind, entry.kind.replace("_", " ").capitalize())
    amount = entry.fields.get("amount", entry.amount)
    currency = entry.currency or entry.fields.get("currency") or ""
    return template.format(
        amount=amount_words(amount, currency),
        why=str(entry.fields.get("why", "")).replace("_", " "),
    )


def value_words(name: str, value: Any, currency: str) -> str:
    """A field of a command or record for people: amounts with currency, times as times, ids as text."""
    if value is None:
        return "none"
    if isinstance(value, bytes):
        return ids.text(value) if len(value) == 16 else value.hex()
    if isinstance(value, tuple):
        return f"{value[0]}/{value[1]}"
    return _number_words(name, value, currency) if isinstance(value, int) else str(value)


def _number_words(name: str, value: int, currency: str) -> str:
    if name.endswith(("_at", "until")):
        return time_words(value) if value else "none"
    if name == "lasts":
        return str(timedelta(microseconds=value // 1_000))
    if name in _YES_NO:
        return "yes" if value else "no"
    return amount_words(value, currency) if name in _AMOUNTS and currency else f"{value:,}"


_AMOUNTS: Final = frozenset(
    {
        "amount",
        "fee",
        "tax",
        "max_bet",
        "max_convert",
        "most",
        "contribution",
        "win",
        "seed",
        "taken",
        "owed",
        "single_stake",
    }
    | {f"{kind}_{window}" for kind in ("deposit", "wager", "loss") for window in ("day", "week", "month")}
)
_YES_NO: Final = frozenset(
    {"real_only", "phantom", "returns_stake", "network", "closes", "may_bet", "may_deposit", "may_withdraw"}
    | {
        "status_required",
        "session_required",
        "refusals_not_frozen",
        "conflict_check",
        "multi_win",
        "negative_allowed",
    }
)


def line_words(kind: str, changes: Mapping[str, int]) -> str:
    """What a line of a statement is, from its kind and what each purse gained or lost."""
    if kind in ("deposit", "capture_deposit"):
        return "Deposit"
    if kind != "settle_bet":
        return _LINES.get(kind, kind.replace("_", " ").capitalize())
    released = any(changes.get(purse, 0) < 0 for purse in ("on_bets", "bonus_on_bets", "free_bets_on_bets"))
    paid = changes.get("available", 0) + changes.get("bonus", 0)
    if not released:
        return "Bet result corrected"
    return "Bet settled, return paid" if paid > 0 else "Bet lost"


def refused(code: int, others: Mapping[int, str]) -> str:
    """Why a command was refused, as a sentence; `others` has those of the codes that are not the wallet's."""
    if name := code_name(code):
        return _REFUSALS.get(name, name.replace("_", " "))
    return others.get(code, f"code {code} of the domain that decided it")


_REFUSALS: Final = {
    "key_too_old": "the key was made longer ago than keys are remembered",
    "insufficient_funds": "the player does not have that much",
    "bet_exists": "another attempt had already made a bet of this id",
    "unknown_bet": "there is no bet of this id",
    "stale_version": "the bet, or what it was about, had changed since the sender looked at it",
    "bet_not_open": "the bet was waiting for a decision, or closed already",
    "bet_not_closed": "the bet had no result that could be taken back",
    "bet_not_pending": "the bet was decided already",
    "stale_revision": "a later result had been applied already",
    "player_mismatch": "it belongs to another player",
    "account_blocked": "the account may not do this",
    "excluded": "the player is excluded, or takes a break",
    "withdrawals_held": "withdrawals of this player are held",
    "limit_deposit": "the player's deposit limit would have been exceeded",
    "limit_wager": "the player's limit for stakes would have been exceeded",
    "limit_loss": "the player's loss limit would have been exceeded",
    "limit_stake": "the stake is above the player's limit for one bet",
    "session_required": "a bet needs a session, and the player had none",
    "session_expired": "the player's session was over",
    "reality_check_required": "the player had to confirm a reality check first",
    "unknown_session": "the player was in another session, or in none",
    "bonus_max_bet": "the active bonus allows no stake this large",
    "bonus_locked": "the active bonus locks the money until it is wagered or given up",
    "grant_active": "another bonus of the player was active",
    "grant_held": "money of the bonus was on open bets",
    "token_not_available": "the free bet was placed, used or ended",
    "token_expired": "its time was over",
    "token_mismatch": "a free bet must be staked whole, and this stake was another",
    "same_actor": "the person who agreed is the one who asked; two must decide",
    "currency_mismatch": "the currency was another than that of the bet or the limits",
    "round_closed": "the round of the game was over",
    "bet_cancelled": "the game's bet had been taken back before it came",
    "stake_not_positive": "the stake was zero or less",
    "stake_not_whole": "the stake had a fraction of a minor unit",
    "amount_not_positive": "the amount was zero or less",
    "amount_not_whole": "the amount had a fraction of a minor unit",
}
