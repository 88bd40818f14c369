"""The wallet's command codec, the wallet in memory, and the writer machine of one shard.

Amounts are integers at the currency's scale (fiat 6 decimals: 1 EUR = 1_000_000). Times are u64 nanoseconds
since the epoch. Ids are 16 raw bytes (UUIDv7). Commands are opaque encoded bytes; the codec here is the only one.
"""

from typing import Any, Final, final

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
    "cash_out",
    "code_name",
    "decode_reply",
    "deposit",
    "place_bet",
    "raise_generation",
    "reject_bet",
    "reopen_bet",
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

    `source`: 1 sportsbook, 2 cashier, 3 system, 4 casino, 5 bonus, 6 compliance. `traceparent` is the W3C header or "".
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
    def replayed(self) -> bool:
        """Whether this is the answer that the key, or the object, got before."""
    @property
    def seq(self) -> int:
        """Sequence of the entry it rests on."""
    @property
    def at(self) -> int:
        """Time of that entry, nanoseconds since the epoch."""
    @property
    def object_id(self) -> bytes:
        """What the command was about, such as a bet, a payment or a grant: 16 bytes, zero for nothing."""
    @property
    def version(self) -> int:
        """Version of that after the command."""
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
    def purse(self) -> tuple[int, int, int] | None:
        """For commands of games: (real, bonus) that may be staked now, and what of the stake was bonus money."""
    @property
    def field(self) -> str:
        """Name of the field that differs, for a conflict."""

def deposit(context: Context, key: str, currency: str, amount: int, psp: str) -> bytes:
    """Money that the payment provider `psp` has taken: available at once. `amount` is in whole minor units.

    A deposit with an initiation before it is `cashier.initiate_deposit`. Refused: amount_not_positive,
    amount_not_whole, excluded, account_blocked, limit_deposit, currency_mismatch; for the moment:
    rg_state_unavailable. An argument that cannot stand in a command raises `ValueError` naming it, here and below.
    """

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
    *,
    real_only: bool = False,
    free_bet: bytes | None = None,
    tax: int = 0,
    jurisdiction: str | None = None,
) -> bytes:
    """`verdict` 0 accepts, any other code refuses; `terms` (≤ 64 bytes) are the sportsbook's and come back in the
    reply. Verdict, terms, bet id, expiry, generation and tax are not part of the idempotent body; stake, currency,
    slip and kind of money are. `pending_until` > 0 opens the bet pending. The stake is real and bonus money by the
    active grant, real money alone with `real_only`, or the free bet of just this stake. `tax` on the stake, for
    `jurisdiction`, is paid besides and given back with the stake.
    Refused: insufficient_funds, stake_not_positive, stake_not_whole, bet_exists, tax_out_of_range, bonus_max_bet, for
    free bets unknown_token, token_…, free_bet_whole, and what the guards say: excluded, account_blocked, session_…,
    reality_check_required, limit_…, currency_mismatch. For the moment, binding nothing: expired, stale_generation,
    rg_state_unavailable."""

def accept_bet(context: Context, bet_id: bytes, version: int) -> bytes:
    """Open a pending bet. Refused: unknown_bet, player_mismatch, bet_not_pending (also: its time is up),
    stale_version."""

def reject_bet(context: Context, bet_id: bytes, version: int, code: int) -> bytes:
    """End a pending bet and give its stake back; `code` (200 and above, the sportsbook's) says why.

    Refused: unknown_bet, player_mismatch, bet_not_pending, stale_version.
    """

def settle_bet(
    context: Context,
    bet_id: bytes,
    revision: int,
    version: int,
    returns: int,
    evidence: bytes,
    *,
    void: tuple[int, int] | None = None,
) -> bytes:
    """`returns` is the gross return (0 = lost), whole minor units; `evidence` is a 32-byte hash of the result.

    `void`, such as (1, 2) for a half win or a dead heat, is the part of the stake given back on top of `returns`. A
    higher revision corrects the last result, be it a void: that is reversed and the new one done in one entry, and
    what the player no longer has becomes debt. A revision that was applied is answered again; with another content it
    is a conflict. Refused: unknown_bet, player_mismatch, bet_not_open (pending, rejected or sold back),
    stale_revision, stale_version, returns_negative, returns_not_whole, amount_out_of_range.
    """

def void_bet(
    context: Context,
    bet_id: bytes,
    revision: int,
    version: int,
    reason: int,
    *,
    part: tuple[int, int] | None = None,
) -> bytes:
    """Give the stake back; only `part` of it, such as (1, 3), leaves the rest open.

    Revisions count with settlements, so a higher one corrects a result. Refused as `settle_bet`, and part_too_small,
    free_bet_whole.
    """

def reopen_bet(context: Context, bet_id: bytes, revision: int, version: int, evidence: bytes) -> bytes:
    """Take the last result back without another: the bet is open again, and holds its stake as before that result.

    What was paid or given back is taken from the player, and what is not there becomes debt. Revisions count with
    results; `evidence` is a 32-byte hash of what is known now. Refused: unknown_bet, player_mismatch, bet_not_closed,
    stale_revision, stale_version, token_not_available (the free bet is on another bet or has ended),
    amount_out_of_range.
    """

def cash_out(
    context: Context, key: str, *, bet: bytes, version: int, amount: int, part: tuple[int, int] | None = None
) -> bytes:
    """Buy an open bet back for `amount`, whole minor units; `key` names the attempt.

    With `part`, such as (2, 5), that much of what is still held is bought; the rest stays open, for more of it. Stake
    and pay-out are divided between real and bonus money as the stake was. Refused: unknown_bet, player_mismatch,
    bet_not_open, stale_version, amount_not_positive, amount_not_whole, excluded, free_bet_whole, part_too_small.
    """

def tick(context: Context, until: int) -> bytes:
    """Reject every bet still pending at `until`, and end every bonus and free bet whose time is over by then.

    A writer that leads does so by itself; the reply's `version` is how many there were, at most 512.
    """

def raise_generation(context: Context, generation: int) -> bytes:
    """Kill switch: bets decided under an older generation are refused from here on."""

def code_name(code: int) -> str:
    """Stable snake_case name of a refusal code of the wallet, "" for any other."""

def decode_reply(data: bytes) -> Reply:
    """Read an encoded reply; raises `ValueError` when it is none."""

@final
class Wallet:
    """A wallet in memory, without a journal: for tests, benchmarks and learning. Durability is the shard's work."""

    def __new__(cls, tenant: str) -> Wallet: ...
    def submit(self, command: bytes, now: int) -> Reply:
        """Apply one command at time `now` (raised to last + 1 if not later)."""
    def balance(self, player: bytes, currency: str) -> tuple[int, int]:
        """(available, held)."""
    def bonus(self, player: bytes, currency: str) -> int:
        """What the player may stake of the active grant."""
    def accounts(self) -> list[tuple[int, bytes, str, int]]:
        """(number, owner, currency, balance on its own side) of every account; `shard.chart` has the names."""
    def record(self, kind: str, id: bytes) -> dict[str, Any] | None:  # noqa: A002
        """What is known, by field, of a "payment", "withdrawal", "grant", "free_bet", "promise", of the "backing" of a bet, the
        "standing", "session" or "limits" of a player, or a "profile" or "policy" (id: name, padded with zeros); None when there is none.
        Raises `ValueError` for a kind that there is not."""
    def state_hash(self) -> bytes:
        """Hash of all accounts, objects, keys and limits, 32 bytes: equal for equal states."""
