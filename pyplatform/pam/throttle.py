"""How often one address and one account may try to sign in: counted in Valkey, for all processes together.

Each limit is a bucket that holds `burst` attempts and is filled at a steady rate (the generic cell rate algorithm: one
number a bucket, the time at which it will be full again).
"""

from math import ceil
from typing import Final

import msgspec

from pyplatform.kernel.errors import Unavailable
from pyplatform.projections import ReadModels
from pyplatform.telemetry import Counter, get_logger

# All buckets are asked before one of them is charged: what one refuses costs nothing at the others.
_SCRIPT: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local full, wait = {}, 0
for i, key in ipairs(KEYS) do
    local each, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    full[i] = math.max(tonumber(redis.call('GET', key) or now), now) + each
    wait = math.max(wait, full[i] - now - each * burst)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
end
return 0
"""
_MINUTE_US: Final = 60_000_000
_log = get_logger("pam.throttle")


class Limit(msgspec.Struct, frozen=True):
    """At most `burst` attempts at once and `per_minute` in the long run, for whatever `key` names."""

    key: str
    per_minute: int
    burst: int


class Throttle:
    """Counts attempts. While Valkey is away everybody is let through: accounts are locked in Postgres all the same."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._script = models.client.register_script(_SCRIPT)
        self.refused = Counter("pam.throttled", "sign-ins that came too fast")

    async def wait(self, *limits: Limit) -> int:
        """Whole seconds to wait until an attempt is within every limit; 0 lets it through and counts it."""
        arguments = [number for limit in limits for number in (_MINUTE_US / limit.per_minute, limit.burst)]
        try:
            wait_us = await self._models.call(self._script, [limit.key for limit in limits], arguments)
        except Unavailable as error:
            _log.warning("attempts are not counted", reason=str(error))
            return 0
        self.refused.value += wait_us > 0
        return ceil(wait_us / 1e6)
