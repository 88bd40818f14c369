"""HTTP of the ledger's readers: a player's statement, for the player and for staff."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.core.statements import Statement, as_csv
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE
from pyplatform.http.message import Page, Request
from pyplatform.http.problems import Problem
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import Moment, ns_of
from pyplatform.wallet.statements import FOREVER, MOST_LINES, Period, Statements

WAIT_SECONDS: Final = 1.0
_PAUSE: Final = 0.02
_CSV: Final = "text/csv; charset=utf-8"


class StatementQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries from `since` on and before `until`, at most `limit`; `after_seq`, the `as_of_seq` of a page, asks for
    the next one. `min_seq` waits up to a second for that entry."""

    since: Moment | None = None
    until: Moment | None = None
    after_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_LINES)] = 200
    min_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


class PlayerStatementQuery(StatementQuery, frozen=True, forbid_unknown_fields=True):
    """As a player's own; `currency` is the tenant's unless told."""

    currency: Annotated[str, Meta(max_length=8)] = ""


def routes(app: App, statements: Statements, tenants: Mapping[str, Tenant]) -> None:
    """Add the statements."""

    @app.get("/v1/wallet/statement", auth="player", cache=PRIVATE)
    async def read_statement(request: Request, query: StatementQuery) -> Statement:
        """Read what moved one's money: opening, every line with the balances after it, closing, totals of the page.

        `more` tells that further lines follow; `ledger_seq` up to where the ledger had been read.
        """
        session = request.session
        return await _read(statements, session.tenant, session.player, session.currency, query)

    @app.get("/v1/wallet/statement.csv", auth="player", cache=PRIVATE, media_type="text/csv")
    async def download_statement(request: Request, query: StatementQuery) -> Page:
        """Read the same as CSV."""
        session = request.session
        found = await _read(statements, session.tenant, session.player, session.currency, query)
        return Page(as_csv(found).encode(), _CSV)

    @app.get("/v1/players/{player_id}/statement", auth="admin", cache=PRIVATE)
    async def read_player_statement(
        request: Request, player_id: str, query: PlayerStatementQuery
    ) -> Statement:
        """Read the statement of any player of the tenant whose money has ever moved."""
        currency = query.currency or tenants[request.tenant].currency
        found = await _read(statements, request.tenant, _player(player_id), currency, query)
        if not found.lines and not await statements.knows(request.tenant, _player(player_id)):
            raise _unknown_player()
        return found


def _player(text: str) -> bytes:
    try:
        return ids.parse(text)
    except ValueError:
        raise _unknown_player() from None


def _unknown_player() -> Problem:
    return Problem(404, "unknown_player", "no money of this player has ever moved", field="player_id")


async def _read(
    statements: Statements, tenant: str, player: bytes, currency: str, query: StatementQuery
) -> Statement:
    period = Period(
        start=0 if query.since is None else _ns(query.since, "since"),
        end=FOREVER if query.until is None else _ns(query.until, "until"),
        after_seq=query.after_seq,
        lines=query.limit,
    )
    deadline = monotonic() + WAIT_SECONDS
    # The projector is another process: there is nothing here to be woken by.
    while query.min_seq and await statements.position(tenant) < query.min_seq and monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_PAUSE)
    return await statements.read(tenant, player, currency, period)


def _ns(moment: datetime, field: str) -> int:
    try:
        return ns_of(moment)
    except ValueError as error:
        raise Problem(422, "time_out_of_range", str(error), field=field) from None
