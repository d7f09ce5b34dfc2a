"""Takes a pasted or issued token apart, strictly, and says what is wrong with each part.

Nothing here judges what a token says; that is what the rules do. Nothing here raises: whatever
text comes in, a `Token` goes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentcore_auth_checks import base64url, strict_json
from agentcore_auth_checks.algorithms import Algorithm, algorithm_of
from agentcore_auth_checks.base64url import EncodingFault
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.pasted import clean
from agentcore_auth_checks.strict_json import JsonProblem
from agentcore_auth_checks.text import Secret

PARTS = ("header", "payload", "signature")

_SIGNATURE_BEGUN = 22
"""Characters (16 bytes) from which a too short signature counts as one that was cut off."""

_OPENING_BRACE = re.compile("e[w-z]")
"""What `{` becomes in base64, with whatever follows it."""


def parse_token(given: Secret, *, source: str = "") -> Token:
    """Returns the token in a pasted text, or issued by a server, taken apart.

    Args:
        given: whatever was pasted: the token itself, a header line, a whole token response.
        source: name of the probe that got it.
    """
    pasted = clean(given.reveal())
    secret = Secret(pasted.text)
    if pasted.problem:
        return Token(
            text=secret, cleaned=pasted.cleaned, shape_problem=pasted.problem, source=source
        )
    parts = pasted.text.split(".")
    if len(parts) != len(PARTS):
        problem = _other_shape(parts)
        return Token(text=secret, cleaned=pasted.cleaned, shape_problem=problem, source=source)
    header_bytes, header_fault = base64url.decode(parts[0])
    if header_bytes is None and len(parts[0]) < len("e30"):
        return Token(
            text=secret,
            cleaned=pasted.cleaned,
            shape_problem=("shape.opaque", "3 parts, none of them a JSON header"),
            source=source,
        )
    payload_bytes, payload_fault = base64url.decode(parts[1])
    signature, signature_fault = base64url.decode(parts[2])
    header, header_problem = _members(header_bytes)
    payload, payload_problem = _members(payload_bytes)
    algorithm = algorithm_of(header)
    if _is_cut(signature, signature_fault, algorithm):
        signature_fault = None
    faults = zip((header_fault, payload_fault, signature_fault), PARTS, strict=True)
    encoding = next(((f"b64.{fault}", part) for fault, part in faults if fault), None)
    shape = _empty_part(parts, header) or _cut_signature(parts[2], signature_fault, algorithm)
    return Token(
        text=secret,
        cleaned=pasted.cleaned,
        shape_problem=shape,
        header=header,
        header_problem=header_problem,
        payload=payload,
        payload_problem=payload_problem,
        signing_input=None if encoding else Secret(f"{parts[0]}.{parts[1]}"),
        signature=None if signature_fault else signature,
        encoding_problem=encoding,
        source=source,
    )


def _members(data: bytes | None) -> tuple[Mapping[str, object] | None, JsonProblem | None]:
    # An empty part is a matter of shape; JSON has nothing to add.
    return strict_json.decode_object(data) if data else (None, None)


def _other_shape(parts: list[str]) -> tuple[str, str]:
    """Returns what a text is that has not got three parts."""
    seen = f"{len(parts)} part{'' if len(parts) == 1 else 's'}"
    data, _ = base64url.decode(parts[0])
    if not _OPENING_BRACE.match(parts[0]):
        if data and data.lstrip().startswith(b"<") and b"saml" in data.lower():
            return "shape.saml", "XML in base64"
        return "shape.opaque", f"{seen}, none of them a JSON header"
    if len(parts) == 5 and (not data or b'"enc"' in data):
        return "shape.jwe", "5 parts, the header names an encryption"
    return "shape.segments", seen


def _empty_part(parts: list[str], header: Mapping[str, object] | None) -> tuple[str, str] | None:
    for part, name in zip(parts, PARTS, strict=True):
        if part:
            continue
        algorithm = header.get("alg") if header else None
        if name == "signature" and isinstance(algorithm, str) and algorithm.lower() == "none":
            # Having no signature is what this algorithm means; the algorithm is the fault.
            return None
        return f"shape.empty_{name}", f"nothing where the {name} should be"
    return None


def _cut_signature(
    text: str, fault: EncodingFault | None, algorithm: Algorithm | None
) -> tuple[str, str] | None:
    """Returns that the token stops inside its signature, where that can be told.

    No encoder ends after one character of a group of four. With fewer characters than the
    algorithm's smallest signature has, the text was cut off, not altered.
    """
    if fault is not EncodingFault.LENGTH or algorithm is None:
        return None
    if _SIGNATURE_BEGUN <= len(text) < algorithm.smallest_signature * 4 / 3:
        return "shape.segments", f"the signature stops after {len(text)} characters"
    return None


def _is_cut(
    signature: bytes | None, fault: EncodingFault | None, algorithm: Algorithm | None
) -> bool:
    """Whether trailing bits are set only because the signature goes on where the text does not."""
    return (
        fault is EncodingFault.NONCANONICAL
        and signature is not None
        and algorithm is not None
        and not algorithm.may_sign_with(len(signature))
    )
