"""The signature algorithms of JOSE: which key each takes, how long its signatures are.

Source: RFC 7518 section 3 and, for the Edwards curves, RFC 8037 and RFC 9864.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_RSA_SIGNATURE = 128
"""Bytes: that of a 1024-bit key, the smallest still seen."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One value of `alg`.

    `curves` holds the curves it is used on, `sizes` its signatures' lengths in bytes: none for
    RSA, whose signatures are as long as the key.
    """

    name: str
    key_type: str
    curves: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()

    @property
    def is_symmetric(self) -> bool:
        """Whether whoever checks a signature could also make one."""
        return self.key_type == "oct"

    @property
    def smallest_signature(self) -> int:
        """Bytes of the shortest signature it makes."""
        return min(self.sizes, default=SMALLEST_RSA_SIGNATURE)

    def may_sign_with(self, length: int) -> bool:
        """Whether a signature of `length` bytes can be one of its own, whatever the key."""
        if self.sizes:
            return length in self.sizes
        return length >= SMALLEST_RSA_SIGNATURE and length % 8 == 0


ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        *(
            Algorithm(f"{family}{bits}", "RSA")
            for family in ("RS", "PS")
            for bits in (256, 384, 512)
        ),
        Algorithm("ES256", "EC", ("P-256",), (64,)),
        Algorithm("ES384", "EC", ("P-384",), (96,)),
        Algorithm("ES512", "EC", ("P-521",), (132,)),
        Algorithm("ES256K", "EC", ("secp256k1",), (64,)),
        Algorithm("EdDSA", "OKP", ("Ed25519", "Ed448"), (64, 114)),
        Algorithm("Ed25519", "OKP", ("Ed25519",), (64,)),
        Algorithm("Ed448", "OKP", ("Ed448",), (114,)),
        *(Algorithm(f"HS{bits}", "oct", (), (bits // 8,)) for bits in (256, 384, 512)),
    )
}
"""All that a token may be signed with, by name."""


def algorithm_of(header: Mapping[str, object] | None) -> Algorithm | None:
    """Returns the algorithm that a JOSE header names, or None where it names none of these."""
    name = header.get("alg") if header else None
    return ALGORITHMS.get(name) if isinstance(name, str) else None
