"""Which passwords may be chosen."""

import pytest

from pyplatform.pam.strength import check_length, check_strength

KNOWN = ["annette.lee@example.com", "annette.lee", "aurora", "Aurora Bet"]


@pytest.mark.parametrize(
    "good",
    [
        "a sentence nobody guesses",
        "fifteen  chars!",
        "Ärger über 7 zahme Möwen",
        "correct horse battery",
        "the aurora I saw in Tromsø",
        "J8#kQ2vLx!9mRt4p",
        "x" * 3 + "a sentence nobody guesses" * 9,
    ],
)
def test_a_sentence_or_something_random_is_good(good: str) -> None:
    assert check_length(good, 15) is None
    assert check_strength(good, KNOWN) is None


@pytest.mark.parametrize(
    "weak",
    [
        "passwordpassword",
        "letmeinletmeinletmein",
        "qwertyuiopasdfgh",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaa",
        "annette.lee@example.com",
        "Annette.Lee1990",
        "aurora aurora aurora",
        "abcdefghijklmnopqrstuvwxyz",
        "pä55 " * 12,
    ],
)
def test_what_many_use_or_know_is_refused(weak: str) -> None:
    refused = check_strength(weak, KNOWN)
    assert refused is not None
    assert (refused.code, refused.field) == ("password_refused", "password")
    assert weak not in refused.detail


def test_length_counts_characters_after_normalisation() -> None:
    assert check_length("ab" * 7, 15) is not None
    assert check_length("a\u0308" * 15, 15) is None
    assert check_length("a\u0308" * 14, 15) is not None
    assert check_length("x" * 257, 15) is not None
    assert check_length("x" * 256, 15) is None
