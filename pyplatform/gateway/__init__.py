"""The gateway: markets and prices from an in-process copy, bets on to the owner of the event, balances, a stream."""
