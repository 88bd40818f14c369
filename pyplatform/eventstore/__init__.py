"""The record of everything that is not money: migrations, tenant transactions, domain events and their outbox."""

from pyplatform.eventstore.events import Event, VersionConflict, append, history, read
from pyplatform.eventstore.logins import SERVICES, WRITER, Logins
from pyplatform.eventstore.migrate import migrate, migrate_all, rooms_with_migrations
from pyplatform.eventstore.relay import Relay, stream_name, subject
from pyplatform.eventstore.tenants import LOST, tenant_transaction

__all__ = [
    "LOST",
    "SERVICES",
    "WRITER",
    "Event",
    "Logins",
    "Relay",
    "VersionConflict",
    "append",
    "history",
    "migrate",
    "migrate_all",
    "read",
    "rooms_with_migrations",
    "stream_name",
    "subject",
    "tenant_transaction",
]
