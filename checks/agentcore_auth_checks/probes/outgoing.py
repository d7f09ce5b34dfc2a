"""What goes out: a request's headers and body, with the secrets put in at the last moment."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote_plus

from agentcore_auth_checks.facts.http import NoAnswer
from agentcore_auth_checks.probes.connecting import NotReached
from agentcore_auth_checks.text import Secret

USER_AGENT = "agentcore-auth"

_FORM = "application/x-www-form-urlencoded"
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# RFC 9110 sections 5.1 and 5.5.
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")


def with_form_secret(body: bytes | None, form_secret: tuple[str, Secret] | None) -> bytes | None:
    """Returns the body with one more form member at its end, a secret one.

    Raises:
        NotReached: the secret is no text that can be encoded.
    """
    if form_secret is None:
        return body
    name, secret = form_secret
    member = f"{quote_plus(name)}={_form_encoded(secret)}".encode()
    return body + b"&" + member if body else member


def request_headers(
    method: str,
    host: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str],
    credentials: tuple[str, Secret] | None,
    bearer: Secret | None,
) -> list[tuple[bytes, bytes]]:
    """Returns the header fields of a request, as they are sent.

    Raises:
        NotReached: one of them cannot be sent. The message names it and never quotes it.
    """
    fields = {"user-agent": USER_AGENT, "accept": "*/*"}
    fields |= {name.lower(): value for name, value in headers.items()}
    fields |= {"host": host, "accept-encoding": "identity"}
    if credentials is not None:
        user, secret = credentials
        # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote_plus(user)}:{_form_encoded(secret)}"
        fields["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if bearer is not None:
        fields["authorization"] = f"Bearer {bearer.reveal()}"
    if body is not None or method in _METHODS_WITH_BODY:
        fields["content-length"] = str(len(body or b""))
    return [_field(name, value) for name, value in fields.items()]


def _field(name: str, value: str) -> tuple[bytes, bytes]:
    if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        detail = f"nothing was sent: the header {name} has a character that no header may have"
        raise NotReached(NoAnswer.BROKEN, detail)
    return name.title().encode(), value.encode("latin-1")


def _form_encoded(secret: Secret) -> str:
    try:
        return quote_plus(secret.reveal())
    except UnicodeEncodeError:
        detail = "nothing was sent: the secret has a character that is no text"
    # Outside the handler: the error it caught holds the secret.
    raise NotReached(NoAnswer.BROKEN, detail)
