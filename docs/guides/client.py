"""The example of the guide to the client: `python docs/guides/client.py URL TENANT`."""

import sys
from datetime import date

from pyplatform.client import Client, errors, new_key
from pyplatform.client.calls import accounts, bets, markets, wallet
from pyplatform.client.types.accounts import Registration
from pyplatform.client.types.bets import BetRequest, LegRequest

PASSWORD = "a sentence nobody guesses"  # noqa: S105


def main(url: str, tenant: str) -> None:
    """Register, look for something to bet on, ask what would become of a bet, place it."""
    email = f"{new_key()}@example.com"
    person = Registration(
        email=email, password=PASSWORD, date_of_birth=date(1990, 5, 17), country="MT", currency="EUR"
    )
    with Client(url, tenant) as client:
        client.send(accounts.register(person))
        client.log_in(email, PASSWORD)

        listed = client.send(markets.list_markets()).markets
        offers = [(m, s) for m in listed if m.status == "open" for s in m.selections if s.price]
        market, runner = offers[0]
        leg = LegRequest(market_id=market.id, selection_id=runner.id, price=runner.price or "")
        slip = BetRequest(legs=[leg], stake="10.00", price_policy="HIGHER")

        quote = client.send(bets.quote_bet(slip))
        print(f"{runner.name} at {runner.price}: returns {quote.potential_return}, at most {quote.max_stake}")

        attempt = bets.place_bet(slip)  # its key is made here: sent again, it is the same bet
        try:
            answer = client.ask(attempt)
            print(f"{answer.body.status} at {answer.body.legs[0].price}, replayed: {answer.replayed}")
            balance = client.send(wallet.read_wallet(min_seq=answer.body.seq))
            print(f"available {balance.available} {balance.currency}, held {balance.held}")
        except errors.Refused as refused:
            print(f"refused: {refused.code}, {refused.problem.detail}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
