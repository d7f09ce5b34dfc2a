"""One HTTP exchange: what was answered, or why there was no answer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.text import Untrusted


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate that a server showed. Times are seconds since the epoch, UTC."""

    subject: Untrusted
    issuer: Untrusted
    names: tuple[Untrusted, ...]
    not_before: float
    not_after: float
    sha256: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came back whole.

    `body` is decoded (no content encoding) and at most 1 MiB. `received_at` is the local clock
    in seconds since the epoch when the answer's head arrived.
    """

    url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float
    received_at: float
    certificate: Certificate | None = None
    proxied: bool = False

    def header(self, name: str) -> str | None:
        """Returns the first header of that name, in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def text(self) -> Untrusted:
        """Returns the body as text, undecodable bytes replaced."""
        return Untrusted(self.body.decode("utf-8", errors="replace"))


class NoAnswer(StrEnum):
    """Why there is no answer."""

    BAD_URL = "bad_url"
    NOT_HTTPS = "not_https"
    HOST_NOT_PUBLIC = "host_not_public"
    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    SLOW = "slow"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_EXPIRED = "tls_expired"
    TLS_HOSTNAME = "tls_hostname"
    TLS_OTHER = "tls_other"
    PROXY_AUTH = "proxy_auth"
    PROXY_REFUSED = "proxy_refused"
    TOO_LARGE = "too_large"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class HttpFailure:
    """Why an exchange did not come to an end.

    `detail` is what the system said; `certificate` the one that was refused, where it was seen.
    """

    url: str
    method: str
    reason: NoAnswer
    detail: Untrusted
    seconds: float
    certificate: Certificate | None = None
    proxied: bool = False


Exchange = HttpAnswer | HttpFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Fact):
    """A fact that one or more exchanges brought; they are fields of it."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges, in the order in which they took place."""
        values: tuple[object, ...] = tuple(getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if isinstance(value, HttpAnswer | HttpFailure))
