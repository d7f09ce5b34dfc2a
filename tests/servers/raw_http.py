"""Servers that answer byte by byte what a test wants, and forward proxies, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


Answer = Callable[[Request, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """Answers each request with the bytes or the function given.

    `received` holds the requests; `asked` is set with the first one. `connections` counts the
    connections that were accepted, behind TLS those whose handshake succeeded. A function
    writes what it likes; it is cancelled with the server.
    """

    answer: bytes | Answer
    host: str = "127.0.0.1"
    port: int = 0
    context: ssl.SSLContext | None = None
    received: list[Request] = field(default_factory=list)
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, self.host, self.port, ssl=self.context
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_request(reader):
                self.received.append(request)
                self.asked.set()
                if isinstance(self.answer, bytes):
                    writer.write(self.answer)
                    await writer.drain()
                    if b"Connection: close" in self.answer:
                        break
                else:
                    await self.answer(request, reader, writer)
                    if writer.is_closing():
                        break
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Returns the next request, or None where the connection ends."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in map(_split, lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = line.split(" ")
    return Request(method, target, headers, body)


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def response(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Returns the bytes of an answer: `response(b"{}", Content_Type="application/json")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@dataclass
class ForwardProxy:
    """An HTTP proxy: tunnels a host to the port that `ends` has for it, or answers `refusal`.

    With `credentials` it wants exactly this Proxy-Authorization. `connects` holds what was
    asked of it. It speaks TLS itself where it has a `context`.
    """

    ends: Mapping[str, int] = field(default_factory=dict)
    refusal: bytes | None = None
    credentials: str | None = None
    context: ssl.SSLContext | None = None
    connects: list[Request] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._server = RawServer(self._tunnel, context=self.context)
        await self._server.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.__aexit__(kind, error, trace)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    async def _tunnel(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connects.append(request)
        if self.refusal is not None:
            writer.write(self.refusal)
            writer.close()
            return
        if self.credentials not in (None, request.headers.get("proxy-authorization")):
            writer.write(response(status="407 Proxy Authentication Required"))
            writer.close()
            return
        end = self.ends[request.target.rpartition(":")[0]]
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", end)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
