"""Which platform a command is for: the one that runs on a data folder, or on the servers of the environment."""

from pathlib import Path

from pyplatform.embedded import running_settings
from pyplatform.kernel.config import VARIABLES, Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import Tenant, load_tenants
from pyplatform.wallet.anchors import AnchorConfig


def settings_of(data: Path, *servers: str) -> Settings:
    """Settings of the platform; raises PlatformError where one of the `servers`, fields of them, has no address."""
    settings = running_settings(data) or Settings.from_env(require_servers=False)
    if missing := [VARIABLES[field] for field in servers if not getattr(settings, field)]:
        raise PlatformError(
            f"no platform runs on {data}: start one with `pyplatform up`, name its folder with --data, "
            f"or set {', '.join(missing)}"
        )
    return settings


def anchors_of(data: Path) -> AnchorConfig | None:
    """Where anchors are: the environment says it, or they are in the data folder."""
    return AnchorConfig.from_env() or (AnchorConfig.local(data) if (data / "anchors").is_dir() else None)


def tenant_of(settings: Settings, slug: str) -> Tenant:
    """The tenant of that name; raises PlatformError where there is none."""
    tenants = load_tenants(settings.tenants_file or None)
    if slug not in tenants:
        raise PlatformError(f"there is no tenant {slug!r}; known are {', '.join(tenants)}")
    return tenants[slug]


def require_data(data: Path) -> None:
    """Raise PlatformError where neither the environment names a Postgres nor the folder holds one.

    No folder is filled with servers for a question about it.
    """
    if not (Settings.from_env(require_servers=False).postgres_url or (data / "postgres").is_dir()):
        raise PlatformError(f"there is no platform's data in {data}: name its folder with --data")
