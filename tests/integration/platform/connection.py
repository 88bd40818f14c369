"""A small HTTP/1.1 client on one kept-alive connection, for tests that look at what is on the wire."""

import asyncio
from typing import Any

import msgspec

from pyplatform.kernel.errors import Unavailable

ANSWER_TIMEOUT = 10.0


class Response(msgspec.Struct, frozen=True):
    """Status, lower-case headers and raw body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Body as JSON."""
        return msgspec.json.decode(self.body)


class Connection:
    """One connection to the gateway; requests on it go one after the other."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """Send one request and read its answer; raises `Unavailable` if the connection broke or nothing came."""
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    return await self._exchange(method, path, body, headers or {})
            except (OSError, EOFError, TimeoutError) as error:
                await self.close()
                raise Unavailable(f"no answer to {method} {path}: {error or type(error).__name__}") from error

    async def _exchange(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Response:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        content = b"" if body is None else msgspec.json.encode(body)
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}", f"content-length: {len(content)}"]
        if content:
            lines.append("content-type: application/json")
        lines.extend(f"{name}: {value}" for name, value in headers.items())
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        answered = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        length = int(answered.get("content-length", "0"))
        return Response(int(head[0].split(" ", 2)[1]), answered, await reader.readexactly(length))

    async def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
