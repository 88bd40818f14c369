"""Slips that no client should send, over HTTP through every process: each is refused by name, the next bet is taken."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pyplatform.apps.demo.players import PATIENT
from pyplatform.client import AsyncClient
from pyplatform.client.calls import bets, markets, wallet
from pyplatform.client.errors import BadRequest, NotFound, Refused
from pyplatform.client.types.bets import BetRequest, LegRequest
from pyplatform.wallet.proofs import prove
from tests.integration.platform.conftest import FUNDS, SLUGS, House, Opening, until
from tests.integration.platform.day import Market, lines
from tests.integration.platform.evidence import read_record

WIN, OTHER, PLACE = "1.561", "1.562", "1.563"
FIRST, SECOND, NOBODY = 11, 12, 99
LONG_AGO = "25.00"
"""A price of yesterday, when the first runner was an outsider."""
BEYOND = "90000.00"
"""More than the market may lose, and less than the player has."""


def leg(market: str, selection: int, price: str = "1.01") -> LegRequest:
    return LegRequest(market_id=market, selection_id=selection, price=price)


def slip(*legs: LegRequest, stake: str = "1.00", **more: object) -> BetRequest:
    return BetRequest(legs=list(legs), stake=stake, **more)  # type: ignore[arg-type]


BAD: Sequence[tuple[BetRequest, str, bool]] = (
    (slip(*[leg(WIN, FIRST)] * 30), "too_many_legs", False),
    (slip(leg("1.999", FIRST)), "unknown_market", False),
    (slip(leg("sr:match:1~1", 1)), "unknown_market", False),
    (slip(leg(WIN, NOBODY)), "unknown_selection", True),
    (slip(leg(OTHER, SECOND), leg(WIN, NOBODY)), "unknown_selection", True),
    (slip(leg(WIN, FIRST), leg(WIN, FIRST)), "related_legs", True),
    (slip(leg(WIN, FIRST), leg(WIN, SECOND)), "related_legs", True),
    (slip(leg(OTHER, FIRST), leg(WIN, FIRST), leg(WIN, SECOND), type="TRIXIE"), "related_legs", True),
    (slip(leg(WIN, FIRST, LONG_AGO)), "price_changed", True),
    (slip(leg(WIN, FIRST, LONG_AGO), leg(OTHER, FIRST)), "price_changed", True),
    (slip(leg(WIN, FIRST), stake="0.00"), "stake_not_positive", False),
    (slip(leg(WIN, FIRST), stake="-1.00"), "stake_not_positive", False),
    (slip(leg(WIN, FIRST), stake="1.001"), "stake_decimals", False),
    (slip(leg(WIN, FIRST), stake="1" * 40), "stake_invalid", False),
    (slip(leg(WIN, FIRST), stake="2000000.00"), "liability_exceeded", True),
    (slip(leg(WIN, FIRST), stake=BEYOND), "liability_exceeded", True),
    (slip(leg(WIN, FIRST), free_bet_id="0190a2b8-7000-7000-8000-000000000000"), "unknown_token", True),
)
"""A slip, the code of its refusal, and whether the journal holds it: what cannot be a bet never gets there."""


async def test_slips_that_nobody_should_send_are_refused_by_name(open_house: Opening, tmp_path: Path) -> None:
    sold = [Market(WIN), Market(OTHER), Market(PLACE, winners=2)]
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(lines(*sold, results=False)))
    async with open_house([day], sold, 120, ()) as house:

        async def work() -> None:
            await house.play()
            await until(lambda: house.offered({WIN, OTHER, PLACE}))
            await try_everything(house)

        await house.platform.run_until(work())
        assert [proof for proof in await prove(house.settings, SLUGS) if not proof.ok] == []


async def try_everything(house: House) -> None:
    tenant, account = house.crowd.players[0]
    async with AsyncClient(
        house.platform.gateway_url, tenant.slug, token=account.token, retry=PATIENT
    ) as player:
        journaled = 0
        for wanted, code, kept in BAD:
            assert await refusal(player, wanted) == code, wanted
            journaled += kept
        record = await read_record(house.settings, tenant.slug)
        assert sum(len(entries) for entries in record.placed.values()) == journaled
        assert not record.states
        taken = await player.send(bets.place_bet(slip(leg(WIN, FIRST), leg(OTHER, SECOND))))
        assert taken.status == "accepted"
        left = await player.send(wallet.read_wallet(min_seq=taken.seq))
        assert (left.available, left.held) == (f"{float(FUNDS) - 1:.2f}", "1.00")
        assert (await player.send(markets.read_market(WIN))).status == "open"


async def refusal(player: AsyncClient, wanted: BetRequest) -> str:
    """The code of a refusal, the same when it is sent again; a bet that is taken or a fault of ours fails the test."""
    call = bets.place_bet(wanted)
    codes = []
    for _ in range(2):
        with pytest.raises((BadRequest, NotFound, Refused)) as refused:
            await player.send(call)
        codes.append(refused.value.code)
    assert codes[0] == codes[1], wanted
    return codes[0]
