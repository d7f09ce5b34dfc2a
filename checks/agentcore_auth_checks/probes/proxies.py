"""The proxy that the environment names for a host.

HTTPS_PROXY, else ALL_PROXY, unless NO_PROXY exempts the host; each in either case. HTTP_PROXY
plays no part: it is for plain http, which only ever goes to this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.urls import Url, UrlRefused, read_url


class ProxyUnusable(Exception):
    """The environment names a proxy that cannot be used. The message never quotes it."""


@dataclass(frozen=True, slots=True, eq=False)
class ProxyServer:
    """A proxy's address, and the password that it may ask for."""

    url: Url
    user: str = ""
    password: Secret | None = None


def proxy_for(host: str, port: int) -> ProxyServer | None:
    """Returns the proxy through which a host is reached, or None where it is reached directly.

    Raises:
        ProxyUnusable: its URL is not one, or asks for another protocol than http or https.
    """
    # httpx needs it too, and neither is needed before the first request.
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    value = proxies.get("https") or proxies.get("all")
    if not value or proxy_bypass(f"{host}:{port}"):
        return None
    return _read(value, "HTTPS_PROXY" if proxies.get("https") else "ALL_PROXY")


def _read(value: str, variable: str) -> ProxyServer:
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value
    credentials, _, place = rest.rpartition("@")
    try:
        url = read_url(f"{scheme}://{place}")
    except UrlRefused:
        raise ProxyUnusable(f"{variable} is not the URL of a proxy") from None
    if url.scheme not in ("http", "https"):
        raise ProxyUnusable(f"{variable} names a {url.scheme} proxy; http and https ones serve")
    user, _, password = credentials.partition(":")
    return ProxyServer(
        url=url,
        user=unquote(user),
        password=Secret(unquote(password)) if credentials else None,
    )
