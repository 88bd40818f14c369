"""Health routes: is the process alive, and may it be sent work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from pyplatform.http.app import App
from pyplatform.http.message import Reply

Check = Callable[[], Awaitable[object]]
CHECK_SECONDS: Final = 1.0


class Health(msgspec.Struct):
    """`status` is "ok" or "failing"; `checks` tells for each part "ok" or what is wrong."""

    status: str
    checks: dict[str, str] = {}


def add_health(app: App, checks: Mapping[str, Check]) -> None:
    """Add `/health/live` and `/health/ready`; a check fails by raising or by taking more than a second."""

    async def run(check: Check) -> str:
        try:
            await asyncio.wait_for(check(), CHECK_SECONDS)
        except TimeoutError:
            return f"no answer within {CHECK_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - a broken part is an answer here, not a failure of ours
            return type(error).__name__
        return "ok"

    @app.get("/health/live", tenant=False)
    async def live() -> Health:
        """Tell that the process runs."""
        return Health("ok")

    @app.get("/health/ready", tenant=False, errors=(503,))
    async def ready() -> Reply[Health]:
        """Tell whether every part this process needs answers; 503 if one does not."""
        results = dict(zip(checks, await asyncio.gather(*map(run, checks.values())), strict=True))
        healthy = all(result == "ok" for result in results.values())
        return Reply(Health("ok" if healthy else "failing", results), 200 if healthy else 503)
