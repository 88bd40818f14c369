"""Operations on wallet; written by `make client`, change the API instead."""

from datetime import datetime

from pyplatform.client.call import Call
from pyplatform.client.types.shared import Statement
from pyplatform.client.types.wallet import WalletView


def read_statement(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after_seq: int = 0,
    limit: int = 200,
    min_seq: int = 0,
) -> Call[Statement]:
    """Read what moved one's money: opening, every line with the balances after it, closing, totals of the page.

    `more` tells that further lines follow; `ledger_seq` up to where the ledger had been read.
    """
    return Call(
        "GET",
        "/v1/wallet/statement",
        Statement,
        query={"since": since, "until": until, "after_seq": after_seq, "limit": limit, "min_seq": min_seq},
    )


def read_wallet(*, min_seq: int = 0) -> Call[WalletView]:
    """Read the balance.

    With `min_seq` it waits up to a second for that entry; `as_of_seq` tells what was reached.
    """
    return Call("GET", "/v1/wallet", WalletView, query={"min_seq": min_seq})
