"""The Python client against the gateway: every part of it over a real connection."""

import asyncio
import runpy
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import pytest

from pyplatform.apps import client_source
from pyplatform.client import AsyncClient, Client, Retry, errors
from pyplatform.client.call import Call
from pyplatform.client.calls import accounts, bets, markets, staff, trading, wallet
from pyplatform.client.stream import SessionEnded
from pyplatform.client.types.accounts import Registration
from pyplatform.client.types.bets import BetRequest, LegRequest
from pyplatform.client.types.staff import NewMember
from pyplatform.client.types.stream import Heard, MarketState, PriceChange, Subscribed, Trouble, Welcome
from pyplatform.client.types.trading import Hold
from pyplatform.http.app import App
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import unavailable
from pyplatform.http.server import serving
from tests.integration.feeds.proxy import Proxy

Platform = Any
Kind = TypeVar("Kind", bound=msgspec.Struct)
PASSWORD = "a sentence nobody guesses"
FAST = Retry(sends=4, first=0.01, longest=0.02)


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(f"http://127.0.0.1:{platform.port}", platform.ours, retry=FAST) as client:
        yield client


def slip(platform: Platform, selection: int, price: str = "2.50") -> BetRequest:
    leg = LegRequest(market_id=f"1.{platform.ours}", selection_id=selection, price=price)
    return BetRequest(legs=[leg], stake="10.00")


async def log_in(platform: Platform, client: AsyncClient) -> None:
    await platform.player()
    await client.log_in("ann@example.com", PASSWORD)


def test_the_generated_part_is_of_this_api(tmp_path: Path) -> None:
    client_source.write(tmp_path)
    for made in sorted(tmp_path.rglob("*.py")):
        name = made.relative_to(tmp_path)
        assert made.read_text() == (client_source.FOLDER / name).read_text(), f"{name} is old: make client"
    for part in ("types", "calls"):
        ours = {path.name for path in (client_source.FOLDER / part).glob("*.py")}
        assert ours == {path.name for path in (tmp_path / part).glob("*.py")}


async def test_a_player_registers_logs_in_reads_and_bets(platform: Platform, client: AsyncClient) -> None:
    person = Registration(
        email="bea@example.com",
        password=PASSWORD,
        date_of_birth=date(1990, 1, 1),
        country="DE",
        currency="EUR",
    )
    registered = await client.send(accounts.register(person))
    opened = await client.log_in("bea@example.com", PASSWORD)
    assert opened.player_id == registered.player_id
    assert (await client.send(accounts.me())).email == "bea@example.com"
    listed = await client.send(markets.list_markets())
    assert [market.id for market in listed.markets] == [f"1.{platform.ours}"]
    market = await client.send(markets.read_market(f"1.{platform.ours}"))
    assert market.selections[0].price == "2.50"
    balance = await client.send(wallet.read_wallet(min_seq=0))
    assert (balance.available, balance.currency) == ("0.00", "EUR")
    call = bets.place_bet(slip(platform, 1))
    first, again = await client.ask(call), await client.ask(call)
    assert (first.status, first.replayed, again.replayed) == (201, False, True)
    assert first.body == again.body
    assert first.body.legs[0].price == "2.50"
    quote = await client.send(bets.quote_bet(slip(platform, 1)))
    assert (quote.code, quote.lines) == (None, 1)
    await client.send(accounts.log_out())
    with pytest.raises(errors.Unauthenticated):
        await client.send(accounts.me())


async def test_a_refusal_is_an_exception_with_its_code(platform: Platform, client: AsyncClient) -> None:
    await log_in(platform, client)
    with pytest.raises(errors.Refused) as refused:
        await client.send(bets.place_bet(slip(platform, 2)))
    assert refused.value.code == "price_changed"
    assert refused.value.members["legs"][0]["price"] == "2.40"
    assert refused.value.problem.correlation_id
    call = bets.place_bet(slip(platform, 1), key="mine")
    await client.send(call)
    with pytest.raises(errors.Conflict) as conflict:
        await client.send(bets.place_bet(slip(platform, 4), key="mine"))
    assert (conflict.value.code, conflict.value.field) == ("idempotency_conflict", "slip")
    with pytest.raises(errors.NotFound) as unknown:
        await client.send(markets.read_market("no such market"))
    assert unknown.value.field == "market_id"
    with pytest.raises(errors.Forbidden):
        await client.send(staff.list_staff())
    with pytest.raises(errors.BadRequest) as bad:
        await client.send(Call("POST", "/v1/bets", type(None), body=slip(platform, 1)))
    assert bad.value.code == "idempotency_key_missing"


async def test_staff_administer_and_trade(platform: Platform, client: AsyncClient) -> None:
    await platform.member("admin", "trader", name="ada")
    opened = await client.sign_in("ada", PASSWORD)
    assert opened.roles == ["admin", "trader"]
    added = await client.send(staff.add_staff(NewMember(name="tara", password=PASSWORD, roles=["trader"])))
    assert [member.name for member in (await client.send(staff.list_staff())).members] == ["ada", "tara"]
    held = await client.send(trading.suspend(Hold(target="all", reason="VAR")))
    assert held.version == 1
    assert (await client.send(trading.list_traded_markets(limit=5))).markets == []
    assert {request.actor for request in platform.desk.requests} == {f"staff:{opened.staff_id}"}
    keys = [request.key for request in platform.desk.requests if request.kind == "suspend"]
    assert all(keys)
    assert added.roles == ["trader"]


async def test_the_ordinary_client_does_the_same(platform: Platform) -> None:
    await platform.player()

    def play() -> tuple[str, bool]:
        with Client(f"http://127.0.0.1:{platform.port}", platform.ours, retry=FAST) as client:
            client.log_in("ann@example.com", PASSWORD)
            call = bets.place_bet(slip(platform, 1))
            client.send(call)
            with pytest.raises(errors.Refused, match="price_changed"):
                client.send(bets.place_bet(slip(platform, 2)))
            return client.send(accounts.me()).email, client.ask(call).replayed

    assert await asyncio.to_thread(play) == ("ann@example.com", True)


class Thing(msgspec.Struct):
    name: str


async def test_what_may_be_repeated_is_and_nothing_else() -> None:
    app, seen = App("Flaky", "1", tenants={"aurora"}), []

    async def answer(request: Request) -> Reply[Thing]:
        """Fail twice."""
        seen.append((request.route, request.headers.get("idempotency-key")))
        if len(seen) < 3:
            raise unavailable("not yet", retry_after=0)
        return Reply(Thing("done"))

    app.get("/thing")(answer)
    app.post("/thing")(answer)
    async with serving(app) as running:
        async with AsyncClient(f"http://127.0.0.1:{running.port}", "aurora", retry=FAST) as client:
            keyed = Call("POST", "/thing", Thing, key="k-1")
            assert (await client.send(keyed)).name == "done"
            assert seen == [("POST /thing", "k-1")] * 3
            seen.clear()
            assert (await client.send(Call("GET", "/thing", Thing))).name == "done"
            seen.clear()
            with pytest.raises(errors.Unavailable):
                await client.send(Call("POST", "/thing", Thing))
            assert len(seen) == 1
            seen.clear()
            with pytest.raises(errors.Unreadable):
                await client.send(Call("GET", "/thing", int))
        url = f"http://127.0.0.1:{running.port}"
    with Client(url, "aurora", retry=FAST) as away, pytest.raises(errors.NoAnswer):
        await asyncio.to_thread(away.send, Call("GET", "/thing", Thing))


async def test_an_unclear_bet_is_sent_again_with_its_key(platform: Platform, client: AsyncClient) -> None:
    await log_in(platform, client)
    with pytest.raises(errors.Unavailable):
        await client.send(bets.place_bet(slip(platform, 5)))
    keys = {attempt.key for attempt in platform.owner.attempts}
    assert (len(platform.owner.attempts), len(keys)) == (FAST.sends, 1)


async def heard(messages: AsyncIterator[Heard], kind: type[Kind]) -> Kind:
    """The next message of a kind; others are passed over."""
    async with asyncio.timeout(60):
        while not isinstance(message := await anext(messages), kind):
            pass
    return message


async def test_the_stream_outlives_its_connection(platform: Platform) -> None:
    proxy = Proxy(platform.port)
    await proxy.start()
    await platform.player()
    market_id = f"1.{platform.ours}"
    async with AsyncClient(f"http://127.0.0.1:{proxy.port}", platform.ours) as client:
        await client.log_in("ann@example.com", PASSWORD)
        async with client.stream() as stream:
            messages = aiter(stream)
            await stream.subscribe([f"market:{market_id}"])
            assert (await heard(messages, MarketState)).market.id == market_id
            await stream.subscribe(["market:nowhere"])
            trouble = await heard(messages, Trouble)
            assert (trouble.code, trouble.topic) == ("unknown_market", "market:nowhere")
            await stream.unsubscribe(["market:nowhere"])
            proxy.cut()
            await platform.publish(platform.prices(platform.ours, market_id, 30_000))
            assert (await heard(messages, Subscribed)).why == "resumed"
            assert (await heard(messages, PriceChange)).prices["1"] == "3.00"
            assert stream.connections == 2
            await client.send(accounts.log_out())
            with pytest.raises(SessionEnded):
                await heard(messages, Welcome)
    await proxy.stop()


async def test_code_without_await_follows_the_stream_as_well(platform: Platform) -> None:
    proxy = Proxy(platform.port)
    await proxy.start()
    await platform.player()
    market_id = f"1.{platform.ours}"
    told: list[Heard] = []
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def follow() -> int:
        with Client(f"http://127.0.0.1:{proxy.port}", platform.ours) as client:
            client.log_in("ann@example.com", PASSWORD)
            with client.stream() as stream:
                stream.subscribe([f"market:{market_id}", "market:nowhere"])
                stream.unsubscribe(["market:nowhere"])
                for message in stream:
                    told.append(message)
                    if isinstance(message, MarketState):
                        loop.call_soon_threadsafe(begun.set)
                    if isinstance(message, PriceChange) and message.prices == {"1": "3.00"}:
                        break
            return stream.connections

    following = asyncio.create_task(asyncio.to_thread(follow))
    async with asyncio.timeout(60):
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait({waiting, following}, return_when=asyncio.FIRST_COMPLETED)
        assert not following.done(), following.result()
        proxy.cut()
        await platform.publish(platform.prices(platform.ours, market_id, 30_000))
        assert await following == 2
    assert [one.why for one in told if isinstance(one, Subscribed)] == ["new", "resumed"]
    assert [one.topic for one in told if isinstance(one, Trouble)] == ["market:nowhere"]
    await proxy.stop()


async def test_a_shared_transport_serves_many_callers(platform: Platform) -> None:
    url = f"http://127.0.0.1:{platform.port}"
    async with httpx.AsyncClient() as http:
        callers = [AsyncClient(url, platform.ours, http=http) for _ in range(20)]
        found = await asyncio.gather(*(caller.send(markets.list_markets()) for caller in callers))
        async with callers[0]:
            pass
        assert not http.is_closed
    assert all(len(one.markets) == 1 for one in found)


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "client.py"


async def test_the_guides_example_runs(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(GUIDE))["main"]
    await asyncio.to_thread(main, f"http://127.0.0.1:{platform.port}", platform.ours)
    said = capsys.readouterr().out
    assert "Runner 1 at 2.50: returns 25.00, at most 500.00" in said
    assert "accepted at 2.50, replayed: False" in said
