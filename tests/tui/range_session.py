"""A session on the practice range without sockets: what the range answers, asked directly.

Ports and times are the same on every run, so that whole screens can be compared; everything else
of the program is as it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.utils import formatdate
from urllib.parse import urlsplit

from agentcore_auth.journey import Walk
from agentcore_auth.lab.exchange import Request, Response, reply_response, target_of
from agentcore_auth.lab.gateway import Gateway
from agentcore_auth.lab.identity_provider import IdentityProvider
from agentcore_auth.lab.signing import SigningKeys
from agentcore_auth.profile import LAB_PROFILE, Profile, load_profile, profile_names, save_profile
from agentcore_auth.session import Session
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer
from agentcore_auth_checks.probes.base import Fetcher
from agentcore_auth_checks.probes.outgoing import request_headers, with_form_secret
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.practice_ranges import practice_range

PORT = 8080
KEYS = SigningKeys()

Answer = Callable[[Request], Response]


class InProcessRange:
    """Answers requests as the practice range does. `answers` holds what a test says instead."""

    def __init__(self, now: float) -> None:
        self._now = now
        self.answers: dict[str, Answer] = {}
        self.holding: asyncio.Event | None = None
        """Where set, every request waits for it."""
        self.asked: list[str] = []
        self.play(None)

    def play(self, fault: str | None) -> None:
        """Switches one fault on, or all off."""
        setting = practice_range().played((fault,) if fault else (), port=PORT)
        provider = IdentityProvider(setting.provider, KEYS, time.time)
        gateway = Gateway(setting.agentcore, provider.document, time.time)
        self.profile_answers = setting.answers
        self._page = setting.page
        self._hosts: Mapping[str, Answer] = {
            setting.provider.host: provider.answer,
            setting.agentcore.gateway_host: gateway.answer,
            "localhost": self._answer_page,
        }

    def _answer_page(self, request: Request) -> Response:
        served = request.path in self._page.paths
        return reply_response(self._page.reply if served else self._page.not_found, {})

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
        """Returns the range's answer, 10 ms later by its own account."""
        self.asked.append(url)
        if self.holding is not None:
            await self.holding.wait()
        parts = urlsplit(url)
        sent = with_form_secret(body, form_secret)
        fields = request_headers(
            method,
            parts.netloc,
            sent,
            headers=headers or {},
            credentials=credentials,
            bearer=bearer,
        )
        path, query = target_of(url.removeprefix(f"{parts.scheme}://{parts.netloc}"))
        request = Request(
            method=method,
            host=parts.hostname or "",
            path=path,
            query=query,
            headers={name.decode().lower(): value.decode() for name, value in fields},
            body=sent or b"",
        )
        answer = self.answers.get(path) or self._hosts[request.host]
        response = answer(request)
        dated = ("Date", formatdate(self._now, usegmt=True))
        return HttpAnswer(
            url=url,
            method=method,
            status=response.status,
            headers=(dated, *response.headers),
            body=response.body,
            seconds=0.01,
            received_at=self._now,
        )


class RangeSession(Session):
    """The session that the app is given.

    `now` is what every clock shows. It is a true time, since real tokens are checked by it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = float(int(time.time()))
        self.range = InProcessRange(self.now)

    def open_client(self, profile: Profile) -> AbstractAsyncContextManager[Fetcher]:
        """Opens the way to the range, and to nowhere else."""
        return self._client()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Fetcher]:
        yield self.range

    def walk(self, profile: Profile) -> Walk:
        """Returns a walk whose clock stands."""
        walk = super().walk(profile)
        walk.now = lambda: self.now
        return walk

    async def start_lab(self) -> Walk:
        """Returns the walk of the practice profile."""
        known = LAB_PROFILE in profile_names()
        profile = load_profile(LAB_PROFILE) if known else Profile(LAB_PROFILE, "okta-agentcore")
        profile.answers.update(self.range.profile_answers)
        profile.routes = {"practice.okta.example": f"http://127.0.0.1:{PORT}"}
        save_profile(profile)
        return self.walk(profile)

    def set_fault(self, code: str | None) -> None:
        """Switches one fault on, or all off."""
        self.range.play(code)
