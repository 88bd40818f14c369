"""Cash-out: a quote that is good for seconds, and taking it if the prices it rests on have not moved too far."""

import asyncio
from typing import Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.cashout import (
    CashOutAnswer,
    CashOutOutcome,
    Part,
    QuoteCashOut,
    TakeCashOut,
)
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.cashing_out.offers import NoOffer, Offer, Offers
from pyplatform.sportsbook.cashing_out.prices import PriceCopy
from pyplatform.sportsbook.placement.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.settlement.book import Book
from pyplatform.sportsbook.settlement.legs import E4
from pyplatform.sportsbook.settlement.wagers import Sale, Wager, WagerState
from pyplatform.telemetry import Counter, get_logger

SECOND: Final = 10**9
REMEMBERED: Final = 600 * SECOND
"""How long (ns) an attempt is kept whose outcome is not known: its key must meet the same command again."""
_MOST: Final = 100_000

log = get_logger("sportsbook.cashout")


class _Quote(msgspec.Struct, frozen=True):
    player: bytes
    bet_id: bytes
    version: int
    part: Part
    offer: Offer
    expires_at: int


class _Attempt(msgspec.Struct):
    bet_id: bytes
    quote_id: str
    quote: _Quote
    command: bytes
    made_at: int


class CashOuts:
    """Quotes and sales of one tenant's bets."""

    def __init__(self, tenant: Tenant, book: Book, prices: PriceCopy, wallet: WalletPort) -> None:
        self._tenant = tenant
        self._book = book
        self._wallet = wallet
        self._offers = Offers(tenant.slug, tenant.rules, prices)
        self._lives = int(tenant.rules.cash_out_seconds * SECOND)
        self._tolerance = tenant.rules.cash_out_tolerance_bp
        self._quotes: dict[str, _Quote] = {}
        self._attempts: dict[tuple[bytes, str], _Attempt] = {}
        self._offered = Counter(f"cashout.{tenant.slug}.offered", "offers to buy bets back")
        self._taken = Counter(f"cashout.{tenant.slug}.taken", "bets or parts of them bought back")

    def quote(self, asked: QuoteCashOut) -> CashOutAnswer:
        """Our offer for a bet, or why there is none."""
        wager = self._own(asked.player, asked.bet_id)
        if wager is None:
            return CashOutAnswer(CashOutOutcome.NO_OFFER, "unknown_bet")
        try:
            offer = self._offers.offer(wager, self._book.told, asked.part)
        except NoOffer as none:
            return none.answer()
        now = now_ns()
        self._forget(now)
        number = ids.text(ids.uuid7())
        quote = _Quote(asked.player, asked.bet_id, wager.version, asked.part, offer, now + self._lives)
        self._quotes[number] = quote
        self._offered.value += 1
        return _offered(number, quote, wager.currency)

    def _own(self, player: bytes, bet_id: bytes) -> Wager | None:
        wager = self._book.get(bet_id)
        return wager if wager is not None and wager.player == player else None

    def _forget(self, now: int) -> None:
        """Quotes and attempts are kept in the order they were made."""
        while self._quotes and (
            len(self._quotes) > _MOST or next(iter(self._quotes.values())).expires_at + SECOND < now
        ):
            del self._quotes[next(iter(self._quotes))]
        while self._attempts and next(iter(self._attempts.values())).made_at + REMEMBERED < now:
            del self._attempts[next(iter(self._attempts))]

    async def take(self, asked: TakeCashOut) -> CashOutAnswer:
        """Sell: the same key meets the same answer, also after we were started anew."""
        wager = self._own(asked.player, asked.bet_id)
        if wager is None:
            return CashOutAnswer(CashOutOutcome.REFUSED, "unknown_bet")
        sale = next((one for one in wager.sales if one.key == asked.key), None)
        if sale is not None:
            return _sold(sale, wager.currency, replayed=True)
        attempt = self._attempts.get((asked.player, asked.key))
        if attempt is None:
            judged = self._judge(asked, wager)
            if isinstance(judged, CashOutAnswer):
                return judged
            attempt = self._attempts[asked.player, asked.key] = judged
        elif (attempt.bet_id, attempt.quote_id) != (asked.bet_id, asked.quote_id):
            return CashOutAnswer(CashOutOutcome.CONFLICT, "key_conflict")
        return await self._submit(asked, wager, attempt)

    def _judge(self, asked: TakeCashOut, wager: Wager) -> "_Attempt | CashOutAnswer":
        """The attempt to send to the wallet, or why the quote is not good any more."""
        quote = self._quotes.get(asked.quote_id)
        if quote is None or (quote.player, quote.bet_id) != (asked.player, asked.bet_id):
            return CashOutAnswer(CashOutOutcome.REFUSED, "unknown_quote")
        if now_ns() > quote.expires_at:
            return CashOutAnswer(CashOutOutcome.REFUSED, "quote_expired")
        if wager.version != quote.version:
            return CashOutAnswer(CashOutOutcome.REFUSED, "bet_changed")
        try:
            now = self._offers.offer(wager, self._book.told, quote.part)
        except NoOffer as none:
            return CashOutAnswer(CashOutOutcome.REFUSED, none.code)
        if abs(now.amount - quote.offer.amount) * E4 > self._tolerance * quote.offer.amount:
            return CashOutAnswer(
                CashOutOutcome.REFUSED,
                "price_changed",
                amount=now.amount,
                currency=wager.currency,
                part=quote.part,
                legs=now.legs,
            )
        context = codec.Context(
            self._tenant.slug,
            wager.brand,
            wager.player,
            SOURCE_SPORTSBOOK,
            asked.correlation,
            asked.traceparent,
        )
        command = codec.cash_out(
            context,
            asked.key,
            bet=wager.bet_id,
            version=quote.version,
            amount=quote.offer.amount,
            part=None if quote.part[0] == quote.part[1] else quote.part,
        )
        return _Attempt(asked.bet_id, asked.quote_id, quote, command, now_ns())

    async def _submit(self, asked: TakeCashOut, wager: Wager, attempt: _Attempt) -> CashOutAnswer:
        try:
            reply = await asyncio.shield(self._wallet.submit(self._tenant.slug, attempt.command))
        except Unavailable:
            return CashOutAnswer(CashOutOutcome.UNAVAILABLE, "unavailable")
        if reply.status == codec.RETRY:
            return CashOutAnswer(CashOutOutcome.UNAVAILABLE, "unavailable")
        self._attempts.pop((asked.player, asked.key), None)
        if reply.status == codec.CONFLICT:
            return CashOutAnswer(CashOutOutcome.CONFLICT, "key_conflict")
        if reply.status != codec.ACCEPTED:
            return CashOutAnswer(CashOutOutcome.REFUSED, reply.name, replayed=reply.replayed)
        quote = attempt.quote
        self._quotes.pop(asked.quote_id, None)
        runs_on = quote.part[0] < quote.part[1]
        sale = Sale(asked.key, quote.offer.amount, quote.part, reply.seq, runs_on)
        if wager.sell(sale, reply.version):
            state = WagerState.OPEN if runs_on else WagerState.OVER
            self._book.became(wager, state, reply.version, 0, reply.at)
            self._taken.value += 1
        return _sold(sale, wager.currency, replayed=reply.replayed)


def _offered(number: str, quote: _Quote, currency: str) -> CashOutAnswer:
    return CashOutAnswer(
        CashOutOutcome.OFFERED,
        quote_id=number,
        amount=quote.offer.amount,
        currency=currency,
        part=quote.part,
        expires_at=quote.expires_at,
        legs=quote.offer.legs,
    )


def _sold(sale: Sale, currency: str, *, replayed: bool) -> CashOutAnswer:
    return CashOutAnswer(
        CashOutOutcome.TAKEN,
        amount=sale.amount,
        currency=currency,
        part=sale.part,
        seq=sale.seq,
        open=sale.open,
        replayed=replayed,
    )
