"""The key set, its keys, and the one that a token's header points to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agentcore_auth_checks.algorithms import algorithm_of
from agentcore_auth_checks.authorizer import shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import KeySet
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Severity, Where, failed
from agentcore_auth_checks.key_sets import (
    PRIVATE_MEMBERS,
    SMALLEST_RSA_KEY,
    Key,
    KeyProblem,
    Selection,
    fault,
    is_signing_key,
    published_keys,
    rsa_bits,
    select,
    use_problem,
)
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import (
    has_header,
    has_public_key_signature,
    in_command,
    key_set_of,
    published_issuer,
    was_answered,
)
from agentcore_auth_checks.strict_json import json_type
from agentcore_auth_checks.text import Untrusted


def _is_answered(facts: Facts) -> bool:
    return any(was_answered(key_set) for key_set in facts.all(KeySet))


def _has_keys(facts: Facts) -> bool:
    return any(published_keys(key_set.content) for key_set in facts.all(KeySet))


@rule(
    "jwks.not_json",
    "jwks.not_object",
    "jwks.no_keys_member",
    "jwks.empty",
    needs=(KeySet,),
    when=_is_answered,
)
def key_set_holds_keys(facts: Facts) -> Iterator[Finding]:
    """The key set is a JSON object with keys in it."""
    for key_set in facts.all(KeySet):
        if not was_answered(key_set) or published_keys(key_set.content):
            continue
        if key_set.problem:
            code, seen = "jwks.not_json", key_set.problem.detail or key_set.problem.fault.value
        elif not isinstance(key_set.content, dict):
            code, seen = "jwks.not_object", f"a JSON {json_type(key_set.content)}"
        elif not isinstance(key_set.members.get("keys"), list):
            code, seen = "jwks.no_keys_member", ", ".join(key_set.members) or "no members"
        else:
            code, seen = "jwks.empty", "no keys"
        yield failed(
            code,
            expected="an object with a list of keys",
            actual=Untrusted(seen),
            where=Where(url=key_set.url),
            values={"url": in_command(key_set.url)},
            source=key_set.source,
        )


@rule("jwks.private_key_exposed", "jwks.symmetric_key_exposed", needs=(KeySet,), when=_has_keys)
def key_set_is_public(facts: Facts) -> Iterator[Finding]:
    """The key set publishes no secret."""
    for key_set in facts.all(KeySet):
        keys = published_keys(key_set.content)
        private = [key for key in keys if PRIVATE_MEMBERS.intersection(key)]
        symmetric = [key for key in keys if key.get("kty") == "oct" and "k" in key]
        for code, exposed in (
            ("jwks.private_key_exposed", private),
            ("jwks.symmetric_key_exposed", symmetric),
        ):
            if exposed:
                yield failed(
                    code,
                    expected="public members only",
                    actual=tuple(_name(key) for key in exposed),
                    where=Where(url=key_set.url, field="keys"),
                    source=key_set.source,
                )


def _stands_alone(facts: Facts) -> bool:
    return _has_keys(facts) and not has_public_key_signature(facts)


@rule(
    "key.malformed",
    "key.bad_exponent",
    "key.not_on_curve",
    "key.too_small",
    "key.use_enc",
    "key.key_ops",
    needs=(KeySet,),
    when=_stands_alone,
)
def published_keys_are_sound(facts: Facts) -> Iterator[Finding]:
    """The published keys can verify signatures."""
    for key_set in facts.all(KeySet):
        keys = [key for key in published_keys(key_set.content) if key.get("kty") != "oct"]
        signing = [key for key in keys if is_signing_key(key)]
        sound = [key for key in signing if fault(key) is None]
        if keys and not signing:
            marked = use_problem(keys[0])
            yield _about_key(key_set, keys[0], marked or KeyProblem("key.key_ops", "verify", ""))
        for key in signing:
            problem = fault(key)
            if problem:
                # With another key to sign with, the set still serves.
                severity = Severity.WARN if sound else None
                yield _about_key(key_set, key, problem, severity)
            else:
                yield from _short_key(key_set, key)


@rule("kid.duplicate", needs=(KeySet,), when=_stands_alone)
def key_ids_are_unique(facts: Facts) -> Iterator[Finding]:
    """Each published signing key has a kid of its own."""
    for key_set in facts.all(KeySet):
        names = Counter(
            (str(key["kid"]), str(key.get("kty")), str(key.get("alg")))
            for key in published_keys(key_set.content)
            if isinstance(key.get("kid"), str) and is_signing_key(key)
        )
        for (kid, _, _), count in names.items():
            if count > 1:
                yield failed(
                    "kid.duplicate",
                    expected="one key",
                    actual=f"{count} keys named {Untrusted(kid)}",
                    where=Where(url=key_set.url, field="kid"),
                    source=key_set.source,
                )


@rule("kid.not_string", needs=(Token,), when=has_header)
def key_id_is_text(facts: Facts) -> Iterator[Finding]:
    """The token's kid, where it has one, is a string."""
    for token in facts.all(Token):
        kid = None if token.header is None else token.header.get("kid")
        if kid is not None and not isinstance(kid, str):
            yield failed(
                "kid.not_string",
                expected="a string",
                actual=f"a JSON {json_type(kid)}",
                where=Where(field="kid"),
                source=token.source,
            )


def _points_to_a_key(facts: Facts) -> bool:
    return has_public_key_signature(facts) and _has_keys(facts)


@rule(
    "kid.not_found",
    "kid.absent_many_keys",
    "kid.duplicate",
    needs=(Token, KeySet),
    when=_points_to_a_key,
)
def token_points_to_one_key(facts: Facts) -> Iterator[Finding]:
    """The token points to one published key."""
    for token, key_set, selection in _selections(facts):
        kid = token.header_text("kid")
        where = Where(url=key_set.url, field="kid")
        if selection.named == 0 and not selection.problem:
            published = [_name(key) for key in published_keys(key_set.content)]
            # Another issuer's keys cannot be here: then the issuer is the cause, not the key.
            foreign = published_issuer(facts) not in (None, token.claim("iss"))
            yield failed(
                "kid.not_found",
                expected=tuple(published),
                actual=shown(kid),
                where=where,
                source=token.source,
                yields=foreign and token.payload is not None,
            )
        elif len(selection.keys) > 1 and not selection.problem:
            code = "kid.absent_many_keys" if selection.named is None else "kid.duplicate"
            actual = f"{len(selection.keys)} keys that could be it"
            yield failed(code, expected="one", actual=actual, where=where, source=token.source)


@rule(
    "key.type_mismatch",
    "key.use_enc",
    "key.key_ops",
    "key.alg_mismatch",
    "key.malformed",
    "key.bad_exponent",
    "key.not_on_curve",
    "key.too_small",
    needs=(Token, KeySet),
    when=_points_to_a_key,
)
def tokens_key_is_sound(facts: Facts) -> Iterator[Finding]:
    """The key that the token points to can verify its signature."""
    for token, key_set, selection in _selections(facts):
        key: Key = selection.keys[0] if selection.keys else {}
        if selection.problem:
            yield _about_key(key_set, key, selection.problem, source=token.source)
        elif key:
            yield from _short_key(key_set, key, source=token.source)


def _selections(facts: Facts) -> Iterator[tuple[Token, KeySet, Selection]]:
    """Yields what each token's header selects from the key set, where it has keys at all."""
    key_set = key_set_of(facts)
    keys = published_keys(key_set.content) if key_set else ()
    for token in facts.all(Token):
        algorithm = algorithm_of(token.header)
        if key_set and keys and token.header and algorithm and not algorithm.is_symmetric:
            yield token, key_set, select(token.header.get("kid"), algorithm, keys)


def _short_key(key_set: KeySet, key: Key, source: str = "") -> Iterator[Finding]:
    bits = rsa_bits(key)
    if bits is not None and bits < SMALLEST_RSA_KEY:
        problem = KeyProblem("key.too_small", f"{SMALLEST_RSA_KEY} bits", f"{bits} bits")
        yield _about_key(key_set, key, problem, source=source)


def _about_key(
    key_set: KeySet,
    key: Key,
    problem: KeyProblem,
    severity: Severity | None = None,
    source: str = "",
) -> Finding:
    kid = key.get("kid")
    named = f"keys[kid={Untrusted(kid)}]" if isinstance(kid, str) else "keys"
    return failed(
        problem.code,
        expected=problem.expected,
        actual=Untrusted(problem.actual),
        where=Where(url=key_set.url, field=named),
        source=source or key_set.source,
        severity=severity,
    )


def _name(key: Key) -> Untrusted:
    kid = key.get("kid")
    return Untrusted(kid if isinstance(kid, str) else "a key without kid")


RULES = (
    key_set_holds_keys,
    key_set_is_public,
    published_keys_are_sound,
    key_ids_are_unique,
    key_id_is_text,
    token_points_to_one_key,
    tokens_key_is_sound,
)
