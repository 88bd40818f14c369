"""`pyplatform explain` and `balances`: what the journal of a running platform tells, in words and as of any entry."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

from pyplatform._core.shard import Entry
from pyplatform.apps.target import anchors_of, settings_of, tenant_of
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg, Refusal
from pyplatform.core.asof import BalancesAt
from pyplatform.core.explaining import Domain, Explanation, Subject
from pyplatform.core.steps import Fact
from pyplatform.core.words import amount_words
from pyplatform.gateway.bets_api import DETAILS
from pyplatform.gateway.model import write_place, write_price
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import ns_of
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.settlement.resolution import VoidReason
from pyplatform.wallet import explain as wallet_explain
from pyplatform.wallet.asof import fold_up_to, seq_at
from pyplatform.wallet.store import JournalReader

_VOIDS: Final[dict[int, str]] = {
    VoidReason.SELECTION_REMOVED: "the selection was removed",
    VoidReason.MARKET_VOID: "the market is void",
    VoidReason.CANCELLED: "the feed voids the outcome, or the bets of a time",
    VoidReason.NO_STARTING_PRICE: "the bet was to be paid at a starting price, and none was made",
}


def sportsbook() -> Domain:
    """What only the sportsbook can say of its bets: the slip, why it refused, why stakes went back."""
    return Domain(
        {one: DETAILS[one.name.lower()] for one in Refusal}, _VOIDS, lambda entry: list(_bet(entry))
    )


async def explain(data: Path, tenant: str, what: str) -> Explanation:
    """Explain an entry by its number, or a bet or a player by id, from the journal alone.

    Raises PlatformError when `what` is neither, the journal tells nothing of it, or does not verify.
    """
    subjects = _subjects(what)
    async with _journal(data, tenant) as reader:
        for subject in subjects:
            found = await wallet_explain.explain(
                reader, tenant, subject, sportsbook(), anchors=anchors_of(data)
            )
            if found is not None:
                return found
    raise PlatformError(
        f"the journal of {tenant} tells nothing of {' or '.join(one.words for one in subjects)}"
    )


async def balances(data: Path, tenant: str, seq: int | None, at: datetime | None) -> BalancesAt:
    """Every account's balance right after entry `seq`, or at a time; at the journal's end where neither is named.

    Raises PlatformError when both are, the journal ends before, or does not verify up to there.
    """
    if seq is not None and at is not None:
        raise PlatformError("name an entry or a time, not both")
    async with _journal(data, tenant) as reader:
        if at is not None:
            try:
                seq = await seq_at(reader, ns_of(at))
            except ValueError as error:
                raise PlatformError(str(error)) from None
        elif seq is None:
            seq = await reader.tip() or 0
        return (await fold_up_to(reader, tenant, seq)).balances()


@asynccontextmanager
async def _journal(data: Path, tenant: str) -> AsyncIterator[JournalReader]:
    settings = settings_of(data, "postgres_url")
    tenant_of(settings, tenant)
    reader = JournalReader(settings.postgres_url, tenant)
    try:
        yield reader
    finally:
        await reader.close()


def _subjects(what: str) -> list[Subject]:
    if what.isascii() and what.isdigit() and 0 < int(what) < 2**63:
        return [Subject("entry", seq=int(what))]
    try:
        name = ids.parse(what)
    except ValueError as error:
        raise PlatformError(f"{error}, or the number of an entry") from None
    return [Subject("bet", name), Subject("player", name)]


def _bet(entry: Entry) -> Iterator[Fact]:
    """The slip of an attempt, and what the sportsbook decided of it."""
    if entry.slip is None:
        return
    try:
        asked = slip.decode(*entry.slip)
        told = decided.decode(entry.terms, asked)
    except (slip.UnknownSlipError, ValueError) as error:
        yield "slip", f"cannot be read: {error}"
        return
    yield "type", asked.bet_type.lower().replace("_", " ") + (", each way" if asked.each_way else "")
    for number, (leg, price, place) in enumerate(zip_longest(asked.legs, told.prices, told.each_way)):
        words = list(_leg(leg, price, place))
        words += ["or the starting price if that is better"] * (number in told.promised.best_odds)
        words += ["refused for this leg"] * (number in told.legs)
        yield f"leg {number + 1}", ", ".join(words)
    if told.joint_price_e4:
        yield "price of all legs", write_price(told.joint_price_e4)
    if told.max_stake:
        yield "would have been taken up to", amount_words(told.max_stake, entry.currency)
    if told.referred:
        yield "referred", "a trader was to decide"


def _leg(leg: Leg, price: int, place: decided.EachWayTerms | None) -> Iterator[str]:
    yield f"market {leg.market_id}, selection {leg.selection_id}"
    asked = "the starting price" if leg.price_e4 == STARTING_PRICE else write_price(leg.price_e4)
    if leg.price_e4 in (price, STARTING_PRICE):
        yield f"at {asked}"
    else:
        yield f"at {write_price(price)} (asked {asked})" if price else f"asked {asked}, without a price then"
    if place is not None:
        yield write_place(place.places, place.fraction)
    if leg.banker:
        yield "banker"
