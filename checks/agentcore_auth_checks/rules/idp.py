"""What an authorization server's refusals mean: sign-in, sign-out, token, advertised grants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    OAuthError,
    SignOutAnswer,
    TokenAnswer,
)
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument
from agentcore_auth_checks.facts.http import Exchange, Fetched, HttpAnswer
from agentcore_auth_checks.facts.profile import KnownProvider
from agentcore_auth_checks.findings import Finding, Severity, Where, failed, skipped
from agentcore_auth_checks.rules.base import Condition, rule
from agentcore_auth_checks.rules.subjects import (
    TOO_MANY_REQUESTS,
    answered,
    answered_to_the_point,
    is_to_the_point,
)
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.packs import KnownError

PROVES_REGISTRATION = frozenset(
    {
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    }
)
"""Errors that only a known client with a registered redirect URI gets (OpenID Connect Core 1.0,
section 3.1.2.6)."""

COMMON_TOKEN_ERRORS = {
    "invalid_client": "idp.invalid_client",
    "unauthorized_client": "idp.unauthorized_client",
    "invalid_scope": "idp.invalid_scope",
    "invalid_dpop_proof": "idp.dpop_required",
    "use_dpop_nonce": "idp.dpop_required",
    "consent_required": "idp.consent_required",
    "mfa_required": "idp.mfa_required",
}
"""What RFC 6749 (5.2), RFC 9449 (5) and OpenID Connect say, whoever the provider is."""

COMMON_AUTHORIZE_ERRORS = {
    "unauthorized_client": "idp.unauthorized_client",
    "unsupported_response_type": "idp.unauthorized_client",
    "invalid_client": "idp.invalid_client",
    "invalid_scope": "idp.invalid_scope",
}

CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # a grant's name


@rule(
    "idp.redirect_uri_mismatch",
    "idp.invalid_client",
    "idp.unauthorized_client",
    "idp.not_assigned",
    "idp.invalid_scope",
    "idp.policy_denied",
    "idp.unknown_error",
    needs=(AuthorizeAnswer,),
    when=answered_to_the_point(AuthorizeAnswer),
)
def sign_in_is_registered(facts: Facts) -> Iterator[Finding]:
    """The application may sign people in and be returned to each of its addresses."""
    for answer in facts.all(AuthorizeAnswer):
        if _went_on(answer):
            yield skipped(
                "idp.*",
                f"Sign-in with {answer.client_id} to {answer.redirect_uri}: skipped",
                "the provider showed a page of its own instead of answering a request that "
                "allows none (prompt=none), so nothing can be told from it",
                source=answer.source,
            )
            continue
        if answer.expects_refusal or not isinstance(answer.exchange, HttpAnswer):
            continue
        if _is_registered(answer) or not is_to_the_point(answer.exchange):
            continue
        common = COMMON_AUTHORIZE_ERRORS
        error = answer.error
        code = _code(facts, "authorize", error, answer.page, common) or "idp.unknown_error"
        yield failed(
            code,
            expected=f"a return to {answer.redirect_uri}",
            actual=_said(error, answer.page, answer.exchange),
            where=Where(url=answer.exchange.url.partition("?")[0]),
            values={"client_id": answer.client_id, "redirect_uri": answer.redirect_uri},
            source=answer.source,
        )


@rule(
    "idp.client_ids_swapped", needs=(AuthorizeAnswer,), when=answered_to_the_point(AuthorizeAnswer)
)
def ids_are_in_their_places(facts: Facts) -> Iterator[Finding]:
    """The machine's id does not sign people in, and the other one does."""
    answers = facts.all(AuthorizeAnswer)
    for machine in answers:
        if not machine.expects_refusal or not _is_registered(machine):
            continue
        person = next(
            (
                other
                for other in answers
                if other.redirect_uri == machine.redirect_uri and not other.expects_refusal
            ),
            None,
        )
        if person is not None and _is_registered(person):
            continue
        yield failed(
            "idp.client_ids_swapped",
            expected=f"{machine.client_id} is refused as a sign-in application",
            actual=f"{machine.client_id} signs people in",
            values={"client_id": machine.client_id},
            source=machine.source,
        )


@rule(
    "idp.sign_out_uri_mismatch",
    "idp.invalid_client",
    needs=(SignOutAnswer,),
    when=answered_to_the_point(SignOutAnswer),
)
def sign_out_is_registered(facts: Facts) -> Iterator[Finding]:
    """People are returned to the page after signing out."""
    for answer in facts.all(SignOutAnswer):
        if answer.accepted or not isinstance(answer.exchange, HttpAnswer):
            continue
        if not is_to_the_point(answer.exchange):
            continue
        if answer.error is None and 300 <= answer.exchange.status < 400:
            yield skipped(
                "idp.*",
                f"Sign-out to {answer.return_to}: skipped",
                "the provider went on to an address of its own and named no error, so nothing "
                "can be told from it",
                source=answer.source,
            )
            continue
        code = _code(facts, "sign_out", answer.error, answer.page, {})
        yield failed(
            code or "idp.sign_out_uri_mismatch",
            expected=f"a return to {answer.return_to}",
            actual=_said(answer.error, answer.page, answer.exchange),
            where=Where(url=answer.exchange.url.partition("?")[0]),
            values={"client_id": answer.client_id, "redirect_uri": answer.return_to},
            source=answer.source,
        )


@rule(
    "idp.invalid_client",
    "idp.unauthorized_client",
    "idp.invalid_scope",
    "idp.policy_denied",
    "idp.dpop_required",
    "idp.not_assigned",
    "idp.consent_required",
    "idp.mfa_required",
    "idp.unknown_error",
    needs=(TokenAnswer,),
    when=answered_to_the_point(TokenAnswer),
)
def token_is_issued(facts: Facts) -> Iterator[Finding]:
    """The token endpoint issues a token for this id, secret and scope."""
    for answer in facts.all(TokenAnswer):
        exchange = answer.exchange
        if answer.access_token is not None or not isinstance(exchange, HttpAnswer):
            continue
        if not is_to_the_point(exchange):
            continue
        code = _code(facts, "token", answer.error, Untrusted(""), COMMON_TOKEN_ERRORS)
        yield failed(
            code or "idp.unknown_error",
            expected="an access token",
            actual=_said(answer.error, Untrusted(""), exchange),
            where=Where(url=answer.endpoint),
            values={"client_id": answer.client_id, "scope": answer.scope},
            source=answer.source,
        )


@rule("idp.rate_limited", needs=(Fetched,), when=answered(Fetched))
def nobody_is_held_back(facts: Facts) -> Iterator[Finding]:
    """The provider answers as often as it is asked."""
    for fact in facts.all(Fetched):
        exchange: Exchange | None = getattr(fact, "exchange", None)
        if isinstance(exchange, HttpAnswer) and exchange.status == TOO_MANY_REQUESTS:
            wait = exchange.header("Retry-After")
            yield failed(
                "idp.rate_limited",
                actual=Untrusted(f"429, to be asked again after {wait} s" if wait else "429"),
                where=Where(url=exchange.url.partition("?")[0]),
                source=fact.source,
            )


def _lists(member: str) -> Condition:
    def holds(facts: Facts) -> bool:
        documents = facts.all(DiscoveryDocument)
        return any(document.list_member(member) is not None for document in documents)

    return holds


@rule(
    "idp.scope_not_advertised",
    needs=(DiscoveryDocument, TokenAnswer),
    when=_lists("scopes_supported"),
)
def scope_is_advertised(facts: Facts) -> Iterator[Finding]:
    """The discovery document lists the scope that is asked for."""
    wanted = dict.fromkeys(answer.scope for answer in facts.all(TokenAnswer) if answer.scope)
    for document in facts.all(DiscoveryDocument):
        listed = document.list_member("scopes_supported")
        if listed is None:
            continue
        for scope in wanted:
            if scope not in listed:
                yield failed(
                    "idp.scope_not_advertised",
                    expected=scope,
                    actual=tuple(Untrusted(name) for name in listed),
                    where=Where(url=document.url, field="scopes_supported"),
                    values={"scope": scope},
                    source=document.source,
                )


@rule(
    "idp.grant_not_advertised",
    "idp.token_exchange_disabled",
    needs=(DiscoveryDocument,),
    when=_lists("grant_types_supported"),
)
def grants_are_advertised(facts: Facts) -> Iterator[Finding]:
    """The discovery document lists the grants that are needed."""
    for document in facts.all(DiscoveryDocument):
        listed = document.list_member("grant_types_supported")
        if listed is None:
            continue
        for grant, code in (
            (CLIENT_CREDENTIALS, "idp.grant_not_advertised"),
            (TOKEN_EXCHANGE, "idp.token_exchange_disabled"),
        ):
            if grant not in listed:
                yield failed(
                    code,
                    expected=grant,
                    actual=tuple(Untrusted(name) for name in listed),
                    where=Where(url=document.url, field="grant_types_supported"),
                    source=document.source,
                    # A server may grant what it does not list: only a token request can tell.
                    severity=Severity.WARN,
                )


def _is_registered(answer: AuthorizeAnswer) -> bool:
    """Whether the answer is one that only a registered client and address get."""
    if not answer.redirected:
        return False
    return answer.error is None or answer.error.error.raw in PROVES_REGISTRATION


def _went_on(answer: AuthorizeAnswer) -> bool:
    """Whether the server went on to a page of its own, as if it might ask: it decided nothing.

    Such a page may well speak of redirect URIs and clients in its scripts and addresses.
    """
    exchange = answer.exchange
    if not isinstance(exchange, HttpAnswer) or answer.redirected or answer.error:
        return False
    return 200 <= exchange.status < 400


def _code(
    facts: Facts,
    place: str,
    error: OAuthError | None,
    page: Untrusted,
    common: dict[str, str],
) -> str | None:
    """Returns the code of an error: the provider's own dictionary first, then what is common."""
    known = facts.first(KnownProvider)
    for entry in known.pack.errors if known else ():
        if entry.at == place and _matches(entry, error, page):
            return entry.code
    return common.get(error.error.raw) if error else None


def _matches(entry: KnownError, error: OAuthError | None, page: Untrusted) -> bool:
    if entry.error and (error is None or error.error.raw != entry.error):
        return False
    if not entry.text:
        return True
    said = page.raw if error is None else f"{error.error.raw}: {error.description.raw}"
    return re.search(entry.text, said) is not None


def _said(error: OAuthError | None, page: Untrusted, exchange: HttpAnswer) -> Untrusted:
    """Returns what the provider said, short enough to be shown."""
    if error is not None:
        description = f": {error.description.raw}" if error.description.raw else ""
        return Untrusted(f"{error.error.raw}{description}")
    words = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page.raw, flags=re.DOTALL | re.I)
    shown = " ".join(words.split())[:200]
    return Untrusted(f"{exchange.status} {shown}".strip())


RULES = (
    ids_are_in_their_places,  # First: swapped ids explain whatever else is refused.
    sign_in_is_registered,
    sign_out_is_registered,
    token_is_issued,
    nobody_is_held_back,
    scope_is_advertised,
    grants_are_advertised,
)
