"""Read models on a real Valkey: newer wins, batches count once, a wiped cache is rebuilt."""

from collections.abc import AsyncIterator, Callable

import pytest

from pyplatform.embedded import Servers
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.projections import Batch, Effects, Inbox, Outcome, Position, ReadModels


@pytest.fixture
async def models(servers: Servers) -> AsyncIterator[ReadModels]:
    models = ReadModels.connect(servers.settings.redis_url)
    yield models
    await models.close()


def chain(tenant: str, count: int, salt: bytes = b"") -> list[Batch]:
    """Batches that each move one balance; hashes are readable instead of secure."""
    batches = []
    previous = b"genesis"
    for n in range(count):
        effects = Effects()
        effects.put(f"{tenant}:balance:p{n % 3}", 2 * n + 2, {"available": n * 10**18, "held": -n})
        effects.add(f"{tenant}:players", f"p{n % 3}", n % 2)
        batches.append(Batch(2 * n, 2 * n + 2, previous, hash_ := b"h%d" % n + salt, effects))
        previous = hash_
    return batches


async def test_only_newer_versions_write_in_whatever_order_they_come(
    models: ReadModels, tenant_name: str
) -> None:
    key = f"{tenant_name}:market:1.2"
    # Nanoseconds: neighbours beyond 2^53, which a double cannot tell apart.
    versions = [1_790_000_000_000_000_000 + n for n in range(50)] + [9, 10, 99, 100]
    versions = versions[27:] + versions[26::-1]
    for version in versions:
        effects = Effects()
        effects.put(
            key, version, {"price": f"at {version}", "raw": b"\x00\xff"}, version_field="price_version"
        )
        await models.write(effects)
    newest = max(versions)
    assert await models.get(key) == {
        b"price_version": str(newest).encode(),
        b"price": f"at {newest}".encode(),
        b"raw": b"\x00\xff",
    }
    other = Effects()
    other.put(key, 1, {"name": "Newmarket"}, version_field="market_version")
    await models.write(other)
    assert (await models.get(key))[b"name"] == b"Newmarket"


async def test_a_batch_counts_once_and_in_order(models: ReadModels, tenant_name: str) -> None:
    inbox = Inbox(models, f"{tenant_name}:applied")
    first, second, third = chain(tenant_name, 3)
    assert await inbox.position() == Position(0, b"")
    assert await inbox.apply(second) is Outcome.GAP
    assert await models.get(f"{tenant_name}:balance:p1") == {}
    assert await inbox.apply(first) is Outcome.APPLIED
    assert await inbox.apply(first) is Outcome.DUPLICATE
    assert await inbox.apply(third) is Outcome.GAP
    assert await inbox.apply(second) is Outcome.APPLIED
    assert await inbox.position() == Position(4, b"h1")
    assert await models.get(f"{tenant_name}:balance:p1") == {
        b"seq": b"4",
        b"available": str(10**18).encode(),
        b"held": b"-1",
    }
    assert await models.members(f"{tenant_name}:players") == {b"p0", b"p1", b"0", b"1"}


async def test_another_past_is_noticed(models: ReadModels, tenant_name: str) -> None:
    inbox = Inbox(models, f"{tenant_name}:applied")
    ours, theirs = chain(tenant_name, 4), chain(tenant_name, 4, b"-other")
    for batch in ours[:2]:
        await inbox.apply(batch)
    assert await inbox.apply(theirs[1]) is Outcome.DIVERGED
    assert await inbox.apply(theirs[2]) is Outcome.DIVERGED
    straddling = Batch(3, 6, b"h1", b"x", Effects())
    assert await inbox.apply(straddling) is Outcome.DIVERGED
    assert await inbox.apply(ours[2]) is Outcome.APPLIED


async def test_rebuilding_gives_what_the_record_says(
    models: ReadModels, new_tenant_name: Callable[[], str]
) -> None:
    tenant, neighbour = new_tenant_name(), new_tenant_name()
    record = chain(tenant, 2_500)
    inbox = Inbox(models, f"{tenant}:applied")
    for batch in chain(tenant, 5, b"-lost"):
        await inbox.apply(batch)
    stray = Effects()
    stray.put(f"{tenant}:balance:stray", 1, {"available": 1})
    stray.put(f"{neighbour}:balance:p0", 1, {"available": 1})
    await models.write(stray)

    async def read(batches: list[Batch]) -> AsyncIterator[Batch]:
        for batch in batches:
            yield batch

    position = await inbox.rebuild([f"{tenant}:balance:*", f"{tenant}:players"], read(record))
    assert position == Position(5_000, b"h2499")
    keys = [f"{tenant}:balance:{player}" for player in ("p0", "p1", "p2", "stray")]
    balances = await models.get_many(keys)
    assert [balance.get(b"seq") for balance in balances] == [b"5000", b"4996", b"4998", None]
    assert await models.get(f"{neighbour}:balance:p0") != {}
    with pytest.raises(PlatformError, match="is GAP"):
        await inbox.rebuild([], read(record[1:]))


async def test_no_valkey_is_one_plain_sentence() -> None:
    models = ReadModels.connect("redis://:secret@127.0.0.1:1/0")
    with pytest.raises(Unavailable, match="Valkey does not answer"):
        await models.get("key")
    await models.close()
