"""httpx over connections that are opened here.

The transport that httpx brings stands on a pool of httpcore too, but lets nobody else open the
pool's connections (`network_backend`), and that is where addresses are checked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import cast

import httpcore
import httpx

from agentcore_auth_checks.facts.http import NoAnswer
from agentcore_auth_checks.probes.connecting import NotReached


class CheckedTransport(httpx.AsyncBaseTransport):
    """Sends requests of httpx over the connections of a pool.

    Errors are httpcore's own: they hold what the system said, and httpx's only its text.
    """

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Returns the answer once its head is there. Its body is for the caller to close.

        The request line holds the extension `target`, else the path of the URL.
        """
        url = request.url
        extensions = dict(request.extensions)
        # httpcore knows that extension, but puts it into a CONNECT to a proxy as well.
        target = extensions.pop("target", url.raw_path)
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=cast(
                "Mapping[str, object]",
                answer.extensions,  # pyright: ignore[reportUnknownMemberType]
            ),
        )

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it arrives."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


def origin(scheme: str, host: str, port: int | None) -> httpx.URL:
    """Returns where a request goes, without its path: httpx would normalize that.

    Raises:
        NotReached: the host is four numbers that are no IPv4 address.
    """
    try:
        return httpx.URL(scheme=scheme, host=host, port=port)
    except httpx.InvalidURL:
        raise NotReached(NoAnswer.DNS, f"{host}: no address") from None
