"""URLs read strictly: one reading, used both for judging a URL and for connecting to its host.

Two readers that disagree about where the host ends are how a check is walked round; so what is
doubtful (RFC 3986 forbids it, or browsers and libraries read it differently) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentcore_auth_checks.addresses import Address, literal_address, normal_host

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?"
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LONGEST_NAME = 253
_LONGEST_LABEL = 63


class UrlRefused(Exception):
    """A text is not a URL that a request could be sent to. The message says why."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL's parts. `host` is in lower case; a spelled-out address in its usual form.

    `target` is path and query, what the request line holds. `port` is the default one where
    the URL names none.
    """

    scheme: str
    host: str
    port: int
    target: str
    address: Address | None

    @property
    def authority(self) -> str:
        """Host and port as the Host header holds them (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"


def read_url(text: str) -> Url:
    """Returns the parts of an absolute URL with a host (RFC 3986 section 3).

    Raises:
        UrlRefused: it has blanks, control or non-ASCII characters, a backslash, user name or
            password, or it lacks a scheme, a host or a possible port.
    """
    if any(not "!" <= character <= "~" for character in text):
        raise UrlRefused("it has a blank, or a character that is not printable ASCII")
    if "\\" in text:
        raise UrlRefused("it has a backslash")
    parts = _URL.fullmatch(text)
    if parts is None:
        raise UrlRefused("it does not begin with a scheme and ://")
    if "@" in parts["authority"]:
        raise UrlRefused("it has a user name or password before the host")
    scheme = parts["scheme"].lower()
    host, port = _host_and_port(parts["authority"], _DEFAULT_PORTS.get(scheme, 0))
    address = literal_address(host)
    return Url(
        scheme=scheme,
        host=str(address) if address is not None else host,
        port=port,
        target=(parts["path"] or "/") + (parts["query"] or ""),
        address=address,
    )


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise UrlRefused("its host is missing, or no host is written like that")
    host = normal_host(match["host"])
    if match["host"].startswith("["):
        if literal_address(match["host"]) is None:
            raise UrlRefused("its host is no IPv6 address")
    elif len(host) > _LONGEST_NAME or not all(
        0 < len(label) <= _LONGEST_LABEL for label in host.split(".")
    ):
        raise UrlRefused("its host has an empty part or is too long")
    port = int(match["port"]) if match["port"] else default_port
    if not 0 < port < 65536 and default_port:
        raise UrlRefused("its port is not between 1 and 65535")
    return host, port
