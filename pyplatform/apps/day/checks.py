"""What must be true when a day is over, as statements with their evidence."""

from collections.abc import Sequence

from pyplatform.apps.day.account import Account
from pyplatform.apps.day.journal import Bet, JournalFold, decided_times
from pyplatform.apps.day.oracle import Oracle
from pyplatform.apps.day.punters import Memory
from pyplatform.apps.day.watch import Seen
from pyplatform.core import money
from pyplatform.kernel.ids import parse
from pyplatform.sportsbook.placement.answers import refusal_name
from pyplatform.wallet.proofs import Proof


def statements(
    folds: Sequence[JournalFold],
    memory: Memory,
    seen: Sequence[Seen],
    oracle: Oracle,
    accounts: Sequence[Account],
) -> list[Proof]:
    """Everything a day promises beside the ledger's own proofs."""
    bets = [bet for fold in folds for bet in fold.bets.values()]
    return [
        _watched(seen),
        _answers(folds, memory),
        _repeats(memory),
        _decided(bets),
        _sales(bets, memory),
        _returns(oracle, bets),
        _in_time(oracle, bets),
        *map(_explained, accounts),
    ]


def _proof(name: str, wrong: Sequence[str], found: str, tenant: str = "all") -> Proof:
    told = f"{len(wrong):,} times not, first: {wrong[0]}" if wrong else found
    return Proof(tenant, name, not wrong, told)


def _watched(seen: Sequence[Seen]) -> Proof:
    wrong = [one for each in seen for one in each.wrong]
    books, balances = (sum(getattr(one, name) for one in seen) for name in ("books", "balances"))
    found = (
        f"{books:,} times the books, {balances:,} balances in Valkey, "
        f"{sum(one.liabilities for one in seen):,} markets' liabilities against the open bets; "
        f"{sum(one.busy for one in seen):,} times somebody was away"
    )
    return _proof("conservation and liability held throughout", wrong, found)


def _answers(folds: Sequence[JournalFold], memory: Memory) -> Proof:
    """Every answer is in the journal exactly once, and nothing else is."""
    by_tenant = {fold.tenant: fold for fold in folds}
    wrong, told = [], set()
    for attempt in memory.attempts:
        fold, key = by_tenant[attempt.tenant], (attempt.player, attempt.key)
        told.add((attempt.tenant, key))
        entries = fold.placed.get(key, [])
        if attempt.told is None:
            wrong.append(f"{attempt.key} was never answered")
            continue
        if len(entries) != 1:
            wrong.append(f"{attempt.key} has {len(entries)} entries, the answer was {attempt.told}")
            continue
        ((bet_id, code),) = entries
        bet = fold.bets.get(bet_id)
        expected = (
            refusal_name(code) if bet is None else "rejected" if bet.state == "rejected" else "accepted"
        )
        same = bet_id == parse(attempt.told.bet_id)
        if not same or not _agrees(attempt.told.outcome, expected):
            wrong.append(f"{attempt.key} was told {attempt.told}, the journal says {expected}")
    others = sum((fold.tenant, key) not in told for fold in folds for key in fold.placed)
    if others:
        wrong.append(f"{others} bets in the journal that nobody asked for")
    return _proof("every bet was answered and journaled exactly once", wrong, f"{len(told):,} attempts")


def _agrees(told: str, journal: str) -> bool:
    """Whether an answer fits what became of a bet: referred ones may end either way."""
    if told == "referred":
        return journal in ("accepted", "rejected")
    return told == journal or (journal == "rejected" and told != "accepted")


def _repeats(memory: Memory) -> Proof:
    wrong = [f"{memory.differed} of {memory.repeated}"] if memory.differed else []
    return _proof("a repeated key met the first answer", wrong, f"{memory.repeated:,} repeats")


def _decided(bets: Sequence[Bet]) -> Proof:
    wrong = [f"bet {bet.id.hex()} is {bet.state}" for bet in bets if bet.state in ("open", "pending")]
    wrong += [
        f"bet {bet.id.hex()} was decided {decided_times(bet)} times without a correction"
        for bet in bets
        if decided_times(bet) > 1 and not bet.corrections
    ]
    corrected = sum(bet.corrections > 0 for bet in bets)
    found = f"{len(bets):,} bets, {corrected:,} of them corrected by later results"
    return _proof("every bet is decided, and once", wrong, found)


def _sales(bets: Sequence[Bet], memory: Memory) -> Proof:
    """Every sale that a punter was told of is in the ledger for that amount, and no other."""
    told = sorted((sale.bet_id, money.parse(sale.amount, sale.currency)) for sale in memory.sales)
    by_id = {bet.id: bet for bet in bets}
    booked = sorted((bet_id, sale.amount) for bet_id, _ in set(told) for sale in by_id[parse(bet_id)].sold)
    wrong = [] if told == booked else ["the sales told are others than those booked"]
    if sum(len(bet.sold) for bet in bets) != len(told):
        wrong.append("bets were sold that nobody was told of")
    return _proof("every cash-out is booked once", wrong, f"{len(told):,} sales")


def _returns(oracle: Oracle, bets: Sequence[Bet]) -> Proof:
    wrong = oracle.differences(bets)
    found = f"{oracle.checked:,} bets worked out anew, {oracle.left:,} left to settlement alone"
    return _proof("every bet returned what the results say", wrong, found)


def _in_time(oracle: Oracle, bets: Sequence[Bet]) -> Proof:
    found = f"none of {len(bets):,} bets came after the end of a match or the off of a race"
    return _proof("nobody bet on what was over", oracle.late(bets), found)


def _explained(account: Account) -> Proof:
    currency = account.currency
    total = account.total
    parts = {"margin": total.margin, "sales": total.sales, "luck": total.luck}
    shown = " + ".join(f"{name} {money.format(amount, currency)}" for name, amount in parts.items())
    ledger = money.format(sum(account.house.values()), currency)
    wrong = [] if account.sound() else [f"the rows differ from the ledger by {account.difference}"]
    found = f"{shown} = {ledger} {currency} on the ledger's accounts"
    return _proof("the profit is explained to the cent", wrong, found, account.tenant)
