"""Ending tasks for sure."""

import asyncio
from collections.abc import Collection
from typing import Any


async def end(tasks: Collection["asyncio.Task[Any]"]) -> None:
    """Cancel until each has ended: Python 3.11's `wait_for`, which nats-py uses, may swallow a cancellation."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.2)
