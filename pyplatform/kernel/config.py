"""Where the servers are and how loudly to speak, from the environment."""

import os
from collections.abc import Collection, Mapping
from typing import Final, Self

import msgspec

from pyplatform.kernel.errors import PlatformError

VARIABLES: Final = {
    "postgres_url": "PYPLATFORM_POSTGRES_URL",
    "nats_url": "PYPLATFORM_NATS_URL",
    "redis_url": "PYPLATFORM_REDIS_URL",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "log_level": "PYPLATFORM_LOG_LEVEL",
    "tenants_file": "PYPLATFORM_TENANTS",
    "trusted_proxies": "PYPLATFORM_TRUSTED_PROXIES",
    "owners": "PYPLATFORM_OWNERS",
    "price_days": "PYPLATFORM_PRICE_DAYS",
}
SERVERS: Final = ("postgres_url", "nats_url", "redis_url")
MOST_OWNERS: Final = 64
MOST_PRICE_DAYS: Final = 3_650
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of the servers and settings every process shares; "" means not set.

    `trusted_proxies` are networks, such as "10.0.0.0/8, fd00::/8": what a connection from them says of its client's
    address (`X-Forwarded-For`) is believed, and nobody else's word. `owners`: how many processes share the events of
    the sportsbook; the same for every process, and changed only while none of them runs. `price_days`: for how many
    days prices that were published are kept.
    """

    postgres_url: str = ""
    nats_url: str = ""
    redis_url: str = ""
    otlp_endpoint: str = ""
    log_level: str = "info"
    tenants_file: str = ""
    trusted_proxies: str = ""
    owners: int = 1
    price_days: int = 90

    @classmethod
    def from_env(
        cls, env: Mapping[str, str] | None = None, *, require_servers: bool | Collection[str] = True
    ) -> Self:
        """Read the variables named in `VARIABLES`; raises PlatformError naming what is missing or wrong.

        `require_servers`: all three, none, or those whose fields are named.
        """
        env = os.environ if env is None else env
        found = {field: env[name].strip() for field, name in VARIABLES.items() if env.get(name, "").strip()}
        required = require_servers if isinstance(require_servers, Collection) else SERVERS * require_servers
        if missing := [VARIABLES[field] for field in required if field not in found]:
            raise PlatformError(
                f"{', '.join(missing)} not set: point at running servers, "
                "or use `pyplatform up`, which starts its own"
            )
        level = found.get("log_level", "info").lower()
        if level not in _LEVELS:
            raise PlatformError(f"PYPLATFORM_LOG_LEVEL is {level!r}: use one of {', '.join(_LEVELS)}")
        owners = found.get("owners", "1")
        if not (owners.isascii() and owners.isdigit() and 1 <= int(owners) <= MOST_OWNERS):
            raise PlatformError(f"PYPLATFORM_OWNERS is {owners!r}: use a number from 1 to {MOST_OWNERS}")
        days = found.get("price_days", "90")
        if not (days.isascii() and days.isdigit() and 1 <= int(days) <= MOST_PRICE_DAYS):
            raise PlatformError(
                f"PYPLATFORM_PRICE_DAYS is {days!r}: use a number from 1 to {MOST_PRICE_DAYS}"
            )
        numbers = {"owners": int(owners), "price_days": int(days)}
        return cls(**{**found, "log_level": level, **numbers})  # type: ignore[arg-type]

    def to_env(self) -> dict[str, str]:
        """Environment variables with which a child process reads the same settings."""
        values = msgspec.structs.asdict(self)
        return {name: str(values[field]) for field, name in VARIABLES.items() if values[field]}
