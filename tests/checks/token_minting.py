"""Tokens with real keys, the authorizer they are for, and the documents of their issuer."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agentcore_auth_checks.explain import explain
from agentcore_auth_checks.findings import Report
from agentcore_auth_checks.text import Secret

NOW = 1_790_000_000.0
ISSUER = "https://login.example.com/oauth2/main"
DISCOVERY_URL = f"{ISSUER}/.well-known/openid-configuration"

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Returns the RSA key of that name, made on first use."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Returns the P-256 key of that name, made on first use."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key(name: str) -> ed25519.Ed25519PrivateKey:
    """Returns the Ed25519 key of that name, made on first use."""
    return ed25519.Ed25519PrivateKey.generate()


def encode(data: bytes) -> str:
    """Returns base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def json_part(value: object) -> str:
    """Returns a JSON value as a part of a token."""
    return encode(json.dumps(value, separators=(",", ":")).encode())


def number(value: int, size: int = 0) -> str:
    """Returns a number as a member of a key."""
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8))


def published(key: Private, kid: str = "", **members: object) -> dict[str, Any]:
    """Returns the public key as a member of a key set."""
    named = {"kid": kid} if kid else {}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **named, **members}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        coordinates = {"x": number(point.x, 32), "y": number(point.y, 32)}
        return {"kty": "EC", "crv": "P-256", **coordinates, **named, **members}
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw), **named, **members}


def signature_of(key: Private | bytes, text: str) -> bytes:
    """Returns the signature of a token's first two parts, as the key's type has it."""
    message = text.encode()
    if isinstance(key, bytes):
        return hmac.digest(key, message, "sha256")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """Returns the public key in PEM form."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Setup:
    """A token and everything that it is judged with; healthy until a test changes it."""

    header: dict[str, Any] = field(
        default_factory=lambda: {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
    )
    payload: dict[str, Any] = field(
        default_factory=lambda: {
            "iss": ISSUER,
            "sub": "user-7",
            "aud": "api://orders",
            "client_id": "client-one",
            "scope": "openid orders.read",
            "iat": NOW - 30,
            "exp": NOW + 3600,
        }
    )
    key: Private | bytes = field(default_factory=lambda: rsa_key("k1"))
    authorizer: dict[str, Any] = field(
        default_factory=lambda: {
            "discoveryUrl": DISCOVERY_URL,
            "allowedAudience": ["api://orders"],
            "allowedClients": ["client-one"],
            "allowedScopes": ["orders.read"],
        }
    )
    discovery: Any = field(
        default_factory=lambda: {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/keys",
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
        }
    )
    key_set: Any = field(
        default_factory=lambda: {
            "keys": [
                published(rsa_key("k1"), "k1", use="sig", alg="RS256"),
                published(rsa_key("k2"), "k2", use="sig", alg="RS256"),
                published(ec_key("e1"), "e1", use="sig", alg="ES256"),
            ]
        }
    )
    now: float = NOW
    text: str | None = None
    """What is pasted, where it is not the token itself."""

    def token(self) -> str:
        """Returns the token, signed."""
        return self.signed(json_part(self.header), json_part(self.payload))

    def signed(self, header: str, payload: str) -> str:
        """Returns a token of two encoded parts and the signature over them."""
        signature = signature_of(self.key, f"{header}.{payload}")
        return f"{header}.{payload}.{encode(signature)}"

    def issued_by(self, issuer: str, *, url: str = "") -> Setup:
        """Makes another issuer the one of token, document and discovery URL."""
        self.payload["iss"] = issuer
        self.discovery["issuer"] = issuer
        base = url or issuer
        self.authorizer["discoveryUrl"] = f"{base.rstrip('/')}/.well-known/openid-configuration"
        return self

    def report(self) -> Report:
        """Returns what the rules say."""
        return explain(
            Secret(self.token() if self.text is None else self.text),
            self.authorizer,
            self.discovery,
            self.key_set,
            self.now,
        )

    def copy(self) -> Setup:
        """Returns the same once more, free to be changed."""
        return Setup(
            deepcopy(self.header),
            deepcopy(self.payload),
            self.key,
            deepcopy(self.authorizer),
            deepcopy(self.discovery),
            deepcopy(self.key_set),
            self.now,
            self.text,
        )


def failures(report: Report) -> list[str]:
    """Returns the codes that failed, the root cause first."""
    return [finding.code for finding in report.findings if finding.is_failure]


def custom_claim(
    name: str, value_type: str, operator: str, value: str | list[str]
) -> Mapping[str, object]:
    """Returns one member of customClaims."""
    form = "matchValueString" if isinstance(value, str) else "matchValueStringList"
    return {
        "inboundTokenClaimName": name,
        "inboundTokenClaimValueType": value_type,
        "authorizingClaimMatchValue": {
            "claimMatchOperator": operator,
            "claimMatchValue": {form: value},
        },
    }
