"""The example of the guide to the ledger: `python docs/guides/ledger.py FOLDER` plays a small day and proves it."""

import sys
from pathlib import Path

from pyplatform.core import ledger, money, wallet
from pyplatform.kernel.ids import text, uuid7

TENANT = "aurora"
FOREVER = 2**64 - 1
NOBODY = bytes(16)


def euro(amount: str) -> int:
    """An amount in units of the currency's scale: one euro is 1,000,000."""
    return money.parse(amount, "EUR")


def deposits(players: list[bytes]) -> list[bytes]:
    """A hundred euros for everybody."""
    return [
        wallet.deposit(wallet.Context(TENANT, 1, player, 2, NOBODY), "first", "EUR", euro("100.00"), "bank")
        for player in players
    ]


def place(player: bytes, bet: bytes, stake: str) -> bytes:
    """A bet whose slip and terms are the sportsbook's; the wallet keeps them and does not look inside."""
    context = wallet.Context(TENANT, 1, player, 1, NOBODY)
    key, slip, terms = bet.hex(), b"home win at 2.50", b""
    return wallet.place_bet(
        context, key, bet, "EUR", euro(stake), 1, 1, slip, 0, terms, FOREVER, generation=0
    )


def settle(bet: bytes, returns: str, evidence: bytes) -> bytes:
    """The result of a bet in its first version, as its first revision."""
    context = wallet.Context(TENANT, 1, NOBODY, 1, NOBODY)
    return wallet.settle_bet(context, bet, 1, 1, euro(returns), evidence)


def play(house: ledger.Ledger, players: list[bytes]) -> dict[bytes, bytes]:
    """Deposits, bets in one batch, and their results in another; the bets by player."""
    house.submit_many(deposits(players))
    bets = {player: uuid7() for player in players}
    placed = house.submit_many(place(player, bet, "40.00") for player, bet in bets.items())
    print(f"{sum(reply.status == wallet.ACCEPTED for reply in placed)} bets hold", end=" ")
    print(money.format(sum(house.balance(player, "EUR")[1] for player in players), "EUR"), "EUR")

    too_much = house.submit(place(players[0], uuid7(), "60.01"))
    print(f"one more is refused: {too_much.code} {too_much.name}")

    results = [
        settle(bet, "100.00" if n % 3 == 0 else "0.00", bytes(32)) for n, bet in enumerate(bets.values())
    ]
    house.submit_many(results)
    again = house.submit_many(results)
    print(
        f"the results once more: {sum(reply.replayed for reply in again)} answers of before, nothing paid twice"
    )
    return bets


def main(folder: str | Path) -> Path:
    """Play, write a player's statement beside the journal, and verify all of it; returns the statement's file."""
    path = Path(folder) / "aurora.journal"
    players = [uuid7() for _ in range(12)]
    with ledger.Ledger(path, TENANT) as house:
        bets = play(house, players)
        statement = house.statement(players[0], "EUR")
        print(f"player {text(players[0])[:8]}… closes with {statement.closing['available']} EUR")
        out = path.with_suffix(".csv")
        out.write_text(ledger.as_csv(statement), encoding="utf-8")
        why = house.explain(bet=bets[players[0]])
        for sentence in why.answer if why else ():
            print(f"  {sentence}")
        seq = house.seq
    with ledger.Ledger(path, TENANT) as house:  # the journal is all there is: it gives the same state
        found = house.verify()
        print(f"the same {seq} entries: {found.entries == seq}")
        for book, currency, debits, _ in found.books:
            print(
                f"{found.entries} entries verify; book {book} balances at {money.format(debits, currency)} {currency}"
            )
    return out


if __name__ == "__main__":
    main(*sys.argv[1:2])
