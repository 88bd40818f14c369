"""The bodies of wallet; written by `make client`, change the API instead."""

import msgspec


class WalletView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Balances as of entry `as_of_seq` of the ledger; `held` is staked on open bets."""

    currency: str
    available: str
    held: str
    as_of_seq: int
