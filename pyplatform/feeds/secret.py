"""Credentials that do not show: not in a log, not in a traceback, not in the repr of what holds them."""

import os
from collections.abc import Mapping
from typing import Final, NoReturn

from pyplatform.kernel.errors import PlatformError

HIDDEN: Final = "•••"


class FeedRefused(PlatformError):  # noqa: N818 - it names a state, not a mistake
    """The feed does not let us in, or refuses what we ask for; trying again cannot help."""


class Secret:
    """A text that is shown to nobody who does not ask for it by name."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self.__text

    def hide_in(self, text: str) -> str:
        """`text` without this secret: servers repeat in errors what they were sent."""
        return text.replace(self.__text, HIDDEN) if self.__text else text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied")


def required(env: Mapping[str, str], name: str) -> str:
    """The variable `name`; raises PlatformError naming it if it is not set."""
    value = env.get(name, "").strip()
    if not value:
        raise PlatformError(f"{name} is not set")
    return value


def environment(env: Mapping[str, str] | None) -> Mapping[str, str]:
    """The given variables, or those of the process."""
    return os.environ if env is None else env
