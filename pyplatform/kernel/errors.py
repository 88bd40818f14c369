"""Errors of broken parts, in plain words; refusals of a business rule are values, never exceptions."""


class PlatformError(Exception):
    """Something is wrong that a person must put right; the message says what it is and what to do next."""


class Unavailable(PlatformError):  # noqa: N818 - it names a state, not a mistake
    """A part did not answer in time; whether it acted is unknown: repeat that request, never a new one."""
