"""Event triggers that refuse to alter or drop the journal to its owner, too; migrations alone pass them."""

from importlib import resources
from typing import Final

import asyncpg

_SCRIPT: Final = resources.files(__package__) / "guard.sql"
_IN_PLACE: Final = """
select count(*) = 2 from pg_event_trigger
where evtname in ('ledger_refuses_ddl', 'ledger_refuses_drop') and evtenabled = 'A'
"""


async def guard_journal(connection: asyncpg.Connection) -> bool:
    """Put the guard in place after migrations, or renew it; False when it is missing and this role may not make it."""
    try:
        async with connection.transaction():
            await connection.execute(_SCRIPT.read_text(encoding="utf-8"))
    except asyncpg.InsufficientPrivilegeError:
        return bool(await connection.fetchval(_IN_PLACE))
    return True
