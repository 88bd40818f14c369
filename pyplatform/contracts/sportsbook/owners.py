"""How the owners of events share a slip between them, and which event is whose."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from pyplatform.contracts.sportsbook.bets import PlaceBet


def owner_names(count: int) -> tuple[str, ...]:
    """Names of `count` owners; raises ValueError for fewer than one."""
    if count < 1:
        raise ValueError(f"owners: there must be one at least, not {count}")
    return ("trading",) if count == 1 else tuple(f"trading-{number}" for number in range(1, count + 1))


def owner_of(event_id: str, owners: Sequence[str]) -> str:
    """The owner of an event: always the same one of the same owners."""
    if len(owners) == 1:
        return owners[0]
    digest = int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest())
    return owners[digest % len(owners)]


class ReserveLegs(msgspec.Struct, array_like=True, frozen=True):
    """Asks another owner to look at its legs of a slip, and to hold room for the bet if `hold_until` (ns) is set.

    What is held goes back on `ReleaseLegs`, or when the journal has passed that time without the bet.
    """

    bet_id: bytes
    slip: PlaceBet
    hold_until: int = 0


class LegsReserved(msgspec.Struct, array_like=True, frozen=True):
    """What an owner says of its legs, in the order of the slip; nothing of those of other owners.

    `views` are (leg, refusal or 0, price_e4, delay, places, fraction of the place part). `most` is what it would take
    of all lines and `limit` why; `refusal` is set when the stake is more, or its legs cannot be taken together.
    `promised` are (bonus in basis points, legs at the better of price and starting price, most that is paid then).
    """

    views: tuple[tuple[int, int, int, int, int, int], ...]
    refusal: int = 0
    legs: tuple[int, ...] = ()
    most: int = 0
    limit: str = ""
    referral_above: int = 0
    terms_version: int = 0
    promised: tuple[int, tuple[int, ...], int] = (0, (), 0)


class ReleaseLegs(msgspec.Struct, array_like=True, frozen=True):
    """Says that a bet will not come to be."""

    bet_id: bytes


def reserve_subject(owner: str, epoch: int) -> str:
    """Request subject for `ReserveLegs`, answered with `LegsReserved`."""
    return f"event.reserve.{owner}.{epoch}"


def release_subject(owner: str) -> str:
    """Core NATS subject of `ReleaseLegs`; what is lost is found out from the journal."""
    return f"event.release.{owner}"
