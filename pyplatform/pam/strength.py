"""Whether a password may be chosen: its length, and how many guesses it takes (zxcvbn knows what people use)."""

from collections.abc import Iterable
from typing import Final

from zxcvbn import zxcvbn

from pyplatform.pam.model import MAX_PASSWORD, Refused, normal_password

MIN_SCORE: Final = 3
"""Of 4: more than 10^8 guesses."""
_MEASURED: Final = 72
"""Characters looked at; what comes after them can only make it harder to guess."""


def check_length(password: str, least: int) -> Refused | None:
    """Why this is too short or too long, or None."""
    if least <= len(normal_password(password)) <= MAX_PASSWORD:
        return None
    detail = f"a password has {least} to {MAX_PASSWORD} characters; a sentence makes a good one"
    return Refused("password_refused", detail, "password")


def check_strength(password: str, known: Iterable[str]) -> Refused | None:
    """Why this is too easy to guess for one who knows the words `known`, or None. Takes some milliseconds."""
    measured = zxcvbn(normal_password(password)[:_MEASURED], user_inputs=list(known), max_length=_MEASURED)
    if measured["score"] >= MIN_SCORE:
        return None
    why = measured["feedback"]["warning"].rstrip(".") or "it repeats itself or is one that many people use"
    detail = f"this password is easy to guess ({why[0].lower()}{why[1:]}); a sentence makes a good one"
    return Refused("password_refused", detail, "password")
