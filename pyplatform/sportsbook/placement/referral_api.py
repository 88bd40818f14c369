"""HTTP for traders: bets that wait for them, and what they decide."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.referrals import (
    AskReferrals,
    DecideReferral,
    DeskReferrals,
    Referral,
    ReferralDecision,
)
from pyplatform.core import money
from pyplatform.http.app import App
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.api import READS, WRITES, Done
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.desk.replies import ask, ask_all, replied, told
from pyplatform.sportsbook.desk.views import Amount, Price, Reason, read_price, write_price


class ReferredLegView(msgspec.Struct, frozen=True):
    """A leg at the price it was asked for."""

    event_id: str
    market_id: str
    selection_id: int
    price: str


class ReferralView(msgspec.Struct, frozen=True):
    """A bet that waits until `expires_at`; `max_stake` is what would be taken without asking."""

    bet_id: str
    brand: int
    player_id: str
    type: str
    legs: list[ReferredLegView]
    stake: str
    currency: str
    max_stake: str
    expires_at: datetime


class ReferralList(msgspec.Struct, frozen=True):
    """Bets that wait for a trader, those first that expire first."""

    referrals: list[ReferralView]


class ReferralOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a bet; a re-offer says which stake of all lines, which prices of all legs, or both, would do."""

    decision: ReferralDecision
    max_stake: Amount | None = None
    prices: Annotated[tuple[Price, ...], Meta(max_length=20)] = ()
    reason: Reason = ""


def routes(app: App, desk: DeskClient, tenants: Mapping[str, Tenant]) -> None:
    """Add the operations on referred bets."""

    @app.get("/v1/trading/referrals", auth=READS)
    async def list_referrals(request: Request) -> ReferralList:
        """List the bets that wait for a trader."""
        answers = await ask_all(desk, request, "referrals", AskReferrals())
        found = [one for answer in answers for one in told(answer, DeskReferrals).referrals]
        return ReferralList([*map(_view, sorted(found, key=lambda one: one.expires_at))])

    @app.post("/v1/trading/referrals/{bet_id}", auth=WRITES, idempotent="optional", errors=(409,))
    async def decide_referral(request: Request, bet_id: str, body: ReferralOrder) -> Reply[Done]:
        """Approve a bet, reject it, or say what would be taken instead; the player is told at once."""
        stake = 0
        if body.max_stake is not None:
            try:
                stake = money.parse(body.max_stake, tenants[request.tenant].currency)
            except ValueError as error:
                raise Problem(422, "invalid_body", f"max_stake: {error}", field="max_stake") from error
        prices = tuple(read_price(price, f"prices[{n}]") for n, price in enumerate(body.prices))
        order = DecideReferral(bet_id, body.decision, stake, prices, body.reason)
        answer = await ask(desk, request, "decide_referral", order)
        return replied(answer, Done(answer.version, answer.position))


def _view(referral: Referral) -> ReferralView:
    return ReferralView(
        referral.bet_id,
        referral.brand,
        referral.player,
        referral.bet_type,
        [
            ReferredLegView(leg.event_id, leg.market_id, leg.selection_id, write_price(leg.price_e4))
            for leg in referral.legs
        ],
        money.format(referral.stake, referral.currency),
        referral.currency,
        money.format(referral.max_stake, referral.currency),
        datetime.fromtimestamp(referral.expires_at / 1e9, UTC),
    )
