"""How long keys are kept where, as the environment says."""

import pytest

from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.oldkeys import Keeping

HOUR = 3_600 * 10**9


def test_the_defaults_are_three_days_in_memory_and_half_a_year_at_all() -> None:
    assert Keeping.from_env({}) == Keeping()
    assert (Keeping().age, Keeping().most, Keeping().retention) == (72 * HOUR, 50_000_000, 180 * 24 * HOUR)


def test_each_can_be_said_otherwise() -> None:
    env = {"PYPLATFORM_KEY_HOURS": "24", "PYPLATFORM_KEYS_IN_MEMORY": "1000000", "PYPLATFORM_KEY_DAYS": "365"}
    assert Keeping.from_env(env) == Keeping(age=24 * HOUR, most=1_000_000, retention=365 * 24 * HOUR)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PYPLATFORM_KEY_HOURS", "0"),
        ("PYPLATFORM_KEYS_IN_MEMORY", "many"),
        ("PYPLATFORM_KEYS_IN_MEMORY", "99999"),
        ("PYPLATFORM_KEY_DAYS", "119"),
        ("PYPLATFORM_KEY_DAYS", "-180"),
        ("PYPLATFORM_KEY_DAYS", "\u0661\u0668\u0660"),
    ],
)
def test_what_is_no_number_in_its_range_is_named(name: str, text: str) -> None:
    with pytest.raises(PlatformError, match=name):
        Keeping.from_env({name: text})
