"""The HTTP API beside Sportradar's feed. The token goes in a header, and only ever to the host of the settings."""

import ssl
from typing import Final, NamedTuple, Self
from urllib.parse import quote, urlsplit

import httpx

from pyplatform.feeds.secret import FeedRefused
from pyplatform.feeds.uof_messages import BrokenDocument, elements
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import PlatformError, Unavailable

_TIMEOUT_S: Final = 30.0
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_WINDOW_MS: Final = {"live": 10 * _HOUR_MS, "virtual": 3 * _HOUR_MS}
_LONGEST_WINDOW_MS: Final = 72 * _HOUR_MS
_REFUSED: Final = range(400, 500)


class Bookmaker(NamedTuple):
    """Who we are to the feed."""

    id: int
    virtual_host: str
    expires: str


class Producer(NamedTuple):
    """A producer of the feed; `path` is where its recoveries are asked for, `window` how far back they reach (ms)."""

    product: int
    name: str
    path: str
    scope: str
    window: int


class RequestRefused(PlatformError):  # noqa: N818 - it names a state
    """The API took a request and said no."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(f"{what}: the API answered with status {status}")
        self.status = status


class UofApi:
    """A client of the API; raises Unavailable when a retry may help, and RequestRefused when the answer was no."""

    def __init__(self, settings: UofSettings) -> None:
        self._settings = settings
        self._language = quote(settings.language, safe="")
        self.translations = settings.translations
        try:
            tls = ssl.create_default_context(cafile=settings.ca_file or None)
        except OSError as error:
            raise PlatformError(f"PYPLATFORM_UOF_CA_FILE cannot be read: {error}") from error
        self._client = httpx.AsyncClient(
            base_url=settings.api_url,
            headers={"x-access-token": settings.token.reveal()},
            timeout=_TIMEOUT_S,
            verify=tls,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; repeatable."""
        await self._client.aclose()

    async def whoami(self) -> Bookmaker:
        """Who the token belongs to; raises FeedRefused if to nobody."""
        try:
            found = elements(await self.get("/v1/users/whoami.xml"), "bookmaker_details")
        except RequestRefused as error:
            raise FeedRefused(f"the odds feed refused PYPLATFORM_UOF_TOKEN: status {error.status}") from None
        if not found or found[0].get("response_code", "OK") != "OK":
            raise FeedRefused("the odds feed does not know the owner of PYPLATFORM_UOF_TOKEN")
        details = found[0]
        number = _integer(details, "bookmaker_id", "whoami")
        host = details.get("virtual_host") or f"/unifiedfeed/{number}"
        return Bookmaker(number, host, details.get("expire_at", ""))

    async def producers(self) -> list[Producer]:
        """The active producers."""
        found = elements(await self.get("/v1/descriptions/producers.xml"), "producer")
        return [_producer(attributes) for attributes in found if attributes.get("active") == "true"]

    async def descriptions(self, language: str = "") -> bytes:
        """The document of all market descriptions, in the connection's language or another."""
        code = quote(language, safe="") or self._language
        return await self.get(f"/v1/descriptions/{code}/markets.xml?include_mappings=true")

    async def variants(self, language: str = "") -> bytes:
        """The document of all static variants, in the connection's language or another."""
        code = quote(language, safe="") or self._language
        return await self.get(f"/v1/descriptions/{code}/variants.xml?include_mappings=true")

    async def variant(self, market: int, urn: str, language: str = "") -> bytes:
        """The document of one variant of a market, in the connection's language or another."""
        code = quote(language, safe="") or self._language
        path = f"/v1/descriptions/{code}/markets/{market}/variants/{quote(urn, safe=':')}"
        return await self.get(f"{path}?include_mappings=true")

    async def fixture(self, event: str) -> bytes:
        """The document of an event's fixture, to be fetched anew after every `fixture_change`."""
        return await self.get(
            f"/v1/sports/{self._language}/sport_events/{quote(event, safe=':')}/fixture.xml"
        )

    async def profile(self, urn: str) -> bytes:
        """The document of a player's or competitor's profile."""
        kind = "players" if ":player:" in urn else "competitors"
        return await self.get(f"/v1/sports/{self._language}/{kind}/{quote(urn, safe=':')}/profile.xml")

    async def recover(self, producer: Producer, request_id: int, after: int | None) -> None:
        """Ask for everything made after `after` (ms), or for all odds; the answers come over the feed."""
        since = "" if after is None else f"after={after}&"
        await self._post(
            f"{producer.path}recovery/initiate_request?{since}request_id={request_id}{self._node()}"
        )

    async def recover_event(self, producer: Producer, request_id: int, event: str, *, stateful: bool) -> None:
        """Ask for the odds of one event, or for its settlements, cancellations and rollbacks."""
        what = "stateful_messages" if stateful else "odds"
        path = f"{producer.path}{what}/events/{quote(event, safe=':')}/initiate_request"
        await self._post(f"{path}?request_id={request_id}{self._node()}")

    def _node(self) -> str:
        return "" if self._settings.node is None else f"&node_id={self._settings.node}"

    async def get(self, path: str) -> bytes:
        """The document at a path of the API."""
        return await self._ask("GET", path)

    async def _post(self, path: str) -> None:
        await self._ask("POST", path)

    async def _ask(self, method: str, path: str) -> bytes:
        what = f"{method} {path.partition('?')[0]}"
        try:
            response = await self._client.request(method, path)
        except httpx.HTTPError as error:
            raise Unavailable(f"{what}: {type(error).__name__}") from None
        if response.status_code in _REFUSED:
            raise RequestRefused(what, response.status_code)
        if not response.is_success:
            raise Unavailable(f"{what}: the API answered with status {response.status_code}")
        return response.content


def _integer(attributes: dict[str, str], name: str, document: str) -> int:
    try:
        return int(attributes[name])
    except (KeyError, ValueError):
        raise BrokenDocument(f"{document}: {name} is missing or no number") from None


def _producer(attributes: dict[str, str]) -> Producer:
    product = _integer(attributes, "id", "producers")
    scope = attributes.get("scope", "")
    minutes = attributes.get("stateful_recovery_window_in_minutes", "")
    window = int(minutes) * _MINUTE_MS if minutes.isdecimal() else _WINDOW_MS.get(scope, _LONGEST_WINDOW_MS)
    path = urlsplit(attributes.get("api_url", "")).path
    if not path.startswith("/"):
        raise BrokenDocument(f"producers: api_url of {product} has no path")
    return Producer(
        product, attributes.get("name", ""), path if path.endswith("/") else f"{path}/", scope, window
    )
