"""The keys of a key set (RFC 7517): which one a token was signed with, and what is wrong with it.

Private members are never looked at further than that they are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from agentcore_auth_checks import base64url
from agentcore_auth_checks.algorithms import Algorithm

Key = Mapping[str, object]
"""The members of one JSON Web Key."""

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
SMALLEST_RSA_KEY = 2048
"""Bits (RFC 7518 section 3.3)."""
_SMALLEST_EXPONENT = 3

_COORDINATE_BYTES = {"P-256": 32, "P-384": 48, "P-521": 66, "secp256k1": 32}
_OKP_BYTES = {"Ed25519": 32, "Ed448": 57, "X25519": 32, "X448": 56}


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """What is wrong with a key: a code of area `key`, what was expected and what was found."""

    code: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The keys that a token's signature can be checked with.

    `named` tells how many keys have the token's kid, None where the token has no kid. With a
    `problem`, the keys are those that came closest.
    """

    keys: tuple[Key, ...] = ()
    named: int | None = None
    problem: KeyProblem | None = None


def published_keys(content: object) -> tuple[Key, ...]:
    """Returns the keys of a decoded key set; nothing where it is none."""
    keys = cast("Mapping[str, object]", content).get("keys") if isinstance(content, dict) else None
    if not isinstance(keys, list):
        return ()
    return tuple(cast("Key", key) for key in cast("list[object]", keys) if isinstance(key, Mapping))


def select(kid: object, algorithm: Algorithm, keys: tuple[Key, ...]) -> Selection:
    """Returns the keys for a token with this `kid` and algorithm, by RFC 7517 section 4.

    Args:
        kid: the header's `kid`; anything but a string counts as absent.
        algorithm: an asymmetric algorithm.
        keys: the published keys.
    """
    named = tuple(key for key in keys if key.get("kid") == kid) if isinstance(kid, str) else None
    fitting = tuple(key for key in (keys if named is None else named) if fits(key, algorithm))
    count = None if named is None else len(named)
    if not fitting:
        if named == () and any(fits(key, algorithm) for key in keys):
            # Another key could have been meant; that the kid is unknown is all that can be said.
            return Selection((), 0)
        return Selection(named or (), count, _type_mismatch(algorithm, named or keys))
    left = fitting
    for problem_of in (use_problem, operations_problem, _algorithm_problem(algorithm), fault):
        kept = tuple(key for key in left if problem_of(key) is None)
        if not kept:
            return Selection(left, count, problem_of(left[0]))
        left = kept
    return Selection(_distinct(left), count)


def fits(key: Key, algorithm: Algorithm) -> bool:
    """Whether a key is of the algorithm's type and, where it has curves, on one of them."""
    if key.get("kty") != algorithm.key_type:
        return False
    return not algorithm.curves or key.get("crv") in algorithm.curves


def is_signing_key(key: Key) -> bool:
    """Whether a key is public, for signatures, and not marked for anything else."""
    return key.get("kty") != "oct" and not use_problem(key) and not operations_problem(key)


def use_problem(key: Key) -> KeyProblem | None:
    """Returns that a key is marked for something else than signatures (RFC 7517 section 4.2)."""
    if key.get("use") in (None, "sig"):
        return None
    return KeyProblem("key.use_enc", "use sig, or no use", f"use {key.get('use')}")


def operations_problem(key: Key) -> KeyProblem | None:
    """Returns that a key's operations leave out verifying (RFC 7517 section 4.3)."""
    operations = key.get("key_ops")
    if not isinstance(operations, list):
        return None
    named = [str(item) for item in cast("list[object]", operations)]
    if "verify" in named:
        return None
    return KeyProblem("key.key_ops", "verify among key_ops", ", ".join(named) or "none")


def fault(key: Key) -> KeyProblem | None:
    """Returns why a public key cannot serve, or None; a key that is merely short can."""
    match key.get("kty"):
        case "RSA":
            return _rsa_fault(key)
        case "EC":
            return _ec_fault(key)
        case "OKP":
            return _okp_fault(key)
        case str():
            return None
        case _:
            return KeyProblem("key.malformed", "the member kty", "none")


def public_members(key: Key) -> dict[str, str]:
    """Returns the public members of a sound key in their canonical form (RFC 7638 section 3.2)."""
    names = {"RSA": ("e", "n"), "EC": ("x", "y"), "OKP": ("x",)}.get(str(key.get("kty")), ())
    curve = key.get("crv")
    size = _COORDINATE_BYTES.get(curve, 0) if isinstance(curve, str) else 0
    members = {name: str(key[name]) for name in ("kty", "crv") if name in key}
    for name in names:
        data = (member_bytes(key, name) or b"").rjust(size, b"\0")
        members[name] = base64url.encode(data)
    return members


def rsa_bits(key: Key) -> int | None:
    """Returns the length of an RSA key in bits, or None where it is none."""
    modulus = _number(key, "n") if key.get("kty") == "RSA" else None
    return None if modulus is None else modulus.bit_length()


def member_bytes(key: Key, name: str) -> bytes | None:
    """Returns a member that holds bytes, or None where it is missing or no base64 at all.

    Padding and the ordinary alphabet pass: real providers have published both.
    """
    value = key.get(name)
    return base64url.decode(value)[0] if isinstance(value, str) else None


def _rsa_fault(key: Key) -> KeyProblem | None:
    modulus, exponent = _number(key, "n"), _number(key, "e")
    if not modulus or not exponent:
        name = "e" if modulus else "n"
        return KeyProblem("key.malformed", f"{name} as a base64url number", _member(key, name))
    if exponent < _SMALLEST_EXPONENT or exponent % 2 == 0:
        # Python writes no number of thousands of digits.
        size = exponent.bit_length()
        actual = str(exponent) if size <= 64 else f"a number of {size} bits"
        return KeyProblem("key.bad_exponent", "65537", actual)
    if modulus % 2 == 0:
        return KeyProblem("key.malformed", "an odd modulus n", "an even one")
    return None


def _ec_fault(key: Key) -> KeyProblem | None:
    curve = key.get("crv")
    size = _COORDINATE_BYTES.get(curve) if isinstance(curve, str) else None
    if not isinstance(curve, str) or size is None:
        return KeyProblem("key.malformed", "a curve with a name", _member(key, "crv"))
    x, y = member_bytes(key, "x"), member_bytes(key, "y")
    if not x or not y or max(len(x), len(y)) > size:
        name = "y" if x and len(x) <= size else "x"
        return KeyProblem("key.malformed", f"{name} of {size} bytes", _member(key, name))
    if not _is_on_curve(curve, int.from_bytes(x), int.from_bytes(y)):
        return KeyProblem("key.not_on_curve", f"a point of {curve}", "another point")
    return None


def _okp_fault(key: Key) -> KeyProblem | None:
    curve = key.get("crv")
    size = _OKP_BYTES.get(curve) if isinstance(curve, str) else None
    if size is None:
        return KeyProblem("key.malformed", "a curve with a name", _member(key, "crv"))
    if len(member_bytes(key, "x") or b"") != size:
        return KeyProblem("key.malformed", f"x of {size} bytes", _member(key, "x"))
    return None


def _is_on_curve(curve: str, x: int, y: int) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, ec.EllipticCurve] = {
        "P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
        "secp256k1": ec.SECP256K1(),
    }
    try:
        ec.EllipticCurvePublicNumbers(x, y, curves[curve]).public_key()
    except ValueError:
        return False
    return True


def _number(key: Key, name: str) -> int | None:
    data = member_bytes(key, name)
    return None if data is None else int.from_bytes(data)


def _member(key: Key, name: str) -> str:
    """Returns what a member is, without its value."""
    if name not in key:
        return f"no member {name}"
    data = member_bytes(key, name)
    return f"{name} that is no base64url" if data is None else f"{name} of {len(data)} bytes"


def _type_mismatch(algorithm: Algorithm, keys: tuple[Key, ...]) -> KeyProblem:
    curve = f" on {' or '.join(algorithm.curves)}" if algorithm.curves else ""
    types = ", ".join(sorted({_type(key) for key in keys}))
    return KeyProblem("key.type_mismatch", f"{algorithm.key_type}{curve}", types or "no key")


def _type(key: Key) -> str:
    known = [str(key[name]) for name in ("kty", "crv") if isinstance(key.get(name), str)]
    return " ".join(known) or "no type"


def _algorithm_problem(algorithm: Algorithm) -> Callable[[Key], KeyProblem | None]:
    def problem_of(key: Key) -> KeyProblem | None:
        if key.get("alg") in (None, algorithm.name):
            return None
        return KeyProblem("key.alg_mismatch", algorithm.name, str(key.get("alg")))

    return problem_of


def _distinct(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Returns the keys without those that are the same key once more."""
    by_material = {tuple(public_members(key).values()): key for key in reversed(keys)}
    return tuple(reversed(by_material.values()))
