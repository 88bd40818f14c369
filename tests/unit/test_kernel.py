"""Ids, settings and tenants: what every other room takes for granted."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.kernel import ids, tenancy
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import SteadyClock


def test_ids_are_version_7_carry_the_time_and_rise() -> None:
    before = time.time_ns() // 1_000_000
    made = [ids.uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all((one.version, one.variant) == (7, "specified in RFC 4122") for one in map(_uuid, made))
    # Steps within a millisecond may run ahead of the clock, never by more than a little.
    assert (
        before <= ids.timestamp_ms(made[0]) <= ids.timestamp_ms(made[-1]) <= time.time_ns() // 1_000_000 + 50
    )


def _uuid(value: bytes) -> UUID:
    return UUID(bytes=value)


def test_ids_keep_rising_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ids.uuid7()
    monkeypatch.setattr(ids, "time_ns", lambda: 1_000_000_000)
    assert first < ids.uuid7() < ids.uuid7()


def test_ids_of_several_threads_never_meet() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [
            one for many in pool.map(lambda _: [ids.uuid7() for _ in range(5_000)], range(4)) for one in many
        ]
    assert len(set(made)) == 20_000


@given(st.binary(min_size=16, max_size=16))
def test_text_and_parse_are_inverse(value: bytes) -> None:
    assert ids.parse(ids.text(value)) == value
    assert ids.text(value) == str(_uuid(value))


@pytest.mark.parametrize("wrong", ["", "x" * 36, "0" * 32, "{01890a5d-ac96-774b-bcce-b302099a805}", "é" * 36])
def test_parse_refuses_in_plain_words(wrong: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        ids.parse(wrong)


def test_settings_travel_through_the_environment() -> None:
    settings = Settings(
        postgres_url="postgresql://a", nats_url="nats://b", redis_url="redis://c", otlp_endpoint="http://d"
    )
    assert Settings.from_env(settings.to_env()) == settings


def test_missing_servers_are_named_with_the_way_out() -> None:
    with pytest.raises(
        PlatformError, match=r"PYPLATFORM_NATS_URL, PYPLATFORM_REDIS_URL not set: .*pyplatform up"
    ):
        Settings.from_env({"PYPLATFORM_POSTGRES_URL": "postgresql://a"})
    assert Settings.from_env({}, require_servers=False).nats_url == ""
    with pytest.raises(PlatformError, match=r"^PYPLATFORM_NATS_URL not set"):
        Settings.from_env({}, require_servers=("nats_url",))
    found = Settings.from_env({"PYPLATFORM_NATS_URL": "nats://b"}, require_servers=("nats_url",))
    assert (found.nats_url, found.postgres_url) == ("nats://b", "")
    with pytest.raises(PlatformError, match="use one of debug, info"):
        Settings.from_env({"PYPLATFORM_LOG_LEVEL": "loud"}, require_servers=False)


@pytest.mark.parametrize("slug", ["a", "aurora", "a-1", "a23456789012345"])
def test_slugs(slug: str) -> None:
    assert tenancy.check_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "1a", "A", "a_b", "a.b", "a" * 16, "a\n", "á", "a*", "a>"])
def test_names_that_could_break_a_subject_or_a_key_are_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="cannot name a tenant"):
        tenancy.check_slug(slug)


def test_the_demo_pair_is_built_in() -> None:
    tenants = tenancy.load_tenants()
    assert {slug: (one.currency, one.margin_bp) for slug, one in tenants.items()} == {
        "aurora": ("EUR", 500),
        "borealis": ("GBP", 800),
    }


def test_tenants_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tenants.toml"
    file.write_text(
        '[[tenants]]\nslug = "north"\ncurrency = "EUR"\nmargin_bp = 450\n'
        '[[tenants.brands]]\nid = 7\nname = "North"\n'
    )
    assert tenancy.load_tenants(file) == {
        "north": tenancy.Tenant("north", "EUR", 450, (tenancy.Brand(7, "North"),))
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tenants = 3", "Expected `array`"),
        ("[[tenants", "is wrong"),
        ('[[tenants]]\nslug = "A"\ncurrency = "EUR"\nmargin_bp = 1', "cannot name a tenant"),
        ('[[tenants]]\nslug = "a"\ncurrency = "EUR"\nmargin_bp = 10000', "use 0 to 9,999"),
        ('[[tenants]]\nslug = "a"\ncurrency = "EUR"\nmargin_bp = 1\ncolour = 1', "unknown field `colour`"),
        ("tenants = []", "at least one tenant"),
        ('[[tenants]]\nslug = "a"\ncurrency = "EUR"\nmargin_bp = 1\n' * 2, "none twice"),
    ],
)
def test_a_wrong_tenants_file_is_explained(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "tenants.toml"
    file.write_text(content)
    with pytest.raises(PlatformError, match=message):
        tenancy.load_tenants(file)
    with pytest.raises(PlatformError, match="cannot read the tenants file"):
        tenancy.load_tenants(tmp_path / "absent.toml")


def test_a_steady_clock_does_not_follow_the_wall_clock_when_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SteadyClock()
    before = clock.now()
    monkeypatch.setattr("pyplatform.kernel.time.time_ns", lambda: before + 3_600 * 10**9)
    assert before <= clock.now() < before + 10**9
