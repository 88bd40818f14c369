"""The client for ordinary code."""

import time
from types import TracebackType
from typing import Self, TypeVar

import httpx

from pyplatform.client.call import Call
from pyplatform.client.calls import accounts, staff
from pyplatform.client.errors import NoAnswer, Unavailable
from pyplatform.client.exchange import TIMEOUT, Answer, Attempts, Retry, answer_of, no_answer, request_of
from pyplatform.client.stream import SyncStream
from pyplatform.client.types.accounts import Credentials, OpenedSession
from pyplatform.client.types.staff import OpenedStaffSession, StaffCredentials

T = TypeVar("T")


class Client:
    """One caller of one tenant, as `AsyncClient`: `with Client(url, tenant) as client: client.send(call)`."""

    def __init__(
        self,
        url: str,
        tenant: str,
        *,
        token: str = "",
        retry: Retry | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self.url, self.tenant, self.token = url, tenant, token
        self._retry = retry or Retry()
        self._own = http is None
        self._http = http or httpx.Client(timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self._http.close()

    def send(self, call: Call[T]) -> T:
        """The answer to a call; raises the errors of `client.errors`."""
        return self.ask(call).body

    def ask(self, call: Call[T]) -> Answer[T]:
        """The answer to a call with what is around it, such as whether it is a replay."""
        attempts = Attempts(call, self._retry)
        while True:
            try:
                return self._exchange(call)
            except (Unavailable, NoAnswer) as error:
                time.sleep(attempts.pause(error))

    def log_in(self, email: str, password: str, *, brand: int = 1) -> OpenedSession:
        """Open a player's session and use it from now on."""
        opened = self.send(accounts.log_in(Credentials(email=email, password=password, brand=brand)))
        self.token = opened.token
        return opened

    def sign_in(self, name: str, password: str) -> OpenedStaffSession:
        """Open a session of staff and use it from now on."""
        opened = self.send(staff.sign_in(StaffCredentials(name=name, password=password)))
        self.token = opened.token
        return opened

    def stream(self) -> SyncStream:
        """The stream of this caller; see `Stream`."""
        return SyncStream(self.url, self.tenant, lambda: self.token)

    def _exchange(self, call: Call[T]) -> Answer[T]:
        request = request_of(self._http, self.url, call, self.tenant, self.token)
        try:
            response = self._http.send(request)
        except httpx.TransportError as error:
            raise no_answer(call, error) from error
        return answer_of(call, response)
