"""Free bets of a day, as a campaign gives them."""

from typing import Final

from pyplatform._core import bonus
from pyplatform._core import wallet as codec
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.wallet.client import WalletClient

_SOURCE: Final = 5
_LASTS_NS: Final = 24 * 3600 * 1_000_000_000


async def give(wallet: WalletClient, tenant: Tenant, player: bytes, amount: str) -> str:
    """Give a player a free bet; its id. Raises PlatformError when the wallet refuses it."""
    token = ids.uuid7()
    context = codec.Context(tenant.slug, tenant.brands[0].id, player, _SOURCE, ids.uuid7())
    units = money.parse(amount, tenant.currency)
    command = bonus.give_free_bet(
        context,
        ids.text(token),
        token=token,
        currency=tenant.currency,
        amount=units,
        expires_at=now_ns() + _LASTS_NS,
    )
    reply = await wallet.submit(tenant.slug, command)
    if reply.status != codec.ACCEPTED:
        raise PlatformError(f"the wallet of {tenant.slug} gives no free bet: {reply.name}")
    return ids.text(token)
