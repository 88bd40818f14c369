"""Operations on wallet; written by `make client`, change the API instead."""

from pyplatform.client.call import Call
from pyplatform.client.types.wallet import WalletView


def read_wallet(*, min_seq: int = 0) -> Call[WalletView]:
    """Read the balance.

    With `min_seq` it waits up to a second for that entry; `as_of_seq` tells what was reached.
    """
    return Call("GET", "/v1/wallet", WalletView, query={"min_seq": min_seq})
