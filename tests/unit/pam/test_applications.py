"""Who may open an account, to the day and to the character."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.keys import local_key
from pyplatform.kernel.tenancy import Brand, Tenant
from pyplatform.pam.config import KEY_VARIABLE, PamConfig
from pyplatform.pam.model import COUNTRIES, Application, age_on, check_application, normal_email

TENANT = Tenant("aurora", "EUR", 500, (Brand(1, "One"),))
CONFIG = PamConfig(master_key=bytes(32))
GOOD = Application(
    brand=1,
    email="ann@example.com",
    password="a sentence nobody guesses",
    birth_date=date(1990, 1, 1),
    country="DE",
    currency="EUR",
)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


def code(now: str = "2026-06-15T12:00", **changes: Any) -> str:
    refused = check_application(msgspec.structs.replace(GOOD, **changes), TENANT, CONFIG, at(now))
    return refused.code if refused else ""


def test_a_birthday_begins_at_midnight_where_the_player_lives() -> None:
    born = date(2008, 6, 15)
    assert code("2026-06-14T21:59:59", birth_date=born, country="DE") == "age_refused"
    assert code("2026-06-14T22:00:00", birth_date=born, country="DE") == ""
    assert code("2026-06-14T22:00:00", birth_date=born, country="GB") == "age_refused"
    assert code("2026-06-14T23:00:00", birth_date=born, country="GB") == ""
    assert code("2026-06-14T23:30:00", birth_date=born, country="PT") == "age_refused"


def test_a_leap_day_birthday_comes_on_the_first_of_march() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"email": "no address"}, "email_invalid"),
        ({"email": "a@b"}, "email_invalid"),
        ({"email": "a@b.c\n"}, "email_invalid"),
        ({"email": f"{'a' * 60}@{'b' * 200}.com"}, "email_invalid"),
        ({"country": "US"}, "country_refused"),
        ({"currency": "GBP"}, "currency_refused"),
        ({"brand": 2}, "unknown_brand"),
        ({"birth_date": date(2030, 1, 1)}, "age_refused"),
        ({"birth_date": date(1850, 1, 1)}, "age_refused"),
    ],
)
def test_each_reason_has_a_code(changes: dict[str, Any], expected: str) -> None:
    assert code(**changes) == expected


@pytest.mark.parametrize("spelling", ["Ann.Lee+x@Gmail.com", "annlee@googlemail.com", "A.N.N.Lee@gmail.com "])
def test_spellings_of_one_mailbox_are_one(spelling: str) -> None:
    assert normal_email(spelling) == "annlee@gmail.com"


def test_dots_matter_elsewhere() -> None:
    assert normal_email("ann.lee@example.com") != normal_email("annlee@example.com")


def test_every_country_has_a_time_zone_on_this_machine() -> None:
    assert [code(country=country) for country in COUNTRIES] == [""] * len(COUNTRIES)


def test_settings_refuse_what_is_weak() -> None:
    with pytest.raises(PlatformError, match="PYPLATFORM_PAM_KEY is not set"):
        PamConfig.from_env({})
    with pytest.raises(PlatformError, match="32 bytes"):
        PamConfig.from_env({KEY_VARIABLE: "00"})
    with pytest.raises(PlatformError, match="not a number"):
        PamConfig.from_env({KEY_VARIABLE: "zz" * 32})
    with pytest.raises(PlatformError, match="may not cost less"):
        PamConfig.from_env({KEY_VARIABLE: "00" * 32, "PYPLATFORM_PAM_ARGON2_MEMORY_KIB": "1024"})
    config = PamConfig.from_env({KEY_VARIABLE: "00" * 32, "PYPLATFORM_PAM_ARGON2_MEMORY_KIB": "19456"})
    assert (config.argon2_memory_kib, config.argon2_time_cost) == (19_456, 3)


def test_the_local_key_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data")
    key = local_key(folder, "pam")
    assert len(bytes.fromhex(key)) == 32
    assert local_key(folder, "pam") == key
    assert [path.name for path in folder.iterdir()] == ["pam.key"]
    assert local_key(folder, "anchor") != key
    assert (folder / "pam.key").stat().st_mode & 0o077 == 0
