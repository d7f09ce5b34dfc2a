"""Key sets without a token, keys that cannot serve, and signatures that are nearly right."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from token_minting import (
    Setup,
    ec_key,
    ed_key,
    encode,
    failures,
    number,
    published,
    rsa_key,
)

from agentcore_auth_checks.explain import explain
from agentcore_auth_checks.facts.documents import KeySet
from agentcore_auth_checks.findings import Severity
from agentcore_auth_checks.key_sets import fault, published_keys
from agentcore_auth_checks.signatures import SignatureState, check_signature, is_der_signature
from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.token_parser import parse_token

RSA, EC, OKP = published(rsa_key("k1"), "k1"), published(ec_key("e1"), "e1"), published(ed_key("o"))

FAULTY: list[tuple[str, dict[str, Any], str]] = [
    ("no type", {"kid": "x"}, "key.malformed"),
    ("no modulus", {**RSA, "n": ""}, "key.malformed"),
    ("even modulus", {**RSA, "n": number(1 << 2047)}, "key.malformed"),
    ("exponent zero", {**RSA, "e": "AA"}, "key.malformed"),
    ("even exponent", {**RSA, "e": number(65536)}, "key.bad_exponent"),
    ("even exponent of 200,000 digits", {**RSA, "e": number(1 << 664_386)}, "key.bad_exponent"),
    ("unknown curve", {**EC, "crv": "P-512"}, "key.malformed"),
    ("no curve", {"kty": "EC", "x": EC["x"], "y": EC["y"]}, "key.malformed"),
    ("coordinate too long", {**EC, "y": number(1, 33)}, "key.malformed"),
    ("coordinate missing", {**EC, "x": None}, "key.malformed"),
    ("coordinates exchanged", {**EC, "x": EC["y"], "y": EC["x"]}, "key.not_on_curve"),
    ("Edwards curve unknown", {**OKP, "crv": "Ed1"}, "key.malformed"),
    ("Edwards point too short", {**OKP, "x": "AAAA"}, "key.malformed"),
]

SOUND = [
    ("RSA", RSA),
    ("EC", EC),
    ("OKP", OKP),
    ("plain base64, padded", {**RSA, "n": RSA["n"].replace("-", "+").replace("_", "/") + "=="}),
    ("of a type unknown here", {"kty": "AKP", "pub": "x"}),
]


@pytest.mark.parametrize(
    ("key", "code"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY]
)
def test_a_key_that_cannot_serve_is_named(key: dict[str, Any], code: str) -> None:
    problem = fault(key)
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize("key", [row[1] for row in SOUND], ids=[row[0] for row in SOUND])
def test_a_sound_key_passes(key: dict[str, Any]) -> None:
    assert fault(key) is None


def test_a_coordinate_without_its_leading_zeros_is_still_the_key() -> None:
    key = next(
        key
        for name in range(5000)
        if (key := ec_key(f"short {name}")).public_key().public_numbers().x < 1 << 248
    )
    short = published(key, "e1")
    short["x"] = number(key.public_key().public_numbers().x)
    setup = Setup(header={"alg": "ES256", "kid": "e1"}, key=key, key_set={"keys": [short]})
    assert failures(setup.report()) == []


@pytest.mark.parametrize("content", [None, [], {"keys": {}}, {"keys": ["x", 1, None]}])
def test_what_is_no_list_of_keys_holds_none(content: object) -> None:
    assert published_keys(content) == ()


def alone(*keys: dict[str, Any]) -> list[tuple[str, Severity]]:
    """Returns what is said of a key set without a token."""
    report = explain(None, None, None, {"keys": list(keys)}, 0)
    return [(f.code, f.severity) for f in report.findings if f.is_failure]


def test_without_a_token_all_signing_keys_are_judged() -> None:
    broken = {**published(rsa_key("k2"), "k2"), "n": "***"}
    assert alone(RSA, EC) == []
    assert alone(broken) == [("key.malformed", Severity.ERROR)]
    assert alone(broken, RSA) == [("key.malformed", Severity.WARN)]
    assert alone(RSA, {**broken, "use": "enc"}) == []


def test_without_a_token_some_key_must_be_for_signatures() -> None:
    assert alone({**RSA, "use": "enc"}) == [("key.use_enc", Severity.ERROR)]
    assert alone({**RSA, "key_ops": ["wrapKey"]}) == [("key.key_ops", Severity.ERROR)]
    assert alone({**RSA, "use": "enc"}, EC) == []


def test_without_a_token_kids_must_differ() -> None:
    other = published(rsa_key("k2"), "k1")
    assert alone(RSA, other) == [("kid.duplicate", Severity.WARN)]
    assert alone(RSA, {**other, "use": "enc"}) == []
    assert alone(RSA, published(ec_key("e1"), "k1")) == []


def test_the_same_key_twice_is_one_key() -> None:
    setup = Setup(key_set={"keys": [RSA, {**RSA, "x5t": "abc"}]})
    assert failures(setup.report()) == []


def test_a_broken_key_that_the_token_does_not_use_is_no_alarm() -> None:
    setup = Setup()
    setup.key_set["keys"][1]["n"] = "***"
    assert failures(setup.report()) == []


def state(setup: Setup) -> SignatureState:
    """Returns what becomes of the signature check."""
    text = setup.token() if setup.text is None else setup.text
    return check_signature(parse_token(Secret(text)), KeySet(url="", content=setup.key_set))


def test_a_signature_is_valid_only_with_the_key_that_the_token_names() -> None:
    assert state(Setup()) is SignatureState.VALID
    assert state(Setup(header={"alg": "RS256", "kid": "k2"})) is SignatureState.OTHER_KEY
    assert state(Setup(header={"alg": "RS256", "kid": "k3"})) is SignatureState.NO_KEY
    assert state(Setup(key=rsa_key("thief"))) is SignatureState.INVALID
    assert state(Setup(header={"alg": "RS256"})) is SignatureState.VALID


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "XS256"}, {"alg": 1}, {}]
)
def test_without_a_public_key_algorithm_nothing_is_checked(header: dict[str, Any]) -> None:
    assert state(Setup(header=header)) is SignatureState.UNKNOWN


def test_a_key_that_the_library_refuses_verifies_nothing() -> None:
    tiny = {"kty": "RSA", "n": number((1 << 120) + 1), "e": "AQAB", "kid": "k1"}
    assert state(Setup(key_set={"keys": [tiny]})) is SignatureState.INVALID


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(encoding(form), id=f"{name}")
        for name, encoding in (
            ("PEM", lambda form: rsa_key("k1").public_key().public_bytes(Encoding.PEM, form)),
            ("DER", lambda form: rsa_key("k1").public_key().public_bytes(Encoding.DER, form)),
        )
        for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
    ],
)
def test_a_token_keyed_with_the_public_key_is_told_from_one_with_a_secret(secret: bytes) -> None:
    setup = Setup(header={"alg": "HS256", "kid": "k1"}, key=secret)
    assert failures(setup.report())[0] == "alg.symmetric_with_public_key"
    setup.key = secret[:-2]
    assert failures(setup.report())[0] == "alg.symmetric"


def test_the_public_key_of_a_curve_is_recognized_too() -> None:
    secret = ec_key("e1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    setup = Setup(header={"alg": "HS256"}, key=secret)
    assert failures(setup.report())[0] == "alg.symmetric_with_public_key"


def test_only_a_sequence_of_two_integers_is_der() -> None:
    signature = ec_key("e1").sign(b"x", ec.ECDSA(hashes.SHA256()))
    assert is_der_signature(signature)
    assert not is_der_signature(signature[:-1])
    assert not is_der_signature(b"")


def test_an_elliptic_signature_of_another_length_is_not_taken_for_der() -> None:
    setup = Setup(header={"alg": "ES256", "kid": "e1"}, key=ec_key("e1"))
    head, body, _ = setup.token().split(".")
    setup.text = f"{head}.{body}.{encode(b'x' * 63)}"
    assert failures(setup.report())[0] == "sig.length"
