"""Settings of player accounts: keys, cost of a password hash, throttling and session times."""

import os
from collections.abc import Mapping
from typing import Final, Self

import msgspec

from pyplatform.kernel.errors import PlatformError

KEY_VARIABLE: Final = "PYPLATFORM_PAM_KEY"
_COSTS: Final = {
    "argon2_memory_kib": "PYPLATFORM_PAM_ARGON2_MEMORY_KIB",
    "argon2_time_cost": "PYPLATFORM_PAM_ARGON2_TIME_COST",
    "argon2_parallelism": "PYPLATFORM_PAM_ARGON2_PARALLELISM",
}
_LIMITS: Final = {
    "address_per_minute": "PYPLATFORM_PAM_ADDRESS_PER_MINUTE",
    "account_per_minute": "PYPLATFORM_PAM_ACCOUNT_PER_MINUTE",
}
_KEY_BYTES: Final = 32
_MIN_MEMORY_KIB: Final = 19_456
_MIN_TIME_COST: Final = 2


class PamConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`master_key` (32 bytes) is the root of every other key; the argon2id costs are PAM-08's for production.

    From one address, and on one account, so many sign-ins a minute are let through, and as many at once; an account is
    locked for `lock_minutes` after `max_failures`. Registrations count for their address.
    """

    master_key: bytes
    argon2_memory_kib: int = 65_536
    argon2_time_cost: int = 3
    argon2_parallelism: int = 1
    max_failures: int = 5
    lock_minutes: int = 15
    address_per_minute: int = 30
    account_per_minute: int = 10
    idle_minutes: int = 30
    absolute_hours: int = 12
    staff_idle_minutes: int = 15
    staff_absolute_hours: int = 8
    min_age: int = 18
    min_password: int = 15

    def __post_init__(self) -> None:
        if len(self.master_key) != _KEY_BYTES:
            raise PlatformError(f"{KEY_VARIABLE} must be {_KEY_BYTES} bytes in hexadecimal (64 characters)")
        if min(self.address_per_minute, self.account_per_minute) < 1:
            raise PlatformError(f"{' and '.join(_LIMITS.values())} must be at least 1")
        if self.argon2_memory_kib < _MIN_MEMORY_KIB or self.argon2_time_cost < _MIN_TIME_COST:
            raise PlatformError(
                f"argon2id may not cost less than {_MIN_MEMORY_KIB} KiB and {_MIN_TIME_COST} passes (OWASP)"
            )

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the key and, if set, costs and limits; raises PlatformError saying what is missing or wrong."""
        env = os.environ if env is None else env
        if not env.get(KEY_VARIABLE):
            raise PlatformError(f"{KEY_VARIABLE} is not set: give 64 hexadecimal digits, the same for ever")
        try:
            key = bytes.fromhex(env[KEY_VARIABLE])
            numbers = {f: int(env[name]) for f, name in (_COSTS | _LIMITS).items() if env.get(name)}
        except ValueError as error:
            names = ", ".join((KEY_VARIABLE, *_COSTS.values(), *_LIMITS.values()))
            raise PlatformError(f"one of {names} is not a number: {error}") from None
        return cls(master_key=key, **numbers)
