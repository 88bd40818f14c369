"""What may become an account, decided without I/O: refusals are values with a stable code."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.config import PamConfig

MAX_EMAIL: Final = 254
MAX_PASSWORD: Final = 256
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")

COUNTRIES: Final = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "ES": "Atlantic/Canary",
    "FI": "Europe/Helsinki",
    "GB": "Europe/London",
    "GI": "Europe/Gibraltar",
    "GR": "Europe/Athens",
    "IE": "Europe/Dublin",
    "IT": "Europe/Rome",
    "MT": "Europe/Malta",
    "NL": "Europe/Amsterdam",
    "PT": "Atlantic/Azores",
    "SE": "Europe/Stockholm",
}
"""Countries we open accounts in, with the zone of theirs in which a day, and so a birthday, begins last."""


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who wants an account tells us."""

    brand: int
    email: str
    password: str
    birth_date: date
    country: str
    currency: str


class Refused(msgspec.Struct, frozen=True):
    """Why not: `code` is stable, `field` names what to change, `retry_after` is in seconds."""

    code: str
    detail: str
    field: str = ""
    retry_after: int = 0


class Origin(msgspec.Struct, frozen=True):
    """The request that causes an event; `address` is the client's, "" for who sits at the machine itself."""

    correlation: bytes
    traceparent: str
    address: str = ""


def normal_email(text: str) -> str:
    """The form in which two spellings of one mailbox are equal: lower case, no +tag, no dots at Gmail."""
    local, _, domain = unicodedata.normalize("NFKC", text).strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def normal_password(text: str) -> str:
    """One form for the same characters typed on different machines."""
    return unicodedata.normalize("NFKC", text)


def age_on(birth: date, today: date) -> int:
    """Full years; who is born on 29 February has the birthday on 1 March in other years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def check_application(
    application: Application, tenant: Tenant, config: PamConfig, now: int
) -> Refused | None:
    """Why this application cannot become an account (`now` in nanoseconds), or None if it can."""
    if application.brand not in {brand.id for brand in tenant.brands}:
        return Refused("unknown_brand", "this operator has no such brand", "brand")
    if not (len(application.email) <= MAX_EMAIL and _EMAIL.fullmatch(application.email)):
        return Refused("email_invalid", "this is not an e-mail address", "email")
    if application.currency != tenant.currency:
        return Refused("currency_refused", f"accounts here are kept in {tenant.currency}", "currency")
    zone = COUNTRIES.get(application.country)
    if zone is None:
        known = ", ".join(COUNTRIES)
        return Refused("country_refused", f"accounts can be opened from {known}", "country")
    today = datetime.fromtimestamp(now // 1_000_000_000, UTC).astimezone(ZoneInfo(zone)).date()
    if not config.min_age <= age_on(application.birth_date, today) <= 130:
        return Refused("age_refused", f"a player must be {config.min_age} or older", "date_of_birth")
    return None
