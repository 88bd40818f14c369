"""HTTP of player accounts."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE
from pyplatform.http.message import Request
from pyplatform.http.problems import unauthenticated
from pyplatform.kernel import ids
from pyplatform.kernel.time import Moment
from pyplatform.pam.answers import origin_of, problem_of
from pyplatform.pam.model import MAX_EMAIL, MAX_PASSWORD, Application, Refused
from pyplatform.pam.service import Accounts

Email = Annotated[str, Meta(max_length=MAX_EMAIL, description="e-mail address")]
Password = Annotated[
    str, Meta(max_length=MAX_PASSWORD, description="15 characters or more, not easy to guess")
]
Brand = Annotated[int, Meta(ge=0, le=2**31 - 1, description="brand of the operator")]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to open an account."""

    email: Email
    password: Password
    date_of_birth: date
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166 country of residence")]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 currency of the account")]
    brand: Brand = 1


class Registered(msgspec.Struct, frozen=True):
    """The new account."""

    player_id: str


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to log in."""

    email: Email
    password: Password
    brand: Brand = 1


class OpenedSession(msgspec.Struct, frozen=True):
    """A new session. The token is told once; it dies when idle too long and at `expires_at` at the latest."""

    token: str
    player_id: str
    expires_at: Moment
    idle_minutes: int


class Me(msgspec.Struct, frozen=True):
    """One's own account."""

    player_id: str
    brand: int
    currency: str
    country: str
    status: str
    email: str
    registered_at: Moment


def routes(app: App, accounts: Accounts) -> None:
    """Add registration, login, logout and one's own account."""

    @app.post("/v1/players", status=201, errors=(409, 429))
    async def register(request: Request, body: Registration) -> Registered:
        """Open an account.

        409 `registration_refused` says only that these details cannot be used, whoever asks.
        """
        application = Application(
            brand=body.brand,
            email=body.email,
            password=body.password,
            birth_date=body.date_of_birth,
            country=body.country,
            currency=body.currency,
        )
        result = await accounts.register(request.tenant, application, origin_of(request))
        if isinstance(result, Refused):
            raise problem_of(result)
        return Registered(ids.text(result))

    @app.post("/v1/sessions", status=201, errors=(401, 429))
    async def log_in(request: Request, body: Credentials) -> OpenedSession:
        """Log in; the player's other session ends.

        A wrong password and an unknown address get the same answer; too many attempts lock the address for a while.
        """
        result = await accounts.login(
            request.tenant, body.brand, body.email, body.password, origin_of(request)
        )
        if isinstance(result, Refused):
            raise problem_of(result)
        expires = datetime.fromtimestamp(result.session.expires_at // 1_000_000_000, UTC)
        player = ids.text(result.session.player)
        return OpenedSession(result.token, player, expires, accounts.config.idle_minutes)

    @app.delete("/v1/sessions/current", status=204, auth="player")
    async def log_out(request: Request) -> None:
        """Log out: the token is dead at once."""
        await accounts.logout(request.session, origin_of(request))

    @app.get("/v1/me", auth="player", cache=PRIVATE)
    async def me(request: Request) -> Me:
        """Read one's own account."""
        profile = await accounts.profile(request.session)
        if profile is None:
            raise unauthenticated("this account no longer exists")
        return Me(ids.text(profile.player), *msgspec.structs.astuple(profile)[1:])
