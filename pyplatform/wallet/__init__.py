"""The wallet: the process that leads shards, its journal in Postgres, its outbox and the balances others read."""

from pyplatform.wallet.client import LocalWallet, WalletClient

__all__ = ["LocalWallet", "WalletClient"]
