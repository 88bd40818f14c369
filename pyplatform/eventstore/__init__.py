"""The record of everything that is not money: migrations, tenant transactions, domain events and their outbox."""

from pyplatform.eventstore.migrate import migrate, migrate_all, rooms_with_migrations

__all__ = ["migrate", "migrate_all", "rooms_with_migrations"]
