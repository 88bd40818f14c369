"""One request seen from outside: its trace through bus, journal and projection, its correlation id in every log."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Entry
from pyplatform.apps.demo.players import Account, open_account
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus
from pyplatform.client import AsyncClient
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.store import JournalReader
from tests.integration.platform.collector import Collector, Received, collecting
from tests.integration.platform.connection import Connection, Response
from tests.integration.sportsbook.conftest import FIRST, MARKET, definition, prices

TENANT = next(iter(load_tenants().values()))
SAMPLED, UNSAMPLED = "01", "00"


@dataclass
class Call:
    """A request with the ids its client gave it, and what came back."""

    flags: str = SAMPLED
    trace_id: str = field(default_factory=lambda: token_hex(16))
    span_id: str = field(default_factory=lambda: token_hex(8))
    correlation: bytes = field(default_factory=ids.uuid7)
    response: Response = field(default_factory=lambda: Response(0, {}, b""))

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    @property
    def headers(self) -> dict[str, str]:
        return {"traceparent": self.traceparent, "x-correlation-id": ids.text(self.correlation)}


@dataclass
class Visit:
    """A player's visit to a running platform, and all that the platform told about it."""

    collector: Collector
    platform: Platform
    connection: Connection
    account: Account
    deposit: Call = field(default_factory=Call)
    bet: Call = field(default_factory=Call)
    quiet: Call = field(default_factory=lambda: Call(UNSAMPLED))
    lost: Call = field(default_factory=Call)
    unclear: Call = field(default_factory=Call)
    entries: list[Entry] = field(default_factory=list)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    async def pay_in(self) -> None:
        bus = await Bus.connect(self.platform.settings.nats_url, "cashier")
        context = codec.Context(
            TENANT.slug,
            TENANT.brands[0].id,
            self.account.player,
            2,
            self.deposit.correlation,
            self.deposit.traceparent,
        )
        amount = money.parse("100.00", TENANT.currency)
        command = codec.deposit(context, ids.text(ids.uuid7()), TENANT.currency, amount, "test")
        assert (await WalletClient(bus).submit(TENANT.slug, command)).status == codec.ACCEPTED
        await bus.close()

    async def send(self, call: Call, method: str, path: str, body: Any = None) -> None:
        headers = {
            "x-tenant": TENANT.slug,
            "authorization": f"Bearer {self.account.token}",
            "idempotency-key": token_hex(8),
            **call.headers,
        }
        call.response = await self.connection.request(method, path, body, headers)

    async def place(self, call: Call) -> None:
        leg = {"market_id": MARKET, "selection_id": FIRST, "price": "1.01"}
        slip = {"legs": [leg], "stake": "5.00"}
        await self.send(call, "POST", "/v1/bets", slip)

    async def place_while_the_wallet_is_stuck(self, call: Call) -> None:
        self.platform.kill("wallet", signal.SIGSTOP)
        try:
            await self.place(call)
            await self.told_by_trading(call, "attempt unclear, the wallet is asked again")
        finally:
            self.platform.kill("wallet", signal.SIGCONT)
        assert call.response.status == 503
        await self.told_by_trading(call, "unclear attempt resolved")

    async def told_by_trading(self, call: Call, event: str) -> None:
        async with asyncio.timeout(60):
            while event not in [line["event"] for line in self.lines(call, "trading")]:
                await asyncio.sleep(0.1)

    async def priced(self) -> None:
        async with asyncio.timeout(60):
            while True:
                path = f"/v1/markets/{MARKET}"
                found = await self.connection.request("GET", path, headers={"x-tenant": TENANT.slug})
                if found.status == 200 and all(runner["price"] for runner in found.json()["selections"]):
                    return
                await asyncio.sleep(0.1)

    async def read_back(self) -> None:
        """Read the journal once the read model has all of it."""
        reader = JournalReader(self.platform.settings.postgres_url, TENANT.slug)
        try:
            page = await reader.page(0, 2**62)
        finally:
            await reader.close()
        self.entries = [entry for _, sealed in page for entry in Batch(sealed).entries()]
        wallet = Call()
        await self.send(wallet, "GET", f"/v1/wallet?min_seq={self.entries[-1].seq}")
        assert wallet.response.json()["as_of_seq"] >= self.entries[-1].seq

    def lines(self, call: Call, role: str) -> list[dict[str, Any]]:
        text = (self.platform.folder / "logs" / f"{role}.log").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if line["correlation_id"] == ids.text(call.correlation)]

    def entry(self, call: Call) -> Entry:
        (found,) = [entry for entry in self.entries if entry.correlation == call.correlation]
        return found


@asynccontextmanager
async def visiting(folder: Path, collector: Collector) -> AsyncIterator[Visit]:
    stream = folder / "stream.json"
    stream.write_bytes(definition() + prices())
    env = QUICK_ENTRY | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_METRIC_EXPORT_INTERVAL": "500",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    feeds = feed_roles(feeds_of([stream]), 1)
    arguments = {"gateway": ["--port", "0"], **feeds}
    async with Platform(
        folder / "data", (*ONE_OF_EACH, *feeds), arguments=arguments, env=env, log_to_files=True
    ) as platform:
        address = urlsplit(platform.gateway_url)
        connection = Connection(address.hostname or "", address.port or 0)
        try:
            async with AsyncClient(platform.gateway_url, TENANT.slug) as client:
                account = await open_account(client, TENANT, 1, token_hex(4))
            yield Visit(collector, platform, connection, account)
        finally:
            await connection.close()


async def live_through(folder: Path, collector: Collector) -> Visit:
    async with visiting(folder, collector) as visit:
        await visit.pay_in()
        await visit.priced()
        await visit.place(visit.bet)
        await visit.place(visit.quiet)
        await visit.send(visit.lost, "GET", "/v1/nowhere")
        await visit.place_while_the_wallet_is_stuck(visit.unclear)
        await visit.read_back()
    return visit


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Everything is told by the time the platform has stopped, so nothing here waits for an exporter."""
    with collecting() as collector:
        return asyncio.run(live_through(tmp_path_factory.mktemp("traces"), collector))


def server_span(visit: Visit, call: Call) -> Received:
    (found,) = [
        span for span in visit.collector.of_trace(call.trace_id) if span.kind == Span.SPAN_KIND_SERVER
    ]
    return found


def test_a_request_has_one_server_span_under_the_clients(visit: Visit) -> None:
    assert visit.bet.response.status == 201
    span = server_span(visit, visit.bet)
    assert (span.service, span.name, span.parent_id) == ("gateway", "POST /v1/bets", visit.bet.span_id)
    assert not span.failed
    assert span.attributes["http.response.status_code"] == "201"
    assert span.attributes["pyplatform.correlation_id"] == ids.text(visit.bet.correlation)
    assert visit.bet.response.headers["traceparent"] == f"00-{span.trace_id}-{span.span_id}-01"


def test_the_trace_goes_through_bus_and_journal_to_the_projection(visit: Visit) -> None:
    span = server_span(visit, visit.bet)
    entry = visit.entry(visit.bet)
    assert (entry.kind, entry.traceparent) == ("place_bet", f"00-{span.trace_id}-{span.span_id}-01")
    others = [other for other in visit.collector.of_trace(visit.bet.trace_id) if other is not span]
    assert {(other.service, other.kind) for other in others} == {("projector", Span.SPAN_KIND_CONSUMER)}
    by_id = {each.span_id: each for each in (span, *others)}
    for step in others:
        while step is not span:
            step = by_id[step.parent_id]  # noqa: PLW2901 - up the chain, which must end at the request


def test_a_trace_that_began_at_the_cashier_ends_at_the_projection(visit: Visit) -> None:
    assert visit.entry(visit.deposit).traceparent == visit.deposit.traceparent
    (span,) = visit.collector.of_trace(visit.deposit.trace_id)
    assert (span.service, span.parent_id) == ("projector", visit.deposit.span_id)


def test_an_unsampled_trace_is_carried_and_not_exported(visit: Visit) -> None:
    assert visit.quiet.response.status == 201
    carried = visit.entry(visit.quiet).traceparent
    assert carried == visit.quiet.response.headers["traceparent"]
    assert (carried[3:35], carried[53:]) == (visit.quiet.trace_id, UNSAMPLED)
    assert not visit.collector.of_trace(visit.quiet.trace_id)


def test_a_request_that_finds_no_operation_is_traced_and_logged_too(visit: Visit) -> None:
    span = server_span(visit, visit.lost)
    assert (span.name, span.attributes["http.response.status_code"]) == ("GET", "404")
    (line,) = visit.lines(visit.lost, "gateway")
    assert (line["route"], line["status"]) == ("GET", 404)


def test_failed_is_a_span_whose_failure_is_ours(visit: Visit) -> None:
    assert server_span(visit, visit.unclear).failed
    assert not server_span(visit, visit.lost).failed


@pytest.mark.parametrize("name", ["bet", "quiet", "lost", "unclear"])
def test_the_correlation_id_is_echoed_and_in_the_access_log(visit: Visit, name: str) -> None:
    call: Call = getattr(visit, name)
    assert call.response.headers["x-correlation-id"] == ids.text(call.correlation)
    (line,) = [line for line in visit.lines(call, "gateway") if line["event"] == "request"]
    assert (line["service"], line["status"]) == ("gateway", call.response.status)
    assert line["took_ms"] > 0


def test_what_trading_logs_about_a_request_carries_its_correlation_id(visit: Visit) -> None:
    unclear, resolved = visit.lines(visit.unclear, "trading")
    assert (unclear["service"], resolved["event"]) == ("trading", "unclear attempt resolved")
    assert unclear["bet"] == resolved["bet"]


def test_metrics_of_every_role_arrive(visit: Visit) -> None:
    metrics = visit.collector.metrics
    assert metrics["gateway", "http.server.requests"] >= 5
    assert metrics["wallet", f"wallet.{TENANT.slug}.batches"] >= 3
    assert {service for service, _ in metrics} >= {"gateway", "wallet"}
