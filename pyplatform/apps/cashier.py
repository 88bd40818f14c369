"""Paying in, as a payment provider's confirmation would: the deposit command of the wallet, and nothing else."""

from pathlib import Path
from typing import Final

import asyncpg

from pyplatform._core import wallet as codec
from pyplatform.apps.target import settings_of, tenant_of
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import WalletPort
from pyplatform.core import money
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.store import read_person
from pyplatform.wallet.client import WalletClient

SOURCE_CASHIER: Final = 2
PROVIDER: Final = "manual"
_REFUSALS: Final = {
    "amount_not_positive": "the amount must be more than 0",
    "amount_out_of_range": "the balance would become too large",
    "key_conflict": "this --key has been used for something else; take a new one",
}


async def pay_in(wallet: WalletPort, tenant: Tenant, player: bytes, amount: str, key: str) -> int:
    """Credit `amount` to a player and return the entry's seq; the same key again changes nothing.

    Raises PlatformError if the amount cannot be read or the wallet refuses, and Unavailable if it is not known
    whether the deposit was made: then only the same key may be used.
    """
    context = codec.Context(tenant.slug, tenant.brands[0].id, player, SOURCE_CASHIER, ids.uuid7())
    try:
        units = money.parse(amount, tenant.currency)
        command = codec.deposit(context, key, tenant.currency, units, PROVIDER)
    except ValueError as error:
        raise PlatformError(f"cannot pay in {amount!r}: {error}") from error
    reply = await wallet.submit(tenant.slug, command)
    if reply.status == codec.RETRY:
        raise Unavailable(f"the wallet does not take deposits now ({reply.name})")
    if reply.status != codec.ACCEPTED:
        why = _REFUSALS.get(reply.name, reply.name or reply.field)
        raise PlatformError(f"the deposit was refused: {why}")
    return reply.seq


async def pay_in_once(data: Path, slug: str, player: str, amount: str, key: str = "") -> int:
    """`pay_in` on the platform that runs on a data folder, or on the servers of the environment.

    Without a `key` it draws one, and names it when it must be used again.
    """
    key = key or ids.text(ids.uuid7())
    settings = settings_of(data, "postgres_url", "nats_url")
    tenant = tenant_of(settings, slug)
    try:
        player_id = ids.parse(player)
    except ValueError as error:
        raise PlatformError(str(error)) from error
    await _check_player(settings, tenant, player_id)
    bus = await Bus.connect(settings.nats_url, "cashier")
    try:
        return await pay_in(WalletClient(bus), tenant, player_id, amount, key)
    except Unavailable as error:
        message = f"whether the deposit was made is not known ({error}): run this again with --key {key}"
        raise PlatformError(message) from error
    finally:
        await bus.close()


async def _check_player(settings: Settings, tenant: Tenant, player: bytes) -> None:
    """Refuse to pay in for nobody: the wallet opens an account for whatever id it is given."""
    try:
        async with (
            asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=1) as pool,
            tenant_transaction(pool, tenant.slug) as connection,
        ):
            person = await read_person(connection, tenant.slug, player)
    except (OSError, ValueError, asyncpg.PostgresError) as error:
        raise PlatformError(
            f"cannot ask Postgres whether the player exists ({error}): is it running?"
        ) from error
    if person is None:
        raise PlatformError(
            f"{tenant.slug} has no player {ids.text(player)}: register one first (POST /v1/players)"
        )
