"""Where Sportradar's Unified Odds Feed is, and which part of it is wanted."""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import urlsplit

import msgspec

from pyplatform.feeds.secret import Secret, environment, required
from pyplatform.kernel.errors import PlatformError

ENVIRONMENTS: Final = {
    "production": ("mq.betradar.com", "https://api.betradar.com"),
    "integration": ("stgmq.betradar.com", "https://stgapi.betradar.com"),
    "replay": ("replaymq.betradar.com", "https://stgapi.betradar.com"),
    "global-production": ("global.mq.betradar.com", "https://global.api.betradar.com"),
    "global-integration": ("global.stgmq.betradar.com", "https://global.stgapi.betradar.com"),
    "global-replay": ("global.replaymq.betradar.com", "https://global.stgapi.betradar.com"),
}
"""Broker and API of each environment."""
SESSIONS: Final = ("all", "live", "prematch", "virtual", "hi", "lo")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class UofSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One connection.

    `sessions`: one queue each: a name of `SESSIONS`, or the URN of an event. `node`: a number that keeps the
    recoveries of several connections apart. `products`: the producers watched, all active ones if empty. `language` is
    that of names, `translations` are further ones. `progress_file`: where the recovery points are kept between runs.
    `ca_file` is only for servers whose certificate no public authority signed.
    """

    token: Secret
    broker_host: str
    broker_port: int = 5671
    api_url: str
    sessions: tuple[str, ...] = ("all",)
    node: int | None = None
    products: tuple[int, ...] = ()
    language: str = "en"
    translations: tuple[str, ...] = ()
    progress_file: str = ""
    ca_file: str = ""

    def __post_init__(self) -> None:
        for session in self.sessions:
            if session not in SESSIONS and session.count(":") != 2:
                raise PlatformError(
                    f"sessions: {session!r} is neither one of {', '.join(SESSIONS)} nor an event"
                )
        if not self.sessions or len(set(self.sessions)) < len(self.sessions):
            raise PlatformError("sessions: name at least one, and each only once")
        if self.sessions == ("lo",):
            raise PlatformError("sessions: lo alone never learns that a recovery is complete; add hi")
        url = urlsplit(self.api_url)
        if url.scheme != "https" and url.hostname not in _LOOPBACK:
            raise PlatformError("api_url: the token is only sent over https")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read `PYPLATFORM_UOF_…`; raises PlatformError naming what is missing or wrong."""
        env = environment(env)

        def given(name: str, default: str = "") -> str:
            return env.get(f"PYPLATFORM_UOF_{name}", "").strip() or default

        name = given("ENVIRONMENT", "integration")
        if name not in ENVIRONMENTS:
            raise PlatformError(
                f"PYPLATFORM_UOF_ENVIRONMENT is {name!r}: use one of {', '.join(ENVIRONMENTS)}"
            )
        host, api_url = ENVIRONMENTS[name]
        host, _, port = given("BROKER", host).partition(":")
        node = given("NODE")
        return cls(
            token=Secret(required(env, "PYPLATFORM_UOF_TOKEN")),
            broker_host=host,
            broker_port=_number("PYPLATFORM_UOF_BROKER", port or "5671"),
            api_url=given("API_URL", api_url),
            sessions=_words(given("SESSIONS", "all")),
            node=_number("PYPLATFORM_UOF_NODE", node) if node else None,
            products=tuple(_number("PYPLATFORM_UOF_PRODUCTS", word) for word in _words(given("PRODUCTS"))),
            language=given("LANGUAGE", "en"),
            translations=_words(given("TRANSLATIONS")),
            progress_file=given("PROGRESS_FILE"),
            ca_file=given("CA_FILE"),
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise PlatformError(f"{name}: {text!r} is no number") from None
