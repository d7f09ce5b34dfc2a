"""The practice range itself: what runs, with which faults, and where it is reached."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import quote

from agentcore_auth.lab.exchange import Request, Response, reply_response
from agentcore_auth.lab.gateway import Gateway
from agentcore_auth.lab.identity_provider import IdentityProvider
from agentcore_auth.lab.runtime import Runtime
from agentcore_auth.lab.server import ADDRESS, LoopbackServer, Observer, Visit
from agentcore_auth.lab.signing import SigningKeys
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.practice_ranges import Fault, PracticeRange, Setting, practice_range

PAGE_HOSTS = ("localhost", ADDRESS)
USUAL_PORTS = (*range(8765, 8775), 0)
"""Where the command looks for a free port: the same one every time where that can be had."""

FAULTS: Mapping[str, Fault] = practice_range().faults
"""Every fault that can be switched on, by the code of the finding that it must lead to."""

_MISDIRECTED = Response(421)


class UnknownFault(Exception):  # it is an outcome, not an error
    """There is no such fault. The message names it, and the faults that there are."""


class Lab:
    """An identity provider, an AgentCore gateway and runtime, and a test page, on loopback.

    It plays from `start` to `stop`, or within `with` or `async with`. All times are in seconds.

    Args:
        faults: codes of the faults that are on from the start.
        delay_seconds: how long each response is held back.
        ports: tried in this order; 0 is any free one.
        observe: is told of every request, from other threads.

    Raises:
        UnknownFault: a fault does not exist.
    """

    def __init__(
        self,
        faults: Iterable[str] = (),
        *,
        delay_seconds: float = 0.0,
        ports: Sequence[int] = (0,),
        observe: Observer = lambda visit: None,
    ) -> None:
        self._range: PracticeRange = practice_range()
        self._faults = _known(faults, self._range.faults)
        self._delay_seconds = delay_seconds
        self._ports = tuple(ports)
        self._observe = observe
        self._keys: SigningKeys | None = None
        self._server: LoopbackServer | None = None
        self._hosts: Mapping[str, Callable[[Request], Response]] = {}
        self._setting: Setting = self._range.played(self._faults)

    # --- running ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begins to serve, in threads of its own.

        Raises:
            PortTaken: none of the ports can be had.
        """
        if self._server is not None:
            return
        # Made here and not with the lab: making a key takes a while, and a face waits elsewhere.
        self._keys = self._keys or SigningKeys()
        self._server = LoopbackServer(
            self._answer,
            ports=self._ports,
            delay_seconds=self._delay_seconds,
            observe=self._observe,
        )
        self._play(self._keys)
        self._server.start()

    def stop(self) -> None:
        """Stops serving; returns when every connection is closed and every thread is gone."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    def set_faults(self, faults: Iterable[str]) -> None:
        """Switches these faults on and all others off; requests under way are not disturbed.

        Raises:
            UnknownFault: a fault does not exist; nothing is changed then.
        """
        self._faults = _known(faults, self._range.faults)
        if self._keys is not None:
            self._play(self._keys)

    def _play(self, keys: SigningKeys) -> None:
        setting = self._range.played(self._faults, port=self.port)
        provider = IdentityProvider(setting.provider, keys, time.time)
        agentcore = setting.agentcore
        hosts: dict[str, Callable[[Request], Response]] = dict.fromkeys(PAGE_HOSTS, self._page)
        hosts[setting.provider.host] = provider.answer
        hosts[agentcore.gateway_host] = Gateway(agentcore, provider.document, time.time).answer
        hosts[agentcore.runtime_host] = Runtime(agentcore, provider.document, time.time).answer
        self._setting, self._hosts = setting, hosts

    def _answer(self, request: Request) -> Response:
        # A name that is not played here was sent to this port by mistake, or by a foreign page.
        answer = self._hosts.get(request.host)
        return answer(request) if answer else _MISDIRECTED

    def _page(self, request: Request) -> Response:
        page = self._setting.page
        served = request.method == "GET" and request.path in page.paths
        return reply_response(page.reply if served else page.not_found, {})

    # --- what it plays ---------------------------------------------------------------------

    @property
    def journey(self) -> str:
        """The journey that can be walked here."""
        return self._range.journey

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that are on."""
        return self._faults

    @property
    def port(self) -> int:
        """The port that is served, 0 while nothing is."""
        return self._server.port if self._server else 0

    @property
    def routes(self) -> Mapping[str, str]:
        """The hosts that are played: name -> the loopback address that stands in for it."""
        setting = self._setting
        hosts = (
            setting.provider.host,
            setting.agentcore.gateway_host,
            setting.agentcore.runtime_host,
        )
        return dict.fromkeys(hosts, f"http://{ADDRESS}:{self.port}")

    @property
    def answers(self) -> Mapping[str, str]:
        """Good answers to every field of the journey, by field id; no secrets."""
        return self._setting.answers

    @property
    def client_secret(self) -> Secret:
        """The machine application's client secret. It is published and opens nothing else."""
        return Secret(next(iter(self._setting.worthless_secrets.values())))

    @property
    def places(self) -> Mapping[str, str]:
        """What is played, in words, and the address that it is known by."""
        setting = self._setting
        return {
            "identity provider": f"https://{setting.provider.host}",
            "gateway": self.gateway_url,
            "runtime": self.runtime_url,
            "test page": f"http://localhost:{self.port}",
        }

    @property
    def gateway_url(self) -> str:
        """The URL of the gateway's MCP endpoint."""
        return f"https://{self._setting.agentcore.gateway_host}/mcp"

    @property
    def runtime_url(self) -> str:
        """The URL that invokes the runtime."""
        agentcore = self._setting.agentcore
        arn = quote(agentcore.runtime_arn, safe="")
        host = agentcore.runtime_host
        return f"https://{host}/runtimes/{arn}/invocations?qualifier=DEFAULT"

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The latest requests, oldest first; none while nothing is served."""
        return self._server.visits if self._server else ()


def _known(faults: Iterable[str], known: Mapping[str, Fault]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(faults))
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UnknownFault(f"no fault {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return codes
