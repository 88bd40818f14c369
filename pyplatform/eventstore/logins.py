"""The two roles of Postgres that processes log in as, neither of which can change what was written.

The owner of the schemas runs migrations and lets both in; it is nobody's daily address.
"""

import os
from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import quote, urlsplit

import asyncpg
import msgspec

from pyplatform.kernel.errors import PlatformError

WRITER: Final = "pyplatform_writer"
"""The wallet: appends to the journal."""
SERVICES: Final = "pyplatform_services"
"""Everybody else: reads the journal, keeps the tables of domains and projections."""
WRITER_VARIABLE: Final = "PYPLATFORM_WRITER_PASSWORD"
SERVICES_VARIABLE: Final = "PYPLATFORM_SERVICES_PASSWORD"


class Logins(msgspec.Struct, frozen=True):
    """Their passwords."""

    writer: str
    services: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self | None:
        """Read the variables; None when neither is set. Raises PlatformError when only one is, or both are equal."""
        env = os.environ if env is None else env
        found = cls(env.get(WRITER_VARIABLE, ""), env.get(SERVICES_VARIABLE, ""))
        if not (found.writer or found.services):
            return None
        if not (found.writer and found.services) or found.writer == found.services:
            raise PlatformError(
                f"{WRITER_VARIABLE} and {SERVICES_VARIABLE}: set both, to different passwords"
            )
        return found

    def url(self, owner_url: str, role: str) -> str:
        """The owner's address as it is for `role`, WRITER or SERVICES."""
        password = {WRITER: self.writer, SERVICES: self.services}[role]
        parts = urlsplit(owner_url)
        hosts = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{role}:{quote(password, safe='')}@{hosts}").geturl()

    async def allow(self, connection: asyncpg.Connection) -> None:
        """Let both roles log in with these passwords; the connection is the owner's, and migrations have run."""
        for role, password in ((WRITER, self.writer), (SERVICES, self.services)):
            # Statements on roles take no parameters; Postgres quotes them itself.
            statement = await connection.fetchval(
                "select format('alter role %I login password %L', $1::text, $2::text)", role, password
            )
            await connection.execute(statement)
