"""The session token with which a stream is opened."""

from typing import Final, Protocol

import httpx
import msgspec

from pyplatform.feeds.betfair_settings import BetfairSettings, Login
from pyplatform.feeds.secret import FeedRefused, Secret
from pyplatform.kernel.errors import Unavailable

_TIMEOUT_S: Final = 10.0


class Sessions(Protocol):
    """Where session tokens come from."""

    async def get(self, *, renew: bool) -> Secret:
        """A session; another than the last if `renew`. Raises FeedRefused, or Unavailable when a retry may help."""
        ...


class GivenSession:
    """A session somebody else opened."""

    def __init__(self, session: Secret) -> None:
        self._session = session

    async def get(self, *, renew: bool) -> Secret:
        """The session; one that was refused cannot be renewed here."""
        if renew:
            raise FeedRefused("Betfair refused the session in PYPLATFORM_BETFAIR_SESSION: it has expired")
        return self._session


class _Answer(msgspec.Struct, frozen=True):
    """Answer of either login; the interactive one says `token`, the other `sessionToken`."""

    token: str = ""
    session_token: str = msgspec.field(default="", name="sessionToken")
    status: str = ""
    login_status: str = msgspec.field(default="", name="loginStatus")
    error: str = ""


class LoginSession:
    """Sessions from Betfair's login, kept until one is refused."""

    def __init__(self, app_key: Secret, login: Login) -> None:
        self._app_key, self._login = app_key, login
        self._session: Secret | None = None

    async def get(self, *, renew: bool) -> Secret:
        """The session, after logging in if there is none yet or it is to be renewed."""
        if self._session is None or renew:
            self._session = await self._log_in()
        return self._session

    async def _log_in(self) -> Secret:
        login = self._login
        certificate = (login.certificate, login.certificate_key) if login.certificate else None
        headers = {"X-Application": self._app_key.reveal(), "Accept": "application/json"}
        form = {"username": login.username, "password": login.password.reveal()}
        try:
            async with httpx.AsyncClient(cert=certificate, timeout=_TIMEOUT_S) as client:
                response = await client.post(login.url, data=form, headers=headers)
            answer = msgspec.json.decode(response.content, type=_Answer)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise Unavailable(f"Betfair's login did not answer: {type(error).__name__}") from None
        token = answer.token or answer.session_token
        status = answer.status or answer.login_status
        if status == "SUCCESS" and token:
            return Secret(token)
        why = login.password.hide_in(answer.error or status or f"status {response.status_code}")
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or status == "LIMITED_ACCESS":
            raise Unavailable(f"Betfair's login is not to be had: {why}")
        raise FeedRefused(f"Betfair refused the login of PYPLATFORM_BETFAIR_USERNAME: {why}")


def sessions(settings: BetfairSettings) -> Sessions:
    """The way to a session that the settings give; raises FeedRefused if they give none."""
    if settings.session is not None:
        return GivenSession(settings.session)
    if settings.login is not None:
        return LoginSession(settings.app_key, settings.login)
    raise FeedRefused("neither a session nor a login is given for Betfair")
