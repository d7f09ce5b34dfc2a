"""The text that was given as a token: what was round it, what shape it has, how it is encoded."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule

_PASTED = (
    "token.empty",
    "token.placeholder",
    "token.masked",
    "token.too_large",
    "token.is_token_response",
    "token.header_line",
    "token.bearer_prefix",
    "token.quoted",
    "token.whitespace",
    "token.urlencoded",
    "token.non_ascii",
)
_SHAPES = (
    "shape.opaque",
    "shape.segments",
    "shape.jwe",
    "shape.jws_json",
    "shape.saml",
    "shape.empty_header",
    "shape.empty_payload",
    "shape.empty_signature",
)
_ENCODINGS = {
    "b64.alphabet": ("letters, digits, - and _ only", "other characters in the"),
    "b64.padding": ("no equals signs at the end", "equals signs after the"),
    "b64.length": ("a length that bytes encode to", "one character too many or too few in the"),
    "b64.noncanonical": ("unused bits that are zero", "stray bits in the last character of the"),
}
"""Code -> what was expected, and what was found, before the name of the part."""


@rule(*_PASTED, needs=(Token,))
def text_is_a_bare_token(facts: Facts) -> Iterator[Finding]:
    """The text is a token and nothing else."""
    for token in facts.all(Token):
        code, seen = token.shape_problem or ("", "")
        if code in _PASTED:
            yield failed(code, expected="a token", actual=seen, source=token.source)
        for cleaned in token.cleaned:
            # Cleaned off, so that the diagnosis goes on: the cause only if nothing else is wrong.
            if cleaned != code:
                yield failed(cleaned, source=token.source, yields=True)


@rule(*_SHAPES, needs=(Token,))
def token_has_three_parts(facts: Facts) -> Iterator[Finding]:
    """The token has a header, a payload and a signature."""
    for token in facts.all(Token):
        code, seen = token.shape_problem or ("", "")
        if code in _SHAPES:
            yield failed(
                code,
                expected="header, payload and signature, with dots between",
                actual=seen,
                source=token.source,
            )


def _has_parts(facts: Facts) -> bool:
    return any(
        token.encoding_problem or token.signing_input is not None for token in facts.all(Token)
    )


@rule(*_ENCODINGS, needs=(Token,), when=_has_parts)
def parts_are_base64url(facts: Facts) -> Iterator[Finding]:
    """Each part of the token is base64url."""
    for token in facts.all(Token):
        if token.encoding_problem:
            code, part = token.encoding_problem
            expected, found = _ENCODINGS[code]
            yield failed(
                code,
                expected=expected,
                actual=f"{found} {part}",
                where=Where(field=part),
                source=token.source,
            )


RULES = (text_is_a_bare_token, token_has_three_parts, parts_are_base64url)
