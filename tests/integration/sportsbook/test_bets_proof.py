"""`verify` of what is shown of bets: whatever differs from the journal is named, wherever it differs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

from pyplatform.apps.bets_proofs import BETS, TICKETS, prove_bets
from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.bets import BetOutcome
from pyplatform.contracts.sportsbook.mybets import bet_key, bets_key
from pyplatform.kernel import ids
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.tickets import TicketTeller, ToldBetProjector
from pyplatform.wallet.proof import Proof
from tests.integration.sportsbook.conftest import FIRST, SECOND, House, decided, definition, feed, prices

ENDS = ("settle_bet", "reject_bet", "tick")


@asynccontextmanager
async def shown(house: House) -> AsyncIterator[tuple[ReadModels, TicketTeller]]:
    """The bets and tickets of a house, kept by a projector of its own."""
    slug, settings = house.tenant.slug, house.settings
    bus, models = await Bus.connect(settings.nats_url, "projector"), ReadModels.connect(settings.redis_url)
    teller = TicketTeller(bus, models, house.new_reader(slug), slug)
    running = asyncio.create_task(ToldBetProjector(bus.js, settings.postgres_url, models, slug, teller).run())
    try:
        yield models, teller
    finally:
        await end([running])
        await models.close()
        await bus.close()


async def proofs(house: House) -> dict[str, Proof]:
    return {proof.name: proof for proof in await prove_bets(house.settings, [house.tenant.slug], 60)}


async def day(house: House) -> tuple[str, str]:
    """A bet that is settled, one that waited out its delay, one that was refused; the ids of the first two."""
    owner = house.new_owner()
    feed(owner, definition(), prices())
    won = await owner.placement.place(house.attempt("10.00", selection=FIRST))
    assert (
        await owner.placement.place(house.attempt("10000.00", selection=SECOND))
    ).outcome is BetOutcome.REFUSED
    feed(owner, definition(delay=1, version=2))
    waited = await decided(owner, await owner.placement.place(house.attempt("5.00", selection=SECOND)))
    closing = definition("CLOSED", version=3, r11="WINNER", r22="LOSER", r33="LOSER")
    async with house.settling() as settlement:
        for result in feed(owner, closing).results:
            await settlement.take_result(result)
        async with asyncio.timeout(60):
            # On a slow machine the second may have waited too long, and is rejected.
            while sum(map(ENDS.count, await house.entries())) < 2:
                await asyncio.sleep(0.05)
    return won.bet_id, waited.bet_id


async def test_what_is_shown_of_bets_is_held_against_the_journal(house: House) -> None:
    won, waited = await day(house)
    slug = house.tenant.slug
    async with shown(house) as (models, teller):
        found = await proofs(house)
        assert all(proof.ok for proof in found.values()), found
        assert found[BETS].detail == "2 bets"
        assert found[TICKETS].detail == "the newest 4"
        (month,) = await models.keys(bets_key(slug, ids.text(house.player), "*"))
        await models.client.hset(bet_key(slug, won), mapping={"returns": "1", "state": "open", "note": "x"})
        placed = (await models.get(bet_key(slug, waited)))[b"placed"]
        await models.client.hset(bet_key(slug, waited), "placed", placed[:-1] + b"\x01")
        await models.client.hset(bet_key(slug, "stranger"), "state", "open")
        await models.client.srem(month, won)
        await models.client.sadd(month, "stranger")
        teller._recent.popleft()
        teller._wanted_until = inf  # nor is it read anew
        found = await proofs(house)
    assert {name for name, proof in found.items() if not proof.ok} == {BETS, TICKETS}
    said = found[BETS].differences
    for expected in (
        f"{bet_key(slug, won)}: returns is 1, the journal says ",
        f"{bet_key(slug, won)}: state is open, the journal says settled",
        f"{bet_key(slug, won)}: note is x, the journal says nothing",
        f"{bet_key(slug, waited)}: what was placed is not what the journal says",
        f"{bet_key(slug, 'stranger')}: nothing of the journal is shown there",
        f"{month} lacks {won}",
        f"{month} has, and the journal does not, stranger",
    ):
        assert [line for line in said if line.startswith(expected)], (expected, said)
    assert len(said) == 7
    assert [text for text in found[TICKETS].differences if won in text and "is missing" in text]


async def test_bets_that_are_gone_or_behind_are_named_and_without_a_projector_no_ticket_is(
    house: House,
) -> None:
    won, waited = await day(house)
    slug = house.tenant.slug
    async with shown(house) as (models, _):
        assert all(proof.ok for proof in (await proofs(house)).values())
    models = ReadModels.connect(house.settings.redis_url)
    await models.client.delete(bet_key(slug, won))
    found = await proofs(house)
    assert list(found) == [BETS]
    assert found[BETS].differences == (f"{bet_key(slug, won)}: the bet is missing",)
    await models.client.delete(bet_key(slug, waited))
    await house.deposit("1.00")
    (behind,) = await prove_bets(house.settings, [slug], patience=0.2)
    assert not behind.ok
    assert "the copy stands at" in behind.detail
    await models.close()
