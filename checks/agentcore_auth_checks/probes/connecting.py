"""Connections to checked addresses, and to nothing else.

A host is resolved once; every address is checked; then one of exactly these addresses is
connected to. A name server that answers differently the second time (DNS rebinding) is never
asked a second time. `httpcore` is the transport of httpx, and the layer of it that lets a
connection be opened by somebody else: its `network_backend`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address
from itertools import chain, zip_longest
from typing import cast

import httpcore

from agentcore_auth_checks.addresses import Address, literal_address
from agentcore_auth_checks.facts.http import Certificate, NoAnswer

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Returns the addresses of a host and port; raises OSError where there is none."""

HEAD_START = 0.25
"""Seconds that one address is given before the next is tried beside it (RFC 8305, 5)."""


class NotReached(Exception):
    """There will be no answer, for this reason. `detail` is what was seen."""

    def __init__(
        self, reason: NoAnswer, detail: str, certificate: Certificate | None = None
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail
        self.certificate = certificate


async def system_resolver(host: str, port: int) -> tuple[Address, ...]:
    """Returns the addresses that the system's resolver has for a host, in its order.

    The lookup cannot be interrupted, so it has a daemon thread of its own: a pool's threads
    are waited for at exit, and a dead name server would hold the program for half a minute.

    Raises:
        OSError: the name does not resolve.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[tuple[Address, ...]] = loop.create_future()

    def deliver(addresses: tuple[Address, ...], error: OSError | None) -> None:
        if found.done():
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    def look_up() -> None:
        addresses: tuple[Address, ...] = ()
        trouble: OSError | None = None
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            texts = dict.fromkeys(str(info[4][0]).partition("%")[0] for info in infos)
            addresses = tuple(ip_address(text) for text in texts)
        except OSError as error:
            trouble = error
        # The loop is closed where nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(deliver, addresses, trouble)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await found


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections for a pool, to addresses that `permits` lets through.

    Where one address of a host is not permitted, none is: `refusal` is the reason then.
    `connected` holds the address that was last connected to for a host and port.
    """

    def __init__(
        self,
        resolve: Resolver,
        permits: Callable[[Address], bool],
        refusal: NoAnswer = NoAnswer.HOST_NOT_PUBLIC,
    ) -> None:
        self.connected: dict[tuple[str, int], Address] = {}
        self._resolve = resolve
        self._permits = permits
        self._refusal = refusal
        self._sockets = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Returns a connection to one of the host's checked addresses.

        Raises:
            NotReached: no address, one that is not permitted, or no connection in `timeout`
                seconds, name resolution included.
        """
        now = asyncio.get_running_loop().time()
        deadline = None if timeout is None else now + timeout
        addresses = await self._checked(host, port, deadline)
        try:
            async with asyncio.timeout_at(deadline):
                stream, address = await self._first_connected(_interleaved(addresses), port)
        except TimeoutError:
            raise NotReached(NoAnswer.TIMEOUT, f"no connection in {timeout:g} s") from None
        self.connected[host, port] = address
        return stream

    async def connect_address(self, address: Address, port: int) -> httpcore.AsyncNetworkStream:
        """Returns a connection to an address that was checked before.

        Raises:
            httpcore.ConnectError: it cannot be connected to.
        """
        return await self._sockets.connect_tcp(str(address), port)

    async def _checked(self, host: str, port: int, deadline: float | None) -> Sequence[Address]:
        literal = literal_address(host)
        if literal is not None:
            addresses: Sequence[Address] = (literal,)
        else:
            try:
                async with asyncio.timeout_at(deadline):
                    addresses = await self._resolve(host, port)
            except TimeoutError:
                detail = f"the name server did not answer for {host}"
                raise NotReached(NoAnswer.DNS, detail) from None
            except OSError as error:
                raise NotReached(NoAnswer.DNS, f"{host}: {error.strerror or error}") from None
        if not addresses:
            raise NotReached(NoAnswer.DNS, f"{host}: no address")
        for address in addresses:
            if not self._permits(address):
                raise NotReached(self._refusal, str(address))
        return addresses

    async def _first_connected(
        self, addresses: Sequence[Address], port: int
    ) -> tuple[httpcore.AsyncNetworkStream, Address]:
        """Returns the first connection that is made, each address having a head start."""
        waiting = list(addresses)
        running: dict[asyncio.Task[httpcore.AsyncNetworkStream], Address] = {}
        failures: list[Exception] = []
        try:
            while waiting or running:
                if waiting:
                    address = waiting.pop(0)
                    task = asyncio.ensure_future(self.connect_address(address, port))
                    running[task] = address
                done, _ = await asyncio.wait(
                    running,
                    timeout=HEAD_START if waiting else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in done:
                    address = running.pop(task)
                    try:
                        return task.result(), address
                    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                        failures.append(error)
        finally:
            await _given_up(running)
        raise _no_connection(failures)


async def _given_up(tasks: Iterable[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """Ends attempts that are not needed any more, closing what they had connected."""
    attempts = tuple(tasks)
    for attempt in attempts:
        attempt.cancel()
    for stream in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(stream, httpcore.AsyncNetworkStream):
            await stream.aclose()


def _no_connection(failures: Sequence[Exception]) -> NotReached:
    """Returns what to say of several failures: a refusal says more than a missing route."""
    numbers = [_error_number(failure) for failure in failures]
    number = errno.ECONNREFUSED if errno.ECONNREFUSED in numbers else numbers[0]
    reason = NoAnswer.TIMEOUT if number == errno.ETIMEDOUT else NoAnswer.REFUSED
    return NotReached(reason, os.strerror(number))


def _error_number(error: BaseException) -> int:
    """Returns the system's error number behind an error, wherever it was wrapped."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            return seen.errno
        seen = seen.__cause__
    return errno.ECONNREFUSED


def _interleaved(addresses: Sequence[Address]) -> tuple[Address, ...]:
    """Returns the addresses with the two versions of IP alternating (RFC 8305 section 4)."""
    first = [address for address in addresses if address.version == addresses[0].version]
    second = [address for address in addresses if address.version != addresses[0].version]
    pairs = chain.from_iterable(zip_longest(first, second))
    return tuple(address for address in pairs if address is not None)
