"""Ordering a tenant's kill switch, as its leading wallet carries it out."""

from pathlib import Path
from typing import Final

import msgspec

from pyplatform.apps.target import settings_of, tenant_of
from pyplatform.bus import Bus
from pyplatform.contracts.killswitch import Generation, Order, SwitchOrder, switch_subject
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.ids import uuid7

PATIENCE_S: Final = 5.0


async def switch(data: Path, tenant: str, order: Order, actor: str, reason: str) -> Generation:
    """Carry out `order` on the platform that runs on a data folder, or on the servers of the environment.

    Raises PlatformError when it was not carried out. When that is not known, the same order can be given again.
    """
    settings = settings_of(data, "nats_url")
    tenant_of(settings, tenant)
    bus = await Bus.connect(settings.nats_url, "switch")
    try:
        question = msgspec.msgpack.encode(SwitchOrder(order, actor, reason, uuid7()))
        answer = await bus.request(switch_subject(tenant), question, PATIENCE_S)
    except Unavailable as error:
        raise PlatformError(
            f"the wallet of {tenant} did not answer ({error}): look with `show`, order it again"
        ) from error
    finally:
        await bus.close()
    found = msgspec.msgpack.decode(answer, type=Generation)
    if found.error:
        raise PlatformError(f"not done for {tenant}: {found.error}")
    return found
