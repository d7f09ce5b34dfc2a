"""The discovery URL and the document it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agentcore_auth_checks.addresses import host_is_public, host_spells_special_address
from agentcore_auth_checks.authorizer import shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument, KeySet
from agentcore_auth_checks.facts.http import HttpAnswer, HttpFailure, NoAnswer
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.findings import Finding, Severity, Value, Where, failed
from agentcore_auth_checks.recognition import may_name_issuer
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import in_command, was_answered
from agentcore_auth_checks.strict_json import json_type
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_checks.urls import UrlRefused, read_url
from agentcore_auth_templates.token_marks import token_marks

_DISCOVERY_URL = re.compile(
    r"[^\s?#]+/\.well-known/(?:openid-configuration|oauth-authorization-server)(?:/[^\s?#]+)?"
)
"""The pattern of `discoveryUrl` in the service model."""

_ISSUER_PATH = re.compile(r"[A-Za-z0-9._~:@!$&'()*+,;=%/-]*")
"""Characters of a path (RFC 3986 section 3.3)."""

_HOST_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")

_WELL_KNOWN = ("openid-configuration", "oauth-authorization-server")

_REFUSALS = {
    NoAnswer.BAD_URL: "disc.url_pattern",
    NoAnswer.NOT_HTTPS: "disc.not_https",
    NoAnswer.HOST_NOT_PUBLIC: "disc.host_not_public",
}
_KEY_SET_REFUSALS = {
    NoAnswer.BAD_URL: "disc.jwks_uri_not_https",
    NoAnswer.NOT_HTTPS: "disc.jwks_uri_not_https",
    NoAnswer.HOST_NOT_PUBLIC: "disc.jwks_uri_host_not_public",
}


@dataclass(frozen=True, slots=True)
class _Address:
    """A URL that a document is fetched from, and where it stands.

    `is_reached` tells that the guarded client got an answer there: then the user has opened the
    host, be it this machine or a private one.
    """

    url: str
    source: str
    field: str = ""
    is_discovery: bool = True
    is_reached: bool = False
    refused: HttpFailure | None = None


@rule(
    "disc.url_whitespace",
    "disc.not_https",
    "disc.url_userinfo",
    "disc.host_not_public",
    "disc.url_pattern",
    "disc.okta_admin_host",
    "disc.cognito_hosted_ui_host",
    "disc.entra_common",
    needs=(JsonDocument,),
)
def documents_have_usable_addresses(facts: Facts) -> Iterator[Finding]:
    """The discovery URL has the form that AgentCore requires, and a public host."""
    configured = {settings.discovery_url for settings in facts.all(AuthorizerSettings)}
    for document in facts.all(JsonDocument):
        if isinstance(document, KeySet) or not document.url or document.url in configured:
            continue
        yield from _url_findings(_address_of(document, document.url, document.source))


@rule(
    "disc.url_whitespace",
    "disc.not_https",
    "disc.url_userinfo",
    "disc.host_not_public",
    "disc.url_pattern",
    "disc.okta_admin_host",
    "disc.cognito_hosted_ui_host",
    "disc.entra_common",
    needs=(AuthorizerSettings,),
)
def authorizer_has_a_usable_address(facts: Facts) -> Iterator[Finding]:
    """The authorizer's discovery URL has the form that AgentCore requires, and a public host."""
    documents = {document.url: document for document in facts.all(DiscoveryDocument)}
    for settings in facts.all(AuthorizerSettings):
        document = documents.get(settings.discovery_url)
        source = document.source if document else settings.source
        yield from _url_findings(_address_of(document, settings.discovery_url, source))


def _address_of(document: JsonDocument | None, url: str, source: str) -> _Address:
    exchange = document.exchange if document else None
    return _Address(
        url=url,
        source=source,
        field="discoveryUrl",
        is_discovery=document is None or isinstance(document, DiscoveryDocument),
        is_reached=isinstance(exchange, HttpAnswer),
        refused=exchange if isinstance(exchange, HttpFailure) else None,
    )


def _url_findings(address: _Address) -> Iterator[Finding]:
    fault = _url_fault(address)
    if fault is None and address.refused and address.refused.reason in _REFUSALS:
        fault = _REFUSALS[address.refused.reason], "an address to fetch", address.refused.detail
    if fault:
        code, expected, actual = fault
        yield _about_url(address, code, expected, actual)
    for mark in token_marks().discovery_urls:
        if re.fullmatch(mark.pattern, address.url.strip()):
            yield _about_url(address, mark.code, mark.expected, Untrusted(address.url))


def _about_url(address: _Address, code: str, expected: str, actual: Value) -> Finding:
    return failed(
        code,
        expected=expected,
        actual=actual,
        where=Where(url=address.url, field=address.field),
        values={"url": in_command(address.url)},
        source=address.source,
    )


def _url_fault(address: _Address) -> tuple[str, str, Value] | None:
    """Returns the first fault in a URL's text: code, what was expected, what was found."""
    url, actual = address.url, Untrusted(address.url)
    if any(character.isspace() for character in url):
        return "disc.url_whitespace", "no white space", actual
    scheme, _, rest = url.partition("://")
    is_http = scheme.lower() == "http" and rest != ""
    if is_http and not address.is_reached:
        return "disc.not_https", "https://", actual
    if "@" in rest.partition("/")[0]:
        return "disc.url_userinfo", "a host alone", actual
    try:
        parts = read_url(url)
    except UrlRefused as refused:
        return "disc.url_pattern", "a URL", f"none: {refused}"
    if parts.scheme not in ("https", "http"):
        return "disc.url_pattern", "an https URL", actual
    if not address.is_reached and not _is_public(parts.host):
        return "disc.host_not_public", "a public host", Untrusted(parts.host)
    if address.is_discovery and not _DISCOVERY_URL.fullmatch(url):
        return "disc.url_pattern", "the issuer + /.well-known/openid-configuration", actual
    return None


def _is_public(host: str) -> bool:
    return host_is_public(host) and not host_spells_special_address(host)


def _is_answered(facts: Facts) -> bool:
    return any(isinstance(each.exchange, HttpAnswer | None) for each in _metadata(facts))


def _metadata(facts: Facts) -> tuple[JsonDocument, ...]:
    return tuple(each for each in facts.all(JsonDocument) if not isinstance(each, KeySet))


@rule("disc.not_json", "disc.error_document", needs=(JsonDocument,), when=_is_answered)
def documents_are_metadata(facts: Facts) -> Iterator[Finding]:
    """What the discovery URL answers is metadata in JSON."""
    for document in _metadata(facts):
        if document.exchange is not None and not isinstance(document.exchange, HttpAnswer):
            continue
        is_discovery = isinstance(document, DiscoveryDocument)
        if was_answered(document) and document.problem:
            problem = document.problem
            actual: Value = Untrusted(problem.detail or problem.fault.value)
            yield _about(document, "disc.not_json", "a JSON object", actual)
        elif was_answered(document) and not isinstance(document.content, dict):
            actual = f"a JSON {json_type(document.content)}"
            yield _about(document, "disc.not_json", "a JSON object", actual)
        elif (
            is_discovery
            and document.members
            and _is_error(document)
            and not _is_held_back(document)
        ):
            yield _about(document, "disc.error_document", "metadata", _error_text(document))
        elif was_answered(document) and document.member and document.member not in document.members:
            expected = f"the member {document.member}"
            yield _about(document, "disc.error_document", expected, _error_text(document))


TOO_MANY_REQUESTS = 429
_METADATA = frozenset({"issuer", "jwks_uri", "authorization_endpoint", "token_endpoint"})
_ERRORS = ("error", "errorCode", "errors", "message", "Message", "statusCode", "status", "code")
_ERROR_TEXTS = ("error_description", "errorSummary", "message", "Message", "error", "errorCode")


def _is_error(document: JsonDocument) -> bool:
    """Whether a JSON object is an error by its status, or holds an error and no metadata."""
    if not was_answered(document):
        return True
    if _METADATA.intersection(document.members):
        return False
    return any(name in document.members for name in _ERRORS)


def _is_held_back(document: JsonDocument) -> bool:
    """Whether the status tells of too many requests, and not of the document."""
    exchange = document.exchange
    return isinstance(exchange, HttpAnswer) and exchange.status == TOO_MANY_REQUESTS


def _error_text(document: JsonDocument) -> Value:
    texts = (document.text_member(name) for name in _ERROR_TEXTS)
    text = next((text for text in texts if text), None)
    return Untrusted(text if text is not None else ", ".join(document.members) or "no members")


def _documents(facts: Facts) -> Iterator[DiscoveryDocument]:
    """Yields the discovery documents that are there to be judged."""
    for document in facts.all(DiscoveryDocument):
        is_object = isinstance(document.content, dict)
        if is_object and was_answered(document) and not _is_error(document):
            yield document


def _has_documents(facts: Facts) -> bool:
    return any(_documents(facts))


@rule(
    "disc.issuer_missing",
    "disc.issuer_template",
    "disc.issuer_invalid_url",
    "disc.issuer_url_mismatch",
    needs=(DiscoveryDocument,),
    when=_has_documents,
)
def issuer_is_the_addresses(facts: Facts) -> Iterator[Finding]:
    """The discovery document states the issuer whose URL it is published under."""
    for document in _documents(facts):
        issuer = document.members.get("issuer")
        if issuer is None or issuer == "":
            yield _about(document, "disc.issuer_missing", "an issuer", None, "issuer")
        elif isinstance(issuer, str) and "{" in issuer:
            yield _about(
                document, "disc.issuer_template", "no placeholder", shown(issuer), "issuer"
            )
        elif not isinstance(issuer, str) or not _is_issuer(issuer, document):
            finding = _about(
                document, "disc.issuer_invalid_url", "an https URL", shown(issuer), "issuer"
            )
            # Google's was a bare host name for years, and its tokens had the same.
            is_name = isinstance(issuer, str) and _HOST_NAME.fullmatch(issuer)
            yield replace(finding, severity=Severity.INFO) if is_name else finding
        elif not _publishes(document.url, issuer) and not _has_url_fault(document):
            yield _about(
                document,
                "disc.issuer_url_mismatch",
                Untrusted(_issuer_of(document.url)),
                shown(issuer),
                "issuer",
            )


def _has_url_fault(document: JsonDocument) -> bool:
    return any(_url_findings(_address_of(document, document.url, document.source)))


def _is_issuer(issuer: str, document: JsonDocument) -> bool:
    """Whether a text can be an issuer (OpenID Connect Discovery 1.0 section 3)."""
    try:
        parts = read_url(issuer)
    except UrlRefused:
        return False
    # A document from this machine, opened by the user, may speak of itself over http.
    local = isinstance(document.exchange, HttpAnswer) and not _is_public(parts.host)
    return (parts.scheme == "https" or (local and parts.scheme == "http")) and bool(
        _ISSUER_PATH.fullmatch(parts.target)
    )


def _publishes(url: str, issuer: str) -> bool:
    """Whether a discovery URL is one of the issuer's, or is known to state another."""
    if not _DISCOVERY_URL.fullmatch(url) or may_name_issuer(url, issuer):
        # Another form of URL is a fault of its own.
        return True
    whole = issuer.rstrip("/")
    scheme, _, rest = whole.partition("://")
    host, slash, path = rest.partition("/")
    own = (
        # The first is OpenID Connect Discovery 1.0 section 4, the second RFC 8414 section 3.1.
        *(f"{whole}/.well-known/{name}" for name in _WELL_KNOWN),
        *(f"{scheme}://{host}/.well-known/{name}{slash}{path}" for name in _WELL_KNOWN),
    )
    return _same_host_case(url) in {_same_host_case(each) for each in own}


def _issuer_of(url: str) -> str:
    """Returns the issuer that a discovery URL belongs to, in either of its two forms."""
    base, _, rest = url.partition("/.well-known/")
    _, slash, path = rest.partition("/")
    return f"{base}{slash}{path}"


def _same_host_case(url: str) -> str:
    """Returns a URL with scheme and host in lower case, which mean the same in any."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


@rule(
    "disc.jwks_uri_missing",
    "disc.jwks_uri_not_https",
    "disc.jwks_uri_host_not_public",
    needs=(DiscoveryDocument,),
    when=_has_documents,
)
def keys_have_a_usable_address(facts: Facts) -> Iterator[Finding]:
    """The discovery document names a key set on a public host."""
    fetched = {key_set.url: key_set.exchange for key_set in facts.all(KeySet) if key_set.exchange}
    for document in _documents(facts):
        url = document.members.get("jwks_uri")
        if not isinstance(url, str) or not url:
            yield _about(document, "disc.jwks_uri_missing", "a URL", shown(url), "jwks_uri")
            continue
        exchange = fetched.get(url)
        if isinstance(exchange, HttpFailure):
            code = _KEY_SET_REFUSALS.get(exchange.reason)
        else:
            code = None if isinstance(exchange, HttpAnswer) else _key_set_fault(url)
        if code:
            yield _about(document, code, "an https URL of a public host", shown(url), "jwks_uri")


def _key_set_fault(url: str) -> str | None:
    try:
        parts = read_url(url)
    except UrlRefused:
        return "disc.jwks_uri_not_https"
    if parts.scheme != "https":
        return "disc.jwks_uri_not_https"
    return None if _is_public(parts.host) else "disc.jwks_uri_host_not_public"


@rule("disc.endpoint_missing", needs=(DiscoveryDocument,), when=_has_documents)
def document_names_its_endpoints(facts: Facts) -> Iterator[Finding]:
    """The discovery document names the endpoint that AgentCore's parser requires."""
    for document in _documents(facts):
        if not document.text_member("authorization_endpoint"):
            name = "authorization_endpoint"
            yield _about(document, "disc.endpoint_missing", f"{name} with a URL", None, name)


def _about(
    document: JsonDocument, code: str, expected: Value, actual: Value, field: str = ""
) -> Finding:
    issuer = document.text_member("issuer")
    values = {"url": in_command(document.url)}
    if issuer:
        values["issuer"] = in_command(issuer)
    return failed(
        code,
        expected=expected,
        actual=actual,
        where=Where(url=document.url, field=field),
        values=values,
        source=document.source,
    )


RULES = (
    documents_have_usable_addresses,
    authorizer_has_a_usable_address,
    documents_are_metadata,
    issuer_is_the_addresses,
    keys_have_a_usable_address,
    document_names_its_endpoints,
)
