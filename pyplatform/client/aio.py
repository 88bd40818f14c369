"""The client for asyncio."""

import asyncio
from types import TracebackType
from typing import Self, TypeVar

import httpx

from pyplatform.client.call import Call
from pyplatform.client.calls import accounts, staff
from pyplatform.client.errors import NoAnswer, Unavailable
from pyplatform.client.exchange import TIMEOUT, Answer, Attempts, Retry, answer_of, no_answer, request_of
from pyplatform.client.stream import Stream
from pyplatform.client.types.accounts import Credentials, OpenedSession
from pyplatform.client.types.staff import OpenedStaffSession, StaffCredentials

T = TypeVar("T")


class AsyncClient:
    """One caller of one tenant: `async with AsyncClient(url, tenant) as client: await client.send(call)`.

    Calls come from the functions of `client.calls`. A repeatable one (a read, or one with a key) is sent again after
    a 503, a timeout or a lost connection, by `retry`. `http` shares connections with other callers; else it has its
    own, which end with the context.
    """

    def __init__(
        self,
        url: str,
        tenant: str,
        *,
        token: str = "",
        retry: Retry | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.url, self.tenant, self.token = url, tenant, token
        self._retry = retry or Retry()
        self._own = http is None
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """The answer to a call; raises the errors of `client.errors`."""
        return (await self.ask(call)).body

    async def ask(self, call: Call[T]) -> Answer[T]:
        """The answer to a call with what is around it, such as whether it is a replay."""
        attempts = Attempts(call, self._retry)
        while True:
            try:
                return await self._exchange(call)
            except (Unavailable, NoAnswer) as error:
                await asyncio.sleep(attempts.pause(error))

    async def log_in(self, email: str, password: str, *, brand: int = 1) -> OpenedSession:
        """Open a player's session and use it from now on."""
        opened = await self.send(accounts.log_in(Credentials(email=email, password=password, brand=brand)))
        self.token = opened.token
        return opened

    async def sign_in(self, name: str, password: str) -> OpenedStaffSession:
        """Open a session of staff and use it from now on."""
        opened = await self.send(staff.sign_in(StaffCredentials(name=name, password=password)))
        self.token = opened.token
        return opened

    def stream(self) -> Stream:
        """The stream of this caller; see `Stream`."""
        return Stream(self.url, self.tenant, lambda: self.token)

    async def _exchange(self, call: Call[T]) -> Answer[T]:
        request = request_of(self._http, self.url, call, self.tenant, self.token)
        try:
            response = await self._http.send(request)
        except httpx.TransportError as error:
            raise no_answer(call, error) from error
        return answer_of(call, response)
