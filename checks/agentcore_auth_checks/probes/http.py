"""The one client for the network, guarded: where it connects, how much it reads, how long it waits.

https only, the operating system's trust store, no redirects, no cookies, every address checked
before it is connected to. Requests are httpx's and go straight through a transport of httpx
(`probes.transport`), not through its `AsyncClient`: that reads the Location of every redirect,
even where it follows none, and raises where it is no URL, which is the very answer that a
diagnosis needs. It would also keep cookies and log URLs; what it adds beyond is not used here.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import httpcore

from agentcore_auth_checks.facts.http import (
    Certificate,
    Exchange,
    HttpAnswer,
    HttpFailure,
    NoAnswer,
)
from agentcore_auth_checks.probes.bodies import read_body
from agentcore_auth_checks.probes.certificates import (
    refusal_reason,
    refused_certificate,
    shown_certificate,
)
from agentcore_auth_checks.probes.connecting import (
    CheckedNetwork,
    NotReached,
    Resolver,
    system_resolver,
)
from agentcore_auth_checks.probes.outgoing import request_headers, with_form_secret
from agentcore_auth_checks.probes.proxies import ProxyUnusable
from agentcore_auth_checks.probes.ways import Way, Ways, system_trust
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_checks.urls import Url, UrlRefused, read_url

if TYPE_CHECKING:
    import httpx

_PROXY_AUTHENTICATION_REQUIRED = "407"
_HEAD_TOO_LARGE = 431

_FAULTS = (
    UrlRefused,
    ProxyUnusable,
    NotReached,
    OSError,  # TimeoutError and ssl.SSLError are among them
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take: seconds in all, seconds to connect, bytes of decoded body.

    The head of an answer is limited by httpcore, to 100 KiB.
    """

    total: float = 10.0
    connect: float = 5.0
    body: int = 1024 * 1024


@dataclass(slots=True)
class _Attempt:
    """What is known of one exchange so far."""

    method: str
    url: str
    begun: float = field(default_factory=time.perf_counter)
    target: Url | None = None
    way: Way | None = None
    past_proxy: bool = True
    answered: bool = False

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun

    @property
    def proxied(self) -> bool:
        return self.way is not None and self.way.proxy is not None

    async def follow(self, event: str, _: object) -> None:
        """Notes whether a new connection's tunnel is made yet: httpcore's `trace` extension."""
        if event == "connection.connect_tcp.started":
            self.past_proxy = not self.proxied
        elif event == "proxy.start_tls.started":
            self.past_proxy = True


class GuardedClient:
    """Sends requests under the rules of this module; keeps connections for the next request.

    One client serves one run, in one event loop; it is an asynchronous context manager.

    Args:
        allow_hosts: hosts that may have private addresses.
        routes: host -> `http://127.0.0.1:PORT`. A request to https://HOST/... goes there over
            plain http, as curl's --connect-to does it; its answer keeps the URL asked for.
        limits: what one exchange may take.
        resolve: looks names up.
        trust: makes the TLS context, once, for the first https connection.

    Raises:
        ValueError: a route does not lead to a loopback address by http.
    """

    def __init__(
        self,
        *,
        allow_hosts: Collection[str] = (),
        routes: Mapping[str, str] | None = None,
        limits: Limits = Limits(),
        resolve: Resolver = system_resolver,
        trust: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._ways = Ways(allow_hosts, routes or {}, resolve, trust)
        self._limits = limits

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._ways.aclose()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        credentials: tuple[str, Secret] | None = None,
        form_secret: tuple[str, Secret] | None = None,
        bearer: Secret | None = None,
        loopback: bool = False,
    ) -> Exchange:
        """Returns the answer or why there is none; see `probes.base.Fetcher`."""
        # Before the clock starts: the first import takes a part of a second.
        import httpx

        from agentcore_auth_checks.probes.transport import origin

        attempt = _Attempt(method, url)
        try:
            async with asyncio.timeout(self._limits.total):
                attempt.target = target = read_url(url)
                attempt.way = way = self._ways.way(target, loopback=loopback)
                end = self._ways.end(target)
                content = with_form_secret(body, form_secret)
                request = httpx.Request(
                    method,
                    origin(end.scheme, end.host, end.port),
                    headers=request_headers(
                        method,
                        target.authority,
                        content,
                        headers=headers or {},
                        credentials=credentials,
                        bearer=bearer,
                    ),
                    content=content,
                    extensions={
                        "timeout": {"connect": self._limits.connect},
                        "trace": attempt.follow,
                        "target": target.target.encode(),
                    },
                )
                return await self._answer(attempt, way, request)
        except _FAULTS as error:
            return await self._failure(attempt, error)

    async def _answer(self, attempt: _Attempt, way: Way, request: httpx.Request) -> HttpAnswer:
        response = await way.transport.handle_async_request(request)
        received_at = time.time()
        attempt.answered = True
        try:
            certificate = _certificate(response)
            headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in response.headers.raw
            )
            coding = ",".join(
                value for name, value in headers if name.lower() == "content-encoding"
            )
            body = await read_body(response.aiter_raw(), coding, self._limits.body)
        finally:
            await response.aclose()
        return HttpAnswer(
            url=attempt.url,
            method=attempt.method,
            status=response.status_code,
            headers=headers,
            body=body,
            seconds=attempt.seconds,
            received_at=received_at,
            certificate=certificate,
            proxied=attempt.proxied,
        )

    async def _failure(self, attempt: _Attempt, error: Exception) -> HttpFailure:
        """Returns what a fault means."""
        reason, detail = self._meaning(attempt, error)
        certificate = None
        if attempt.proxied and not attempt.past_proxy and reason is not NoAnswer.PROXY_AUTH:
            reason, detail = NoAnswer.PROXY_REFUSED, f"the proxy: {detail}"
        elif isinstance(cause := _wrapped(error), ssl.SSLError):
            host = attempt.target.host if attempt.target else ""
            if isinstance(cause, ssl.SSLCertVerificationError):
                certificate = await self._refused_certificate(attempt)
            reason = refusal_reason(cause, certificate, host, time.time())
        return HttpFailure(
            url=attempt.url,
            method=attempt.method,
            reason=reason,
            detail=Untrusted(detail),
            seconds=attempt.seconds,
            certificate=certificate,
            proxied=attempt.proxied,
        )

    def _meaning(self, attempt: _Attempt, error: Exception) -> tuple[NoAnswer, str]:
        """Returns the reason behind a fault and what to say of it; TLS is looked at elsewhere."""
        cause = _wrapped(error)
        match error:
            case NotReached():
                return error.reason, error.detail
            case UrlRefused():
                return NoAnswer.BAD_URL, str(error)
            case ProxyUnusable():
                return NoAnswer.PROXY_REFUSED, str(error)
            case httpcore.ProxyError():
                asked = str(error).startswith(_PROXY_AUTHENTICATION_REQUIRED)
                return NoAnswer.PROXY_AUTH if asked else NoAnswer.PROXY_REFUSED, str(error)
            case httpcore.TimeoutException():
                return NoAnswer.TIMEOUT, f"no TLS handshake in {self._limits.connect:g} s"
            case TimeoutError() if attempt.answered:
                return NoAnswer.SLOW, f"not complete after {self._limits.total:g} s"
            case TimeoutError():
                return NoAnswer.TIMEOUT, f"no answer in {self._limits.total:g} s"
            case httpcore.ConnectError() if not isinstance(cause, ssl.SSLError):
                return NoAnswer.TLS_OTHER, "the connection was closed during the TLS handshake"
            case httpcore.RemoteProtocolError() if _says_head_too_large(cause):
                return NoAnswer.TOO_LARGE, "the head of the answer is larger than 100 KiB"
            case _:
                return NoAnswer.BROKEN, _said(cause)

    async def _refused_certificate(self, attempt: _Attempt) -> Certificate | None:
        """Returns the certificate that was not trusted, read on a connection of its own."""
        way, target = attempt.way, attempt.target
        seconds = min(self._limits.connect, self._limits.total - attempt.seconds)
        if way is None or target is None or seconds <= 0:
            return None
        try:
            async with asyncio.timeout(seconds):
                if way.proxy is not None:
                    return await _certificate_through(way.proxy, way.network, target, seconds)
                address = way.network.connected[target.host, target.port]
                stream = await way.network.connect_address(address, target.port)
                return await refused_certificate(stream, target.host, seconds)
        except _FAULTS:
            return None


async def _certificate_through(
    proxy: httpcore.Proxy, network: CheckedNetwork, target: Url, seconds: float
) -> Certificate | None:
    """Returns the certificate seen at the end of a tunnel of its own (RFC 9110 section 9.3.6)."""
    import httpx

    from agentcore_auth_checks.probes.transport import CheckedTransport, origin

    authority = f"{target.host}:{target.port}".encode()
    request = httpx.Request(
        "CONNECT",
        origin(proxy.url.scheme.decode(), proxy.url.host.decode(), proxy.url.port),
        headers=[(b"Host", authority), *proxy.headers],
        extensions={"target": authority},
    )
    pool = httpcore.AsyncConnectionPool(ssl_context=proxy.ssl_context, network_backend=network)
    async with CheckedTransport(pool) as transport:
        response = await transport.handle_async_request(request)
        if not response.is_success:
            return None
        return await refused_certificate(_stream(response), target.host, seconds)


def _certificate(response: httpx.Response) -> Certificate | None:
    connection: object = _stream(response).get_extra_info("ssl_object")
    return shown_certificate(connection) if isinstance(connection, ssl.SSLObject) else None


def _stream(response: httpx.Response) -> httpcore.AsyncNetworkStream:
    """Returns the connection under an answer: httpcore's `network_stream` extension."""
    return cast(httpcore.AsyncNetworkStream, response.extensions["network_stream"])


def _wrapped(error: Exception) -> BaseException:
    """Returns the error that httpcore wrapped, or the error itself.

    httpcore passes it as the argument of its own error; the chain of causes is cut by its pool.
    """
    inner: object = error.args[0] if error.args else None
    return inner if isinstance(inner, BaseException) else error


def _says_head_too_large(cause: BaseException) -> bool:
    import h11

    return isinstance(cause, h11.RemoteProtocolError) and (
        cause.error_status_hint == _HEAD_TOO_LARGE
    )


def _said(cause: BaseException) -> str:
    """Returns what the system or a library said, in words."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError):
        return cause.reason or "TLS failed"
    if isinstance(cause, OSError):
        return cause.strerror or "the connection failed"
    return str(cause) or "the connection was closed"
