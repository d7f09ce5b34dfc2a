"""The identity provider of the practice range: documents, sign-in, sign-out, tokens, CORS.

What it refuses and in which order follows the OAuth and OpenID Connect specifications; in which
words, the range's data. It has no people: a sign-in always ends with the error that the data
names.
"""

from __future__ import annotations

import base64
import hmac
import secrets as random_values
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import unquote_plus, urlencode

from agentcore_auth.lab.exchange import Request, Response, json_response, reply_response
from agentcore_auth.lab.signing import SigningKeys
from agentcore_auth_templates import practice_ranges as data
from agentcore_auth_templates.practice_ranges import filled

CLIENT_CREDENTIALS = "client_credentials"
AUTHORIZATION_CODE = "authorization_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # a grant's name
REFRESH_TOKEN = "refresh_token"  # noqa: S105  # a grant's name
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  # a type's name
GRANTS = frozenset({CLIENT_CREDENTIALS, AUTHORIZATION_CODE, TOKEN_EXCHANGE, REFRESH_TOKEN})
NO_STORE = ("Cache-Control", "no-store")


class Refused(Exception):  # it is an outcome, not an error
    """The request is refused with this reply."""

    def __init__(self, reply: data.Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class IdentityProvider:
    """Answers for one provider of the data. Safe to use from several threads."""

    def __init__(
        self, provider: data.IdentityProvider, keys: SigningKeys, now: Callable[[], float]
    ) -> None:
        self._provider = provider
        self._keys = keys
        self._now = now
        key = filled(provider.published_key, keys.public_values())
        self._values = {**keys.public_values(), "key.published": key}
        self._clients = {item.client_id: item for item in provider.applications.values()}
        self._endpoints = {
            path: endpoint for endpoint in provider.endpoints.values() for path in endpoint.paths
        }

    def answer(self, request: Request) -> Response:
        """Returns the response to a request, its date by this provider's clock."""
        try:
            response = self._answer(request)
        except Refused as refused:
            response = self._reply(refused.reply)
        return replace(response, clock_ahead=self._provider.clock_ahead)

    def document(self, url: str) -> Response:
        """Returns what a GET of one of this provider's URLs answers."""
        _, _, rest = url.removeprefix("https://").partition("/")
        return self.answer(Request("GET", self._provider.host, f"/{rest}", {}, {}))

    def _answer(self, request: Request) -> Response:
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            raise Refused(self._provider.refusals.unknown_path)
        if request.method == "OPTIONS" and endpoint.cross_origin:
            return self._preflight(endpoint, request)
        if request.method not in endpoint.methods:
            raise Refused(self._provider.refusals.method_not_allowed)
        try:
            response = self._served(endpoint, request)
        except Refused as refused:
            response = self._reply(refused.reply)
        headers = self._cross_origin(endpoint, request)
        return replace(response, headers=(*response.headers, *headers), stall=endpoint.stall)

    def _served(self, endpoint: data.Endpoint, request: Request) -> Response:
        if endpoint.instead is not None:
            return self._reply(endpoint.instead)
        match endpoint.does:
            case "authorize":
                return self._authorize(request.query)
            case "sign_out":
                return self._sign_out(request.query)
            case "token":
                return self._token(request)
            case "reply":
                return self._reply(endpoint.reply or data.Reply())

    def _reply(self, reply: data.Reply) -> Response:
        return reply_response(reply, self._values)

    # --- CORS (Fetch standard) -------------------------------------------------------------

    def _preflight(self, endpoint: data.Endpoint, request: Request) -> Response:
        if endpoint.preflight is not None:
            response = self._reply(endpoint.preflight)
        else:
            response = Response(200)
        return replace(response, headers=self._cross_origin(endpoint, request))

    def _cross_origin(
        self, endpoint: data.Endpoint, request: Request
    ) -> tuple[tuple[str, str], ...]:
        """Returns the headers that let a trusted origin's page read the answer; else nothing."""
        origin = request.headers.get("origin")
        if not endpoint.cross_origin or origin not in self._provider.trusted_origins:
            return ()
        allowed = self._provider.cross_origin_headers.items()
        return (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"), *allowed)

    # --- sign-in and sign-out --------------------------------------------------------------

    def _authorize(self, query: Mapping[str, str]) -> Response:
        """Answers an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.4.1)."""
        refusals = self._provider.refusals
        application = self._clients.get(query.get("client_id", ""))
        if application is None:
            raise Refused(refusals.application_page)
        redirect_uri = query.get("redirect_uri", "")
        if redirect_uri not in application.redirect_uris:
            raise Refused(refusals.redirect_uri_page)
        error, description = self._sign_in_error(application, query)
        if not error:
            return self._reply(refusals.nobody_signs_in_page)
        parameters = {"error": error, "error_description": description}
        return _sent_to(redirect_uri, parameters, query)

    def _sign_in_error(
        self, application: data.Application, query: Mapping[str, str]
    ) -> tuple[str, str]:
        if query.get("response_type") != "code":
            return "unsupported_response_type", "The response type is not supported."
        if AUTHORIZATION_CODE not in application.grants:
            return "unauthorized_client", "The client is not allowed to use the code flow."
        known = {*self._provider.scopes, *self._provider.user_scopes}
        if not known.issuperset(query.get("scope", "").split()):
            return "invalid_scope", "One or more scopes are not configured."
        if not application.secret and query.get("code_challenge_method") != "S256":
            return "invalid_request", "PKCE code challenge is required."
        if query.get("prompt") == "none":
            return self._provider.sign_in.error, self._provider.sign_in.description
        return "", ""

    def _sign_out(self, query: Mapping[str, str]) -> Response:
        """Answers a sign-out request (OpenID Connect RP-Initiated Logout 1.0 section 2)."""
        refusals = self._provider.refusals
        application = self._clients.get(query.get("client_id", ""))
        if application is None:
            raise Refused(refusals.application_page)
        return_to = query.get("post_logout_redirect_uri")
        if return_to is None:
            return self._reply(refusals.signed_out_page)
        if return_to not in application.sign_out_uris:
            raise Refused(refusals.sign_out_uri_page)
        return _sent_to(return_to, {}, query)

    # --- tokens ----------------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        """Answers a token request (RFC 6749 section 3.2, RFC 8693, RFC 9449 section 5)."""
        refusals = self._provider.refusals
        form = request.form()
        application = self._authenticated(request, form)
        grant = form.get("grant_type", "")
        if grant not in GRANTS:
            raise Refused(refusals.unsupported_grant)
        if grant not in application.grants:
            raise Refused(refusals.grant_not_allowed)
        if grant in (AUTHORIZATION_CODE, REFRESH_TOKEN):
            raise Refused(refusals.code_unknown)
        if application.requires_proof and "dpop" not in request.headers:
            raise Refused(refusals.proof_missing)
        subject = application.client_id
        if grant == TOKEN_EXCHANGE:
            claims = self._keys.claims_of(form.get("subject_token", ""))
            if claims is None:
                raise Refused(refusals.subject_token_invalid)
            subject = str(claims.get("sub", ""))
        scopes = form.get("scope", "").split()
        if not scopes:
            raise Refused(refusals.scope_missing)
        if not set(self._provider.scopes).issuperset(scopes):
            raise Refused(refusals.scope_unknown)
        if not self._provider.access_policy:
            raise Refused(refusals.policy_denied)
        return self._issued(application, subject, scopes, exchanged=grant == TOKEN_EXCHANGE)

    def _authenticated(self, request: Request, form: Mapping[str, str]) -> data.Application:
        """Returns the application whose credentials came along (RFC 6749 section 2.3.1)."""
        refusals = self._provider.refusals
        basic = _basic_credentials(request.headers.get("authorization", ""))
        if basic and "client_secret" in form:
            raise Refused(refusals.two_credentials)
        client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        application = self._clients.get(client_id)
        if application is None:
            raise Refused(refusals.unknown_client)
        if not hmac.compare_digest(application.secret.encode(), secret.encode()):
            raise Refused(refusals.wrong_secret)
        return application

    def _issued(
        self, application: data.Application, subject: str, scopes: list[str], *, exchanged: bool
    ) -> Response:
        shape = self._provider.token
        issued_at = int(self._now()) + self._provider.clock_ahead
        values: dict[str, object] = {
            **self._values,
            "token.id": random_values.token_urlsafe(32),
            "token.issued_at": issued_at,
            "token.expires_at": issued_at + shape.lifetime,
            "token.client_id": application.client_id,
            "token.subject": subject,
            "token.scopes": scopes,
        }
        header = cast("dict[str, object]", filled(shape.header, values))
        claims = cast("dict[str, object]", filled(shape.claims, values))
        stray = shape.signed_by == "stray"
        token = shape.instead or self._keys.sign(header, claims, stray=stray)
        members: dict[str, object] = {
            **shape.response,
            "expires_in": shape.lifetime,
            "access_token": token,
            "scope": " ".join(scopes),
        }
        if exchanged:
            members["issued_token_type"] = ACCESS_TOKEN
        return json_response(members, headers=(NO_STORE,))


def _sent_to(address: str, parameters: Mapping[str, str], query: Mapping[str, str]) -> Response:
    """Returns a redirect to a registered address, with the request's own state."""
    state = {"state": query["state"]} if "state" in query else {}
    carried = urlencode({**state, **parameters})
    location = f"{address}{'&' if '?' in address else '?'}{carried}" if carried else address
    return Response(302, (("Location", location), NO_STORE))


def _basic_credentials(header: str) -> tuple[str, str] | None:
    """Returns id and secret of a Basic header, form-decoded; None where there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
