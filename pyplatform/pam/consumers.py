"""What accounts hear on the bus: sessions that another process has ended."""

from pyplatform.bus import Bus, Message
from pyplatform.contracts.pam import revoked_subject
from pyplatform.pam.service import Accounts
from pyplatform.pam.staff import Staff


async def follow_revocations(bus: Bus, accounts: Accounts, staff: Staff) -> None:
    """Forget sessions as soon as any process ends them, until the bus is closed."""

    async def forget(message: Message) -> None:
        accounts.sessions.revoke(message.data)
        staff.sessions.revoke(message.data)

    for tenant in accounts.tenants:
        await bus.subscribe(revoked_subject(tenant), forget)
    await bus.flush()
