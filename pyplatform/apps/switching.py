"""Ordering a tenant's kill switch, as its leading wallet carries it out."""

from pathlib import Path
from typing import Final

import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts.killswitch import Generation, Order, SwitchOrder, switch_subject
from pyplatform.embedded import running_settings
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.ids import uuid7
from pyplatform.kernel.tenancy import load_tenants

PATIENCE_S: Final = 5.0


async def switch(data: Path, tenant: str, order: Order, actor: str, reason: str) -> Generation:
    """Carry out `order` on the platform that runs on a data folder, or on the servers of the environment.

    Raises PlatformError when it was not carried out. When that is not known, the same order can be given again.
    """
    settings = running_settings(data) or Settings.from_env(require_servers=False)
    if not settings.nats_url:
        raise PlatformError(
            f"no platform runs on {data}: start one with `pyplatform up`, or name its folder with --data"
        )
    tenants = load_tenants(settings.tenants_file or None)
    if tenant not in tenants:
        raise PlatformError(f"there is no tenant {tenant!r}; known are {', '.join(tenants)}")
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
