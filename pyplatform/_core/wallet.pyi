"""The wallet's command codec, the wallet in memory, and the writer machine of one shard.

Amounts are integers at the currency's scale (fiat 6 decimals: 1 EUR = 1_000_000). Times are u64 nanoseconds
since the epoch. Ids are 16 raw bytes (UUIDv7). Commands are opaque encoded bytes; the codec here is the only one.
"""

from typing import Final, final

__all__ = [
    "ACCEPTED",
    "CONFLICT",
    "MALFORMED",
    "REFUSED",
    "RETRY",
    "Context",
    "Reply",
    "Wallet",
    "accept_bet",
    "code_name",
    "decode_reply",
    "deposit",
    "place_bet",
    "raise_generation",
    "reject_bet",
    "settle_bet",
    "tick",
    "void_bet",
]

ACCEPTED: Final = 0
REFUSED: Final = 1
CONFLICT: Final = 2
RETRY: Final = 3
MALFORMED: Final = 4

@final
class Context:
    """Who sends commands and under which trace; shared by all commands of one request.

    `source`: 1 sportsbook, 2 cashier, 3 system. `traceparent` is the W3C header or "".
    """

    def __new__(
        cls, tenant: str, brand: int, player: bytes, source: int, correlation: bytes, traceparent: str = ""
    ) -> Context: ...

@final
class Reply:
    """Answer to one command, valid once the batch that holds it is durable."""

    @property
    def status(self) -> int:
        """One of ACCEPTED, REFUSED, CONFLICT, RETRY, MALFORMED."""
    @property
    def code(self) -> int:
        """Refusal code; 0 when accepted. 1xx are the wallet's, 2xx the sportsbook's."""
    @property
    def name(self) -> str:
        """Stable snake_case name of a wallet code, "" for 0 and for codes of other domains."""
    @property
    def replayed(self) -> bool: ...
    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def object_id(self) -> bytes:
        """Bet the command was about (16 bytes; zero for deposits)."""
    @property
    def version(self) -> int:
        """Version of that bet after the command."""
    @property
    def decision(self) -> str:
        """What was decided about a placed bet by now: pending, accepted or rejected; "" for other commands. A bet
        that waited has `seq`, and if rejected `at`, of the entry that decided it."""
    @property
    def reject_code(self) -> int:
        """Why it was rejected after waiting, 0 if it was not."""
    @property
    def terms(self) -> bytes:
        """The terms journaled with the verdict."""
    @property
    def field(self) -> str:
        """Name of the field that differs, for a conflict."""

def deposit(context: Context, key: str, currency: str, amount: int, psp: str) -> bytes: ...
def place_bet(
    context: Context,
    key: str,
    bet_id: bytes,
    currency: str,
    stake: int,
    slip_schema: int,
    slip_version: int,
    slip: bytes,
    verdict: int,
    terms: bytes,
    expires_at: int,
    generation: int,
    pending_until: int = 0,
) -> bytes:
    """`verdict` 0 accepts, any other code refuses; `terms` (≤ 64 bytes) are the sportsbook's and come back in the
    reply. Verdict, terms, bet id, expiry and generation are not part of the idempotent body; stake, currency and
    slip are. `pending_until` > 0 opens the bet pending."""

def accept_bet(context: Context, bet_id: bytes, version: int) -> bytes: ...
def reject_bet(context: Context, bet_id: bytes, version: int, code: int) -> bytes: ...
def settle_bet(
    context: Context, bet_id: bytes, revision: int, version: int, returns: int, evidence: bytes
) -> bytes:
    """`returns` is the gross return (0 = lost), whole minor units; `evidence` is a 32-byte hash of the result."""

def void_bet(context: Context, bet_id: bytes, revision: int, version: int, reason: int) -> bytes: ...
def tick(context: Context, until: int) -> bytes:
    """Reject every bet still pending at `until`."""

def raise_generation(context: Context, generation: int) -> bytes:
    """Kill switch: bets decided under an older generation are refused from here on."""

def code_name(code: int) -> str:
    """Stable snake_case name of a refusal code of the wallet, "" for any other."""

def decode_reply(data: bytes) -> Reply: ...

@final
class Wallet:
    """A wallet in memory, without a journal: for tests, benchmarks and learning. Durability is the shard's work."""

    def __new__(cls, tenant: str) -> Wallet: ...
    def submit(self, command: bytes, now: int) -> Reply:
        """Apply one command at time `now` (raised to last + 1 if not later)."""
    def balance(self, player: bytes, currency: str) -> tuple[int, int]:
        """(available, held)."""
    def state_hash(self) -> bytes: ...
