"""Judging a password, for players and for staff: limits, a lock, one Argon2id at the same cost whoever asks."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from ipaddress import ip_interface
from typing import Final, Generic, Protocol, TypeVar

import asyncpg
import msgspec

from pyplatform.eventstore import tenant_transaction
from pyplatform.pam import store
from pyplatform.pam.config import PamConfig
from pyplatform.pam.crypto import Vault
from pyplatform.pam.model import Refused, normal_password
from pyplatform.pam.passwords import Passwords
from pyplatform.pam.strength import check_strength
from pyplatform.pam.throttle import Limit, Throttle
from pyplatform.projections import ReadModels

_MINUTE: Final = 60


class Hashed(Protocol):
    """An account with a password."""

    @property
    def phc(self) -> str:
        """Hash of the password."""
        ...


Known = TypeVar("Known", bound=Hashed)


class Attempt(msgspec.Struct, frozen=True):
    """Somebody who says to be the account of `index` (blind) of a brand, with a password, from an address."""

    tenant: str
    brand: int
    index: str
    password: str
    address: str


class Judged(msgspec.Struct, Generic[Known], frozen=True):
    """The account, if there is one; whether the password is its; a new hash, if the costs were raised since."""

    account: Known | None
    good: bool
    renewed: str | None


class Door:
    """The way in, of all tenants: keys, argon2 threads, limits in Valkey and locks in Postgres."""

    def __init__(self, pool: asyncpg.Pool, models: ReadModels, config: PamConfig) -> None:
        self.pool, self.config = pool, config
        self.vault, self._passwords = Vault(config.master_key), Passwords(config)
        self._throttle = Throttle(models)

    def close(self) -> None:
        """Let the threads go."""
        self._passwords.close()

    async def hash_new(self, tenant: str, password: str, known: Iterable[str]) -> str | Refused:
        """Hash of a password that somebody chooses, unless one who knows the words `known` guesses it easily."""
        with self._passwords.admitted(tenant):
            refused = await self._passwords.run(tenant, partial(check_strength, password, list(known)))
            return refused or await self._passwords.hash(tenant, self._secret(tenant, password))

    async def admit(self, tenant: str, address: str, account: str = "") -> Refused | None:
        """Count an attempt from an address, and on an account (its blind index), or say that it comes too fast."""
        limits = []
        if address:
            key = f"{tenant}:sign-in:address:{self.vault.blind_index(tenant, 'address', _household(address))}"
            limits.append(Limit(key, self.config.address_per_minute, self.config.address_per_minute))
        if account:
            per_minute = self.config.account_per_minute
            limits.append(Limit(f"{tenant}:sign-in:account:{account}", per_minute, per_minute))
        seconds = await self._throttle.wait(*limits) if limits else 0
        if not seconds:
            return None
        return Refused("too_many_attempts", f"too many attempts; wait {seconds} s", retry_after=seconds)

    async def judge(
        self, attempt: Attempt, find: Callable[[asyncpg.Connection], Awaitable[Known | None]]
    ) -> Judged[Known] | Refused:
        """Find the account and check the password; takes as long for an account that does not exist.

        Raises Unavailable when too many passwords are being checked; the attempt then counts for no lock.
        """
        refused = await self.admit(attempt.tenant, attempt.address, attempt.index)
        if refused is not None:
            return refused
        # Admitted first: an attempt that is counted and never judged would lock out who repeats it as told.
        with self._passwords.admitted(attempt.tenant):
            return await self._judge(attempt, find)

    async def _judge(
        self, attempt: Attempt, find: Callable[[asyncpg.Connection], Awaitable[Known | None]]
    ) -> Judged[Known] | Refused:
        tenant, minutes = attempt.tenant, self.config.lock_minutes
        async with tenant_transaction(self.pool, tenant) as conn:
            free = await store.count_attempt(
                conn, tenant, attempt.brand, attempt.index, most=self.config.max_failures, minutes=minutes
            )
            if not free:
                detail = f"too many attempts; wait {minutes} minutes"
                return Refused("too_many_attempts", detail, retry_after=minutes * _MINUTE)
            account = await find(conn)
        secret = self._secret(tenant, attempt.password)
        good = await self._passwords.verify(tenant, account.phc if account else None, secret)
        if account is None or not good or not self._passwords.is_outdated(account.phc):
            return Judged(account, good, None)
        return Judged(account, good, await self._passwords.hash(tenant, secret))

    def _secret(self, tenant: str, password: str) -> bytes:
        return self.vault.pepper(tenant, normal_password(password))


def _household(address: str) -> str:
    """What one client has at hand: an IPv4 address, or the 64 bits of an IPv6 network that every customer is given."""
    try:
        return str(ip_interface(f"{address}/64").network) if ":" in address else address
    except ValueError:
        return address
