"""The Rust extension. Import from `pyplatform.core`; services may import the submodules directly."""

from pyplatform._core import archive as archive
from pyplatform._core import betting as betting
from pyplatform._core import bonus as bonus
from pyplatform._core import cashier as cashier
from pyplatform._core import casino as casino
from pyplatform._core import feeds as feeds
from pyplatform._core import guards as guards
from pyplatform._core import house as house
from pyplatform._core import inplay as inplay
from pyplatform._core import ledger as ledger
from pyplatform._core import models as models
from pyplatform._core import money as money
from pyplatform._core import moves as moves
from pyplatform._core import odds as odds
from pyplatform._core import pricing as pricing
from pyplatform._core import recovery as recovery
from pyplatform._core import shard as shard
from pyplatform._core import trading as trading
from pyplatform._core import wallet as wallet

__all__ = [
    "__version__",
    "archive",
    "betting",
    "bonus",
    "cashier",
    "casino",
    "feeds",
    "guards",
    "house",
    "inplay",
    "ledger",
    "models",
    "money",
    "moves",
    "odds",
    "pricing",
    "recovery",
    "shard",
    "trading",
    "wallet",
]

__version__: str
