"""The signature of a token."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.algorithms import Algorithm, algorithm_of
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import KeySet
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.key_sets import published_keys, rsa_bits, select
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import (
    has_public_key_signature,
    key_set_of,
    published_issuer,
)
from agentcore_auth_checks.signatures import SignatureState, check_signature, is_der_signature


@rule("sig.length", "sig.ecdsa_der", needs=(Token,), when=has_public_key_signature)
def signature_has_its_length(facts: Facts) -> Iterator[Finding]:
    """The signature is as long as its algorithm and key make it."""
    for token in facts.all(Token):
        algorithm, signature = algorithm_of(token.header), token.signature
        if algorithm is None or not signature or _length_fits(facts, token, algorithm):
            continue
        lengths = _lengths(facts, token, algorithm)
        is_der = algorithm.key_type == "EC" and is_der_signature(signature)
        yield failed(
            "sig.ecdsa_der" if is_der else "sig.length",
            expected=f"{' or '.join(map(str, lengths)) or '128 and more'} bytes",
            actual=f"{len(signature)} bytes",
            where=Where(field="signature"),
            source=token.source,
        )


def _length_fits(facts: Facts, token: Token, algorithm: Algorithm) -> bool:
    if algorithm.is_symmetric or not token.signature:
        return True
    lengths = _lengths(facts, token, algorithm)
    size = len(token.signature)
    return size in lengths if lengths else algorithm.may_sign_with(size)


def _lengths(facts: Facts, token: Token, algorithm: Algorithm) -> tuple[int, ...]:
    """Returns the lengths in bytes that the signature can have; none where they are not known."""
    if algorithm.sizes:
        return algorithm.sizes
    key_set = key_set_of(facts)
    if key_set is None or token.header is None:
        return ()
    selection = select(token.header.get("kid"), algorithm, published_keys(key_set.content))
    bits = (rsa_bits(key) for key in selection.keys if not selection.problem)
    return tuple(sorted({(number + 7) // 8 for number in bits if number}))


@rule(
    "sig.invalid",
    "sig.invalid_other_key_matches",
    needs=(Token, KeySet),
    when=has_public_key_signature,
)
def signature_is_valid(facts: Facts) -> Iterator[Finding]:
    """The signature was made over this token by a published key."""
    key_set = key_set_of(facts)
    for token in facts.all(Token):
        algorithm = algorithm_of(token.header)
        if key_set is None or algorithm is None or not _length_fits(facts, token, algorithm):
            continue
        code = _CODES.get(check_signature(token, key_set))
        if code is None:
            continue
        # Nothing but the issuer points to a key then; that it is another one is the cause.
        is_foreign = published_issuer(facts) not in (None, token.claim("iss"))
        yield failed(
            code,
            expected="a signature by the key that the token names",
            actual="a signature by another key, or over another text",
            where=Where(field="signature"),
            source=token.source,
            yields=is_foreign and token.header_text("kid") is None,
        )


_CODES = {
    SignatureState.INVALID: "sig.invalid",
    SignatureState.OTHER_KEY: "sig.invalid_other_key_matches",
}

RULES = (signature_has_its_length, signature_is_valid)
