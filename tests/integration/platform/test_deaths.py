"""Processes, servers and copies lost under load: no promise is broken, and every cent is accounted for."""

import asyncio
import os
import signal
from pathlib import Path

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.markets import market_key, markets_key
from pyplatform.contracts.sportsbook.settlement import WORK_STREAM
from pyplatform.contracts.wallet import ledger_stream
from pyplatform.kernel.ids import text, uuid7
from pyplatform.projections import ReadModels
from tests.integration.platform.bettors import Attempt, read_answer
from tests.integration.platform.conftest import SLUGS, House, Opening, until
from tests.integration.platform.day import Market, lines
from tests.integration.platform.evidence import all_decided


def written(path: Path, *markets: Market) -> Path:
    path.write_bytes(b"".join(lines(*markets)))
    return path


async def test_killed_wallet_and_gateway(open_house: Opening, tmp_path: Path) -> None:
    markets = [Market("1.501"), Market("1.502", delay=1), Market("1.503", winners=2)]
    day = written(tmp_path / "day.json", *markets)
    async with open_house([day], markets, 40, ("wallet", "gateway", "projector")) as house:

        async def faults() -> None:
            await house.crowd.more(100)
            await house.kill("wallet")
            await house.crowd.more(100)
            await house.kill("gateway")
            await house.kill("projector")
            await house.crowd.more(100)
            await house.kill("wallet")
            await house.crowd.more(50)
            await closed(house, markets)

        await house.live(faults())
        await house.account_for_everything()


async def closed(house: House, markets: list[Market]) -> None:
    """Keep betting until every market is closed."""
    await until(lambda: house.shown("status", *["closed"] * len(markets)), 120)


async def test_killed_servers_and_lost_copies(open_house: Opening, tmp_path: Path) -> None:
    markets = [Market("1.511"), Market("1.512", delay=1)]
    day = written(tmp_path / "day.json", *markets)
    async with open_house([day], markets, 50, ("wallet", "gateway")) as house:

        async def faults() -> None:
            await house.crowd.more(100)
            house.platform.servers.kill("postgres")
            await house.kill("gateway")
            await house.crowd.more(100)
            await freeze(house.platform.servers.pid("postgres"), 4.5)
            await house.crowd.more(100)
            house.platform.servers.kill("nats")
            await house.crowd.more(100)
            await lose_stream(house)
            await house.crowd.more(50)
            house.platform.servers.kill("valkey")
            await house.kill("gateway")
            await house.crowd.more(50)
            await closed(house, markets)

        await house.live(faults())
        await house.account_for_everything()
        await flush_and_find_everything_again(house, markets)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def freeze(pid: int, seconds: float) -> None:
    """Stop a process and its children for longer than a lease lives, then let them finish what they were at."""
    family = [pid, *children(pid)]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    for one in family:
        os.kill(one, signal.SIGCONT)


async def lose_stream(house: House, name: str = "") -> None:
    bus = await Bus.connect(house.settings.nats_url, "test")
    await bus.js.delete_stream(name or ledger_stream(SLUGS[0]))
    await bus.close()


async def test_killed_settlement_and_lost_work_queue(open_house: Opening, tmp_path: Path) -> None:
    markets = [Market("1.531"), Market("1.532", delay=1)]
    day = written(tmp_path / "day.json", *markets)
    async with open_house([day], markets, 16, ("settlement",)) as house:

        async def faults() -> None:
            await house.crowd.more(150)
            await house.kill("settlement")
            await house.crowd.more(50)
            await lose_stream(house, WORK_STREAM)
            await closed(house, markets)
            house.platform.kill("settlement")
            await house.back("settlement", 2)

        await house.live(faults())
        await house.account_for_everything()


async def flush_and_find_everything_again(house: House, markets: list[Market]) -> None:
    """Nothing is bet any more: the read models must come back by themselves."""
    models = ReadModels.connect(house.settings.redis_url)
    await models.client.flushall()

    async def back() -> bool:
        names = {name.decode() for name in await models.members(markets_key(SLUGS[0]))}
        entries = await models.get_many([market_key(SLUGS[0], market.id) for market in markets])
        return names == {market.id for market in markets} and all(b"prices" in entry for entry in entries)

    await until(back)
    await models.close()
    await house.account_for_everything()


async def test_killed_trading(open_house: Opening, tmp_path: Path) -> None:
    market = Market("1.521", delay=1)
    day = written(tmp_path / "day.json", market)
    async with open_house([day], [market], 20, ("trading", "feed-betfair")) as house:

        async def faults() -> None:
            await house.crowd.more(150)
            # The feed goes on, and its snapshot tells the new process all that it needs.
            await house.kill("trading")
            await house.crowd.more(150)
            await until(lambda: house.shown("in_play", True))
            # The wallet hears of the settlements, and answers only when nobody is left to hear it.
            house.platform.kill("wallet", signal.SIGSTOP)
            await until(lambda: house.shown("status", "closed"))
            await asyncio.sleep(0.1)
            house.platform.kill("trading")
            house.platform.kill("wallet", signal.SIGCONT)
            await house.back("trading", 2)

        await house.live(faults())
        await all_decided(house.settings, SLUGS)
        await house.kill("feed-betfair")
        await house.play()
        await asyncio.sleep(1)
        await no_bet_is_taken_on_a_known_result(house, market)
        await house.account_for_everything()


async def test_killed_feed(open_house: Opening, tmp_path: Path) -> None:
    markets = [Market("1.551"), Market("1.552", delay=1)]
    day = written(tmp_path / "day.json", *markets)
    async with open_house([day], markets, 12, ("feed-betfair",)) as house:

        async def faults() -> None:
            await house.crowd.more(100)
            await house.kill("feed-betfair")
            await until(lambda: house.shown("status", "suspended", "suspended"))
            await house.play()
            await house.crowd.more(100)
            await closed(house, markets)
            # The results are in the stream: to tell them all again must change nothing.
            await house.kill("feed-betfair")
            await house.play()

        await house.live(faults())
        await house.account_for_everything()


async def no_bet_is_taken_on_a_known_result(house: House, market: Market) -> None:
    """The replayed feed says that the market is open; the result is on record all the same."""
    tenant, account = house.crowd.players[0]
    key = text(uuid7())
    headers = {"x-tenant": tenant.slug, "authorization": f"Bearer {account.token}", "idempotency-key": key}
    leg = {"market_id": market.id, "selection_id": market.runners[0], "price": "1.01"}
    body = {"legs": [leg], "stake": "1.00"}
    attempt = Attempt(tenant.slug, account.player, key, headers, body)
    connection = house.crowd.connection()
    answer = read_answer(await connection.request("POST", "/v1/bets", body, headers))
    await connection.close()
    assert answer is not None
    assert answer.code == "market_closed"
    attempt.answers.append(answer)
    house.crowd.attempts.append(attempt)
