"""Requests to the lab as its clients send them: by plain HTTP, with the name that is meant."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from agentcore_auth.lab.practice import Lab

PROVIDER = "https://practice.okta.example"
SERVER = f"{PROVIDER}/oauth2/default"
DISCOVERY = f"{SERVER}/.well-known/openid-configuration"
KEYS = f"{SERVER}/v1/keys"
AUTHORIZE = f"{SERVER}/v1/authorize"
SIGN_OUT = f"{SERVER}/v1/logout"
TOKEN = f"{SERVER}/v1/token"
SIGN_IN_CALL = f"{PROVIDER}/api/v1/authn"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Requests:
    """Sends to the lab's port whatever is asked of one of the names that it plays."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._client = httpx.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        self._client.close()

    def send(
        self, method: str, url: str, *, headers: Mapping[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        parts = urlsplit(url)
        target = f"http://127.0.0.1:{self.lab.port}{parts.path}"
        if parts.query:
            target += f"?{parts.query}"
        named = {"Host": parts.netloc, **(headers or {})}
        return self._client.request(method, target, headers=named, **more)

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.send("GET", url, **more)

    def authorize(self, client_id: str, redirect_uri: str, **changed: str) -> httpx.Response:
        query = {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "prompt": "none",
            "state": "practice-state",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            **changed,
        }
        return self.send("GET", AUTHORIZE, params=query)

    def sign_out(self, client_id: str, return_to: str) -> httpx.Response:
        query = {"client_id": client_id, "post_logout_redirect_uri": return_to}
        return self.send("GET", SIGN_OUT, params=query)

    def preflight(self, url: str, origin: str) -> httpx.Response:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        return self.send("OPTIONS", url, headers=headers)

    def token(self, **changed: str) -> httpx.Response:
        """Asks for a token as the machine application does."""
        machine = self.lab.answers["okta.m2m.client_id"]
        form = {"grant_type": "client_credentials", "scope": "api", **changed}
        credentials = (machine, self.lab.client_secret.reveal())
        return self.send("POST", TOKEN, data=form, auth=credentials)

    def access_token(self) -> str:
        token = self.token().json()["access_token"]
        assert isinstance(token, str)
        return token

    def call(
        self, url: str, token: str | None = None, *, body: object = None, **headers: str
    ) -> httpx.Response:
        """Posts JSON to an AgentCore endpoint, with a token or without."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["Authorization"] = f"Bearer {token}"
        return self.send("POST", url, headers=named, json=body if body is not None else {})


def part(token: str, number: int) -> dict[str, Any]:
    """Returns the header (0) or the claims (1) of a token."""
    text = token.split(".")[number]
    members = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert isinstance(members, dict)
    return members


def sent_along(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """Returns where a redirect leads, and the parameters that it carries."""
    address, _, query = response.headers["Location"].partition("?")
    return address, {name: values[0] for name, values in parse_qs(query).items()}


def rpc(method: str, number: int | None = 1, **parameters: object) -> dict[str, object]:
    """Returns a JSON-RPC request, or a notification where it has no number."""
    message: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": parameters}
    return message if number is None else {**message, "id": number}
