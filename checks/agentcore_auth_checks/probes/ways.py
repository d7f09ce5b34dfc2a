"""The ways out of this machine, and which of them a URL may take."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpcore

from agentcore_auth_checks.addresses import (
    Address,
    address_is_loopback,
    address_is_public,
    host_is_loopback,
    host_is_public,
    normal_host,
)
from agentcore_auth_checks.facts.http import NoAnswer
from agentcore_auth_checks.probes.connecting import CheckedNetwork, NotReached, Resolver
from agentcore_auth_checks.probes.proxies import ProxyServer, proxy_for
from agentcore_auth_checks.urls import Url, UrlRefused, read_url

if TYPE_CHECKING:
    from agentcore_auth_checks.probes.transport import CheckedTransport

# Shorter than the five seconds after which common servers close a connection that is not used:
# a request that is sent at that very moment is lost.
_KEPT_ALIVE = 3.0


def system_trust() -> ssl.SSLContext:
    """Returns a context that trusts what the operating system trusts (SSL_CERT_FILE on Linux)."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Way:
    """How hosts are reached: the transport, what opens its connections, and the proxy if any."""

    transport: CheckedTransport
    network: CheckedNetwork
    proxy: httpcore.Proxy | None


class Ways:
    """Every way out, each made when it is first taken.

    Args:
        allow_hosts: hosts that may have private addresses.
        routes: host -> `http://127.0.0.1:PORT`, where https requests to that host are sent.
        resolve: looks names up.
        trust: makes the TLS context.

    Raises:
        ValueError: a route does not lead to a loopback address by http.
    """

    def __init__(
        self,
        allow_hosts: Collection[str],
        routes: Mapping[str, str],
        resolve: Resolver,
        trust: Callable[[], ssl.SSLContext],
    ) -> None:
        self._allowed = frozenset(normal_host(host) for host in allow_hosts)
        self._routes = {normal_host(host): _route(target) for host, target in routes.items()}
        self._resolve = resolve
        self._trust = trust
        self._context: ssl.SSLContext | None = None
        self._open: dict[tuple[Callable[[Address], bool], Url | None], Way] = {}

    async def aclose(self) -> None:
        """Closes every connection."""
        for way in self._open.values():
            await way.transport.aclose()
        self._open.clear()

    def way(self, target: Url, *, loopback: bool) -> Way:
        """Returns the way that a URL may take.

        Raises:
            NotReached: the URL alone shows that it may take none.
            ProxyUnusable: the environment names a proxy that is of no use.
        """
        host = target.host
        routed = target.scheme == "https" and host in self._routes
        if routed or (target.scheme == "http" and loopback):
            return self._connections(address_is_loopback, NoAnswer.NOT_HTTPS, encrypted=False)
        if target.scheme != "https":
            raise NotReached(NoAnswer.NOT_HTTPS, f"the scheme is {target.scheme}")
        opened = host in self._allowed
        own = loopback and host_is_loopback(host)
        proxy = None if own else proxy_for(host, target.port)
        # A proxy resolves names out of sight, and only their spelling can be judged.
        if not opened and not host_is_public(host) and (proxy is not None or not loopback):
            raise NotReached(NoAnswer.HOST_NOT_PUBLIC, host)
        if proxy is not None:
            return self._connections(_anything, NoAnswer.PROXY_REFUSED, proxy=proxy)
        permits = _anything if opened else _public_or_loopback if loopback else address_is_public
        return self._connections(permits, NoAnswer.HOST_NOT_PUBLIC)

    def end(self, target: Url) -> Url:
        """Returns where a request is sent: to the URL's own host, or to the end of its route."""
        return self._routes.get(target.host, target) if target.scheme == "https" else target

    def _connections(
        self,
        permits: Callable[[Address], bool],
        refusal: NoAnswer,
        *,
        encrypted: bool = True,
        proxy: ProxyServer | None = None,
    ) -> Way:
        """Returns the connections opened under one rule, apart from those of other rules.

        A connection that one URL was allowed to have does not serve another that is not.
        """
        from agentcore_auth_checks.probes.transport import CheckedTransport

        key = (permits, proxy.url if proxy else None)
        if key not in self._open:
            network = CheckedNetwork(self._resolve, permits, refusal)
            through = self._proxy(proxy) if proxy else None
            pool = httpcore.AsyncConnectionPool(
                ssl_context=self._trusted() if encrypted else None,
                proxy=through,
                max_connections=None,
                keepalive_expiry=_KEPT_ALIVE,
                network_backend=network,
            )
            self._open[key] = Way(CheckedTransport(pool), network, through)
        return self._open[key]

    def _trusted(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._trust()
        return self._context

    def _proxy(self, proxy: ProxyServer) -> httpcore.Proxy:
        address = proxy.url
        auth = None
        if proxy.password is not None:
            auth = (proxy.user.encode(), proxy.password.reveal().encode())
        return httpcore.Proxy(
            httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target="/"),
            auth=auth,
            ssl_context=self._trusted() if address.scheme == "https" else None,
        )


def _route(target: str) -> Url:
    """Returns the end of a route.

    Raises:
        ValueError: it is not an http URL of a spelled-out loopback address.
    """
    try:
        end = read_url(target)
    except UrlRefused as error:
        raise ValueError(f"a route leads to {target!r}: {error}") from None
    if end.scheme != "http" or end.address is None or not address_is_loopback(end.address):
        raise ValueError(f"a route leads to {target!r}, which is not http://127.0.0.1:PORT")
    if end.target != "/":
        raise ValueError(f"a route leads to {target!r}, which has a path")
    return end


def _anything(_: Address) -> bool:
    return True


def _public_or_loopback(address: Address) -> bool:
    return address_is_public(address) or address_is_loopback(address)
