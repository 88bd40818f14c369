"""How far a commit must have come before it counts, per tenant."""

from typing import Final

from pyplatform.kernel.tenancy import Replication

_COMMIT: Final[dict[Replication, dict[str, str]]] = {
    "server": {},
    "local": {"synchronous_commit": "local"},
    "dr-sync": {"synchronous_commit": "on"},
}


def commit_settings(replication: Replication) -> dict[str, str]:
    """Settings for a connection to Postgres whose commits are those of a tenant with this replication."""
    return _COMMIT[replication]
