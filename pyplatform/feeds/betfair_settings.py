"""Where Betfair's stream is, as whom to log in, and what to subscribe to."""

from collections.abc import Mapping
from typing import Any, Final, Self

import msgspec

from pyplatform.feeds.secret import Secret, environment, required
from pyplatform.kernel.errors import PlatformError

HOST: Final = "stream-api.betfair.com"
LOGIN: Final = "https://identitysso.betfair.com/api/login"
CERTIFICATE_LOGIN: Final = "https://identitysso-cert.betfair.com/api/certlogin"
FIELDS: Final = (
    "EX_ALL_OFFERS",
    "EX_TRADED",
    "EX_TRADED_VOL",
    "EX_LTP",
    "EX_MARKET_DEF",
    "SP_TRADED",
    "SP_PROJECTED",
)
_HEARTBEAT: Final = range(500, 5_001)
_CONFLATE: Final = range(120_001)


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What to subscribe to; names and values of the filters are Betfair's own."""

    market_filter: dict[str, Any] = msgspec.field(default_factory=dict)
    market_data_filter: dict[str, Any] = msgspec.field(default_factory=lambda: {"fields": list(FIELDS)})
    order_filter: dict[str, Any] = msgspec.field(default_factory=dict)
    markets: bool = True
    orders: bool = False
    heartbeat_ms: int = 5_000
    conflate_ms: int = 0
    segmentation: bool = True

    def __post_init__(self) -> None:
        if self.heartbeat_ms not in _HEARTBEAT:
            raise PlatformError(f"heartbeat_ms is {self.heartbeat_ms}: Betfair takes 500 to 5000")
        if self.conflate_ms not in _CONFLATE:
            raise PlatformError(f"conflate_ms is {self.conflate_ms}: Betfair takes 0 to 120000")
        if not (self.markets or self.orders):
            raise PlatformError("markets and orders are both off: there is nothing to subscribe to")


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """How to get a session: with a certificate if there is one, else as a person would."""

    username: str
    password: Secret
    certificate: str = ""
    certificate_key: str = ""
    url: str = ""


class BetfairSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One connection. `ca_file` is only for servers whose certificate no public authority signed."""

    app_key: Secret
    session: Secret | None = None
    login: Login | None = None
    host: str = HOST
    port: int = 443
    ca_file: str = ""
    subscription: Subscription = Subscription()

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read `PYPLATFORM_BETFAIR_…`; raises PlatformError naming what is missing or wrong."""
        env = environment(env)
        host, _, port = env.get("PYPLATFORM_BETFAIR_HOST", HOST).strip().partition(":")
        if port and not port.isdecimal():
            raise PlatformError("PYPLATFORM_BETFAIR_HOST: the port behind the colon is no number")
        session = env.get("PYPLATFORM_BETFAIR_SESSION", "").strip()
        return cls(
            app_key=Secret(required(env, "PYPLATFORM_BETFAIR_APP_KEY")),
            session=Secret(session) if session else None,
            login=None if session else _login(env),
            host=host,
            port=int(port or 443),
            ca_file=env.get("PYPLATFORM_BETFAIR_CA_FILE", "").strip(),
            subscription=_subscription(env),
        )


def _login(env: Mapping[str, str]) -> Login:
    if not env.get("PYPLATFORM_BETFAIR_USERNAME", "").strip():
        raise PlatformError(
            "neither PYPLATFORM_BETFAIR_SESSION nor PYPLATFORM_BETFAIR_USERNAME and PYPLATFORM_BETFAIR_PASSWORD are set"
        )
    certificate = env.get("PYPLATFORM_BETFAIR_CERTIFICATE", "").strip()
    return Login(
        username=required(env, "PYPLATFORM_BETFAIR_USERNAME"),
        password=Secret(required(env, "PYPLATFORM_BETFAIR_PASSWORD")),
        certificate=certificate,
        certificate_key=required(env, "PYPLATFORM_BETFAIR_CERTIFICATE_KEY") if certificate else "",
        url=env.get("PYPLATFORM_BETFAIR_LOGIN_URL", "").strip()
        or (CERTIFICATE_LOGIN if certificate else LOGIN),
    )


def _subscription(env: Mapping[str, str]) -> Subscription:
    name = "PYPLATFORM_BETFAIR_SUBSCRIPTION"
    text = env.get(name, "").strip() or "{}"
    try:
        return msgspec.json.decode(text, type=Subscription)
    except msgspec.MsgspecError as error:
        raise PlatformError(f"{name}: {error}") from error
