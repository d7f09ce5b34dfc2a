"""What a probe is, and the run it belongs to.

Probes of one run that ask for the same thing share one fetch. A probe that cannot run because
of another says so by raising `Blocked`; that is reported as a skip, never as a second fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast, runtime_checkable

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.facts.http import Exchange
from agentcore_auth_checks.text import Secret

Found = TypeVar("Found", bound=Fact, covariant=True)
SomeFact = TypeVar("SomeFact", bound=Fact)


class Blocked(Exception):  # it is an outcome, not an error
    """A probe cannot run: an answer or a secret is missing, or another probe saw a fault.

    `missing` holds field ids; `waits_for` the names of the probes whose findings stand in the way.
    """

    def __init__(
        self,
        reason: str,
        *,
        missing: tuple[str, ...] = (),
        waits_for: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing
        self.waits_for = waits_for


class Fetcher(Protocol):
    """The one way to the network; `probes.http.GuardedClient` is the real one."""

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
        """Returns the answer or why there is none; never raises for what the network does.

        Args:
            method: the HTTP method.
            url: an https URL. http only for loopback, and only with `loopback`.
            headers: extra request headers.
            body: the request body.
            credentials: user name and secret for the Basic scheme, form-encoded first
                (RFC 6749 section 2.3.1).
            form_secret: name and secret of one more form member, put at the end of `body`.
            bearer: a token for the Bearer scheme.
            loopback: whether this URL is one of the user's own on this machine.
        """
        ...


SecretSource = Callable[[str], Awaitable[Secret | None]]
"""Returns the secret kept for a field id, or None where there is none."""


def secret_source(field: str) -> str:
    """Returns the name of the probe that looks whether a secret is kept."""
    return f"secret:{field}"


@dataclass(slots=True)
class Run:
    """One run of probes: what is known, the ways out, and what was fetched already.

    `now` returns the clock in seconds since the epoch.
    """

    answers: Mapping[str, str]
    client: Fetcher
    secret: SecretSource
    now: Callable[[], float]
    _tasks: dict[tuple[str, Probe[Fact]], asyncio.Task[Fact]] = field(
        default_factory=dict["tuple[str, Probe[Fact]]", "asyncio.Task[Fact]"]
    )

    async def fact(self, probe: Probe[SomeFact]) -> SomeFact:
        """Returns the probe's fact, fetched once however many ask.

        Raises:
            Blocked: the probe cannot run.
        """
        key = (type(probe).__name__, probe)
        task = cast("asyncio.Task[SomeFact] | None", self._tasks.get(key))
        if task is None:
            task = asyncio.ensure_future(probe.fetch(self))
            self._tasks[key] = cast("asyncio.Task[Fact]", task)
        # Shielded: one asker that gives up does not take the fact from the others.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancels whatever is still being fetched."""
        pending = [task for task in self._tasks.values() if not task.done()]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


@runtime_checkable
class Probe(Protocol[Found]):
    """Fetches one fact. Probes are hashable values: two that are equal are one."""

    @property
    def source(self) -> str:
        """Its name, which its fact and its findings carry."""
        ...

    @property
    def label(self) -> str:
        """What it is called on screen, in words: `discovery document`."""
        ...

    @property
    def area(self) -> str:
        """The area of codes that its fact is judged by first: `disc`."""
        ...

    async def fetch(self, run: Run) -> Found:
        """Returns the fact.

        Raises:
            Blocked: it cannot run.
        """
        ...
