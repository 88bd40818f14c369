"""Staff by the command line: for the first admin of a tenant, and whenever nobody can sign in any more."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from pyplatform.apps.target import settings_of, tenant_of
from pyplatform.bus import Bus
from pyplatform.embedded import running_settings
from pyplatform.kernel import ids
from pyplatform.kernel.config import SERVERS
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.keys import local_key
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.pam.config import KEY_VARIABLE, PamConfig
from pyplatform.pam.door import Door
from pyplatform.pam.model import Origin, Refused
from pyplatform.pam.staff import CONSOLE, Staff
from pyplatform.pam.staff_store import Member
from pyplatform.projections import ReadModels


class Desk:
    """What the command line does with the staff of one tenant; every refusal is a PlatformError."""

    def __init__(self, staff: Staff, tenant: str) -> None:
        self._staff, self._tenant = staff, tenant
        self._origin = Origin(ids.uuid7(), "")

    async def add(self, name: str, roles: list[str], password: str) -> Member:
        """Add a member."""
        return _accepted(await self._staff.add(self._tenant, name, roles, password, CONSOLE, self._origin))

    async def set_roles(self, name: str, roles: list[str]) -> Member:
        """Replace a member's roles."""
        member = await self._named(name)
        return _accepted(
            await self._staff.set_roles(self._tenant, member.staff, roles, CONSOLE, self._origin)
        )

    async def set_password(self, name: str, password: str) -> Member:
        """Replace a member's password."""
        member = await self._named(name)
        return _accepted(
            await self._staff.set_password(self._tenant, member.staff, password, CONSOLE, self._origin)
        )

    async def members(self) -> list[Member]:
        """Every member, by name."""
        return await self._staff.members(self._tenant)

    async def _named(self, name: str) -> Member:
        for member in await self.members():
            if member.name == name:
                return member
        raise PlatformError(f"{self._tenant} has no member of staff {name!r}: see `pyplatform staff list`")


@asynccontextmanager
async def staff_desk(data: Path, tenant: str) -> AsyncIterator[Desk]:
    """The staff of a tenant of the platform that runs on a data folder, or on the servers of the environment."""
    settings = settings_of(data, *SERVERS)
    tenant_of(settings, tenant)
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(settings.nats_url, "staff")
        stack.push_async_callback(bus.close)
        models = ReadModels.connect(settings.redis_url)
        stack.push_async_callback(models.close)
        try:
            pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=2)
        except (OSError, asyncpg.PostgresError) as error:
            raise PlatformError(f"cannot reach Postgres ({error}): is it running?") from error
        stack.push_async_callback(pool.close)
        door = Door(pool, models, _config(data if running_settings(data) else None))
        stack.callback(door.close)
        yield Desk(Staff(door, load_tenants(settings.tenants_file or None), bus.publish), tenant)


def _config(folder: Path | None) -> PamConfig:
    """Settings with the key of the environment, or else of the platform that runs on the folder."""
    env = dict(os.environ)
    if folder is not None and not env.get(KEY_VARIABLE):
        env[KEY_VARIABLE] = local_key(folder, "pam")
    return PamConfig.from_env(env)


def _accepted(result: Member | Refused) -> Member:
    if isinstance(result, Refused):
        raise PlatformError(result.detail)
    return result
