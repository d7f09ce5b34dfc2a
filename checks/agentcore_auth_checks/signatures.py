"""Checks a token's signature against published keys, and recognizes forged ones.

Only the keys of the key set count: a key, certificate or address that a token brings along is
never used and never followed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from agentcore_auth_checks.algorithms import Algorithm, algorithm_of
from agentcore_auth_checks.facts.documents import KeySet
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.key_sets import (
    Key,
    fault,
    fits,
    member_bytes,
    public_members,
    published_keys,
    select,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    _Public = RSAPublicKey | EllipticCurvePublicKey


class SignatureState(StrEnum):
    """What became of a signature check."""

    VALID = "valid"
    INVALID = "invalid"
    OTHER_KEY = "other_key"
    """Valid with a published key, though not with the one that the token names."""
    NO_KEY = "no_key"
    """No published key is the one that the token names."""
    UNKNOWN = "unknown"
    """The token, its algorithm or the key does not permit a check."""


def check_signature(token: Token, key_set: KeySet) -> SignatureState:
    """Returns whether a published key made the token's signature (RFC 7515 section 5.2)."""
    algorithm = algorithm_of(token.header)
    if algorithm is None or algorithm.is_symmetric or token.header is None:
        return SignatureState.UNKNOWN
    if token.signing_input is None or not token.signature:
        return SignatureState.UNKNOWN
    keys = published_keys(key_set.content)
    selection = select(token.header.get("kid"), algorithm, keys)
    if selection.problem:
        return SignatureState.UNKNOWN
    if not selection.keys:
        return SignatureState.NO_KEY
    signed = token.signing_input.reveal().encode(), token.signature
    if any(_is_valid(*signed, algorithm, key) for key in selection.keys):
        return SignatureState.VALID
    others = (key for key in keys if key not in selection.keys and _is_usable(key, algorithm))
    if any(_is_valid(*signed, algorithm, key) for key in others):
        return SignatureState.OTHER_KEY
    return SignatureState.INVALID


def is_der_signature(signature: bytes) -> bool:
    """Whether bytes are an ECDSA signature in DER: a sequence of two integers (RFC 3279)."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        decode_dss_signature(signature)
    except ValueError:
        return False
    return True


def is_keyed_with_public_key(token: Token, key_set: KeySet) -> bool:
    """Whether an HMAC was made with a published public key, in any of its usual forms."""
    algorithm = algorithm_of(token.header)
    if algorithm is None or token.signing_input is None or token.signature is None:
        return False
    digest = f"sha{algorithm.name.removeprefix('HS')}"
    message = token.signing_input.reveal().encode()
    return any(
        hmac.compare_digest(hmac.new(secret, message, digest).digest(), token.signature)
        for key in published_keys(key_set.content)
        for secret in _public_forms(key)
    )


def _is_usable(key: Key, algorithm: Algorithm) -> bool:
    return fits(key, algorithm) and fault(key) is None


def _is_valid(message: bytes, signature: bytes, algorithm: Algorithm, key: Key) -> bool:
    from jwt import algorithms
    from jwt.exceptions import InvalidKeyError

    name = "EdDSA" if algorithm.key_type == "OKP" else algorithm.name
    verifier = algorithms.get_default_algorithms()[name]
    try:
        public = verifier.from_jwk(dict(public_members(key)))
        return verifier.verify(message, public, signature)
    except (InvalidKeyError, ValueError):
        # The key is one that the library refuses, so it verifies nothing.
        return False


def _public_forms(key: Key) -> Iterator[bytes]:
    """Yields the byte strings that people have taken a public key for."""
    if fault(key) is not None or key.get("kty") not in ("RSA", "EC"):
        return
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from jwt import algorithms
    from jwt.exceptions import InvalidKeyError

    forms = [PublicFormat.SubjectPublicKeyInfo]
    if key["kty"] == "RSA":
        forms.append(PublicFormat.PKCS1)
        yield member_bytes(key, "n") or b""
        yield str(key["n"]).encode()
    verifier = algorithms.RSAAlgorithm if key["kty"] == "RSA" else algorithms.ECAlgorithm
    try:
        public = cast("_Public", verifier.from_jwk(dict(public_members(key))))
    except (InvalidKeyError, ValueError):
        return
    for form in forms:
        pem = public.public_bytes(Encoding.PEM, form)
        yield from (pem, pem.strip(), public.public_bytes(Encoding.DER, form))
