"""Tenants: one operator, licence and region each; the unit of isolation, of the writer and of the journal."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from pyplatform.kernel.errors import PlatformError

SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,14}")


def check_slug(slug: str) -> str:
    """Return `slug` if it may name a tenant; raises ValueError saying what a name looks like."""
    if not SLUG.fullmatch(slug):
        raise ValueError(
            f"{slug[:64]!r} cannot name a tenant: use 1 to 15 of a-z, 0-9 and hyphen, starting with a letter"
        )
    return slug


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site under which a tenant meets its players."""

    id: int
    name: str


class HouseRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a tenant settles bets and buys them back.

    `deductions` is what a removed selection does to bets on the others: `rule4` takes pence off a pound of winnings,
    `factor` reduces the price as an exchange does. Bets are settled `early` once no open leg can change their return,
    on results of the feed's `certainty` or more: 1 scouted on the spot, 2 confirmed.
    A result of staff on bets that may return more than `four_eyes_above` (currency units) needs a second person.
    Cash-out offers keep `cash_out_margin_bp`, last `cash_out_seconds` and bear prices that moved by up to
    `cash_out_tolerance_bp`.
    """

    rounding: Literal["HALF_UP", "HALF_EVEN", "DOWN"] = "HALF_UP"
    deductions: Literal["rule4", "factor", "none"] = "rule4"
    waive_5p: bool = False
    early: bool = True
    certainty: Literal[1, 2] = 1
    four_eyes_above: Annotated[int, msgspec.Meta(ge=0)] = 10_000
    cash_out_margin_bp: Annotated[int, msgspec.Meta(ge=0, lt=10_000)] = 500
    cash_out_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 5.0
    cash_out_tolerance_bp: Annotated[int, msgspec.Meta(ge=0, lt=10_000)] = 100


Replication = Literal["server", "local", "dr-sync"]
"""What a commit of a tenant's ledger waits for: what the server's own settings say; this server's disk alone; or a
synchronous standby too, without which the tenant's wallet does not lead."""


class Tenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operator; `margin_bp` is the margin put on prices, in basis points (500 = 5 %)."""

    slug: str
    currency: str
    margin_bp: int
    brands: tuple[Brand, ...] = (Brand(1, "Main"),)
    rules: HouseRules = HouseRules()
    replication: Replication = "server"

    def __post_init__(self) -> None:
        check_slug(self.slug)
        if not 0 <= self.margin_bp < 10_000:
            raise ValueError(
                f"margin_bp of tenant {self.slug} is {self.margin_bp}: use 0 to 9,999 (500 = 5 %)"
            )
        if not self.brands or len({brand.id for brand in self.brands}) != len(self.brands):
            raise ValueError(f"tenant {self.slug} needs at least one brand, and different ids for each")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    tenants: list[Tenant]


DEMO_TENANTS: Final = (
    Tenant("aurora", "EUR", 500, (Brand(1, "Aurora Bet"),)),
    Tenant("borealis", "GBP", 800, (Brand(1, "Borealis Sports"),)),
)


def load_tenants(path: Path | str | None = None) -> dict[str, Tenant]:
    """Tenants by slug from a TOML file of `[[tenants]]` tables, or the demo pair; raises PlatformError."""
    tenants: list[Tenant] = list(DEMO_TENANTS)
    if path:
        try:
            tenants = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File).tenants
        except OSError as error:
            raise PlatformError(f"cannot read the tenants file {path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
            raise PlatformError(f"the tenants file {path} is wrong: {error}") from error
    by_slug = {tenant.slug: tenant for tenant in tenants}
    if not tenants or len(by_slug) != len(tenants):
        raise PlatformError(f"the tenants file {path} must name at least one tenant, and none twice")
    return by_slug
