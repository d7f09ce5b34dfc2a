"""The keys of the practice provider, made at each start, and what is signed with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from agentcore_auth_checks.base64url import encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ALGORITHM = "RS256"
KEY_BITS = 2048
EXPONENT = 65537


class SigningKeys:
    """The key that is published, and a stray one that no key set names."""

    def __init__(self) -> None:
        self._published = _new_key()
        self._id = encode(_modulus(self._published)[:20])
        # Only one fault needs the stray key, and making a key takes a while.
        self._stray = cache(_new_key)

    def public_values(self) -> Mapping[str, object]:
        """Returns what a JSON Web Key of the published key is filled with (RFC 7518, 6.3.1)."""
        return {
            "key.id": self._id,
            "key.modulus": encode(_modulus(self._published)),
            "key.exponent": encode(EXPONENT.to_bytes(3, "big")),
        }

    def sign(
        self, header: Mapping[str, object], claims: Mapping[str, object], *, stray: bool = False
    ) -> str:
        """Returns a compact JWS (RFC 7515 section 7.1), signed with RS256 whatever its header says.

        A faulty header or claim is signed like any other, which libraries rightly refuse to do.
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        key = self._stray() if stray else self._published
        parts = (json.dumps(part, separators=(",", ":")) for part in (header, claims))
        signed = ".".join(encode(part.encode()) for part in parts)
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"

    def claims_of(self, token: str) -> Mapping[str, object] | None:
        """Returns the claims of a token that the published key signed and that is still valid."""
        import jwt

        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self._published.public_key(),
                algorithms=[ALGORITHM],
                options={"verify_aud": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return None
        return claims


def _new_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS)


def _modulus(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_numbers().n.to_bytes(KEY_BITS // 8, "big")
