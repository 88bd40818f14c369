"""What the gateway serves over HTTP: one list of routes, for the server and for the documents that describe it."""

from collections.abc import Mapping
from importlib import metadata
from typing import Any, Final

from pyplatform.apidoc import asyncapi, openapi
from pyplatform.apidoc.serve import add_documentation
from pyplatform.gateway.api import routes as gateway_routes
from pyplatform.gateway.history_api import history_routes
from pyplatform.gateway.liability_api import liability_routes
from pyplatform.gateway.push.stream import Stream
from pyplatform.http.app import App
from pyplatform.http.health import add_health
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.api import routes as player_routes
from pyplatform.pam.service import Accounts
from pyplatform.pam.staff import Staff
from pyplatform.pam.staff_api import routes as staff_routes
from pyplatform.sportsbook.desk.api import routes as trading_routes
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.desk.customers_api import routes as customer_routes
from pyplatform.sportsbook.placement.referral_api import routes as referral_routes
from pyplatform.sportsbook.settlement.api import routes as settlement_routes
from pyplatform.sportsbook.settlement.client import SettlementClient
from pyplatform.wallet.api import routes as statement_routes
from pyplatform.wallet.statements import Statements

TITLE: Final = "pyplatform"


def add_domain_routes(
    app: App,
    accounts: Accounts,
    staff: Staff,
    desk: DeskClient,
    settlement: SettlementClient,
    statements: Statements,
    tenants: Mapping[str, Tenant],
) -> None:
    """Add the operations of every domain but the gateway's own, which `gateway.build` adds last."""
    player_routes(app, accounts)
    staff_routes(app, staff)
    trading_routes(app, desk, tenants)
    customer_routes(app, desk)
    referral_routes(app, desk, tenants)
    settlement_routes(app, settlement)
    statement_routes(app, statements, tenants)


def describe(what: str) -> dict[str, Any]:
    """The document `openapi` or `asyncapi` of the platform, without anything running."""
    # Handlers are declared and never called, so nothing needs to stand behind them.
    nothing: Any = None
    app = App(TITLE, metadata.version("pyplatform"))
    add_domain_routes(app, nothing, nothing, nothing, nothing, nothing, {})
    liability_routes(app, nothing)
    history_routes(app, nothing, nothing)
    gateway_routes(app, nothing, nothing, nothing, nothing, nothing, Stream(nothing, nothing, ()))
    add_health(app, {})
    add_documentation(app)
    return {"openapi": openapi.document, "asyncapi": asyncapi.document}[what](app)
