"""Cases of the token itself: what was pasted, its header, its signature, its payload.

Each: the code, what it is, what raises it, and what comes close and must not.
"""

from __future__ import annotations

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from token_changes import (
    GONE,
    Change,
    both,
    claims,
    crit,
    encoded,
    header,
    keys,
    nothing,
    parts,
    pasted,
    raw_payload,
    signed_by,
)
from token_minting import ISSUER, Setup, ec_key, encode, json_part, pem, published, rsa_key


def der_signature(setup: Setup) -> None:
    setup.header = {"alg": "ES256", "kid": "e1"}
    text = f"{json_part(setup.header)}.{json_part(setup.payload)}"
    setup.text = f"{text}.{encode(ec_key('e1').sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"


def flipped(part: str) -> str:
    """Returns a part with one bit of its middle changed."""
    middle = len(part) // 2
    return f"{part[:middle]}{'A' if part[middle] != 'A' else 'B'}{part[middle + 1 :]}"


def stray_bits(setup: Setup) -> None:
    token = setup.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    setup.text = token[:-1] + alphabet[alphabet.index(token[-1]) | 1]


def standard_alphabet(setup: Setup) -> None:
    setup.payload["note"] = "\u00bf\u00bf\u00bf\u00ff\u00ff\u00fe>>>???"
    body = json.dumps(setup.payload, ensure_ascii=False).encode("latin-1")
    setup.text = f"{json_part(setup.header)}.{encode(body).replace('_', '/').replace('-', '+')}/.AA"


def cut_in_signature(setup: Setup) -> None:
    head, body, signature = setup.token().split(".")
    setup.text = f"{head}.{body}.{signature[:81]}"


CASES: list[tuple[str, str, Change, Change]] = [
    ("token.empty", "white space", pasted(lambda _: " \n"), nothing),
    ("token.empty", "a scheme alone", pasted(lambda _: "Bearer "), nothing),
    ("token.placeholder", "variable", pasted(lambda _: "${ACCESS_TOKEN}"), nothing),
    ("token.placeholder", "undefined", pasted(lambda _: "Bearer undefined"), nothing),
    ("token.placeholder", "angle brackets", pasted(lambda _: "<your access token>"), nothing),
    ("token.masked", "stars", parts(lambda h, p, s: f"{h}.********.{s}"), nothing),
    ("token.masked", "redacted", pasted(lambda _: "Bearer [REDACTED]"), nothing),
    ("token.too_large", "400 kB", claims(x="y" * 300_000), claims(x="y" * 50_000)),
    (
        "token.is_token_response",
        "whole",
        pasted(lambda token: json.dumps({"access_token": token, "expires_in": 3600}, indent=2)),
        pasted(lambda token: token),
    ),
    (
        "token.is_token_response",
        "of the Cognito API",
        pasted(lambda token: json.dumps({"AuthenticationResult": {"AccessToken": token}})),
        nothing,
    ),
    ("token.header_line", "line", pasted(lambda t: f"Authorization: Bearer {t}"), nothing),
    (
        "token.header_line",
        "curl",
        pasted(lambda t: f'curl -H "authorization: Bearer {t}" u'),
        nothing,
    ),
    ("token.bearer_prefix", "twice", pasted(lambda token: f"bearer Bearer {token}"), nothing),
    ("token.quoted", "both sides", pasted(lambda token: f"'{token}'"), nothing),
    ("token.quoted", "from JSON", pasted(lambda token: f'"{token}",'), nothing),
    ("token.whitespace", "line breaks", pasted(lambda t: f"{t[:80]}\n{t[80:]}"), nothing),
    ("token.whitespace", "last line break", pasted(lambda token: f"{token}\r\n"), nothing),
    ("token.urlencoded", "dots", pasted(lambda token: token.replace(".", "%2e")), nothing),
    ("token.non_ascii", "invisible", pasted(lambda token: f"\u200b{token}"), nothing),
    ("token.non_ascii", "letter", pasted(lambda token: f"{token[:-9]}é{token[-8:]}"), nothing),
    ("shape.opaque", "session", pasted(lambda _: "20111vTNcZ_mK2s91WQxgTtRAbLF0"), nothing),
    ("shape.opaque", "hexadecimal", pasted(lambda _: "9f86d081884c7d659a2feaa0c55ad015"), nothing),
    ("shape.opaque", "with dots", pasted(lambda _: "1.ARoAv4j5cvGGr0.AgABAAEAAAAm"), nothing),
    ("shape.segments", "two", parts(lambda h, p, s: f"{h}.{p}"), nothing),
    ("shape.segments", "four", parts(lambda h, p, s: f"{h}.{p}.{s}.{s}"), nothing),
    ("shape.segments", "ellipsis", pasted(lambda token: f"{token[:90]}…"), nothing),
    ("shape.segments", "cut in the signature", cut_in_signature, nothing),
    (
        "shape.jwe",
        "encrypted",
        pasted(lambda _: f"{json_part({'alg': 'dir', 'enc': 'A256GCM'})}..aXY.Y2lwaGVy.dGFn"),
        nothing,
    ),
    (
        "shape.jws_json",
        "general",
        parts(
            lambda h, p, s: json.dumps(
                {"payload": p, "signatures": [{"protected": h, "signature": s}]}
            )
        ),
        nothing,
    ),
    ("shape.saml", "XML", pasted(lambda _: "<saml:Assertion>x</saml:Assertion>"), nothing),
    ("shape.empty_header", "nothing", parts(lambda h, p, s: f".{p}.{s}"), nothing),
    ("shape.empty_payload", "detached", parts(lambda h, p, s: f"{h}..{s}"), nothing),
    (
        "shape.empty_signature",
        "nothing",
        parts(lambda h, p, s: f"{h}.{p}."),
        both(header(alg="none"), parts(lambda h, p, s: f"{h}.{p}.")),
    ),
    ("b64.alphabet", "standard", standard_alphabet, nothing),
    ("b64.alphabet", "star", parts(lambda h, p, s: f"{h}.{p[:20]}*{p[21:]}.{s}"), nothing),
    ("b64.padding", "header", parts(lambda h, p, s: f"{h}=.{p}.{s}"), nothing),
    (
        "b64.length",
        "payload",
        parts(lambda h, p, s: f"{h}.{p[: len(p) // 4 * 4 - 3]}.{s}"),
        nothing,
    ),
    ("b64.length", "signature too long", parts(lambda h, p, s: f"{h}.{p}.{s}AAA"), nothing),
    ("b64.noncanonical", "stray bits", stray_bits, nothing),
    (
        "header.not_utf8",
        "latin-1",
        encoded(encode('{"alg":"RS256","x":"é"}'.encode("latin-1"))),
        nothing,
    ),
    ("header.not_utf8", "UTF-16", encoded(encode('{"alg":"RS256"}'.encode("utf-16-le"))), nothing),
    ("header.not_json", "text", encoded(encode(b"alg=RS256")), nothing),
    ("header.not_object", "string", encoded(json_part("RS256")), nothing),
    (
        "header.too_deep",
        "arrays",
        encoded(encode(b'{"x":' + b"[" * 200 + b"]" * 200 + b"}")),
        nothing,
    ),
    (
        "header.duplicate_member",
        "alg twice",
        encoded(encode(b'{"alg":"RS256","kid":"k1","alg":"none"}')),
        encoded(encode(b'{"alg":"RS256","kid":"k1","x":{"alg":"none"}}')),
    ),
    ("header.crit_invalid", "empty", crit(), nothing),
    ("header.crit_invalid", "standard name", crit("alg"), nothing),
    ("header.crit_invalid", "not there", crit("b64"), crit("b64", b64=True)),
    ("header.crit_unknown", "unknown", crit("x-policy", **{"x-policy": 1}), crit("b64", b64=True)),
    ("header.b64_false", "not encoded", crit("b64", b64=False), crit("b64", b64=True)),
    ("header.zip", "compressed", header(zip="DEF"), header(cty="JWT")),
    (
        "header.embedded_key",
        "jwk",
        signed_by(rsa_key("thief"), kid=GONE, jwk=published(rsa_key("thief"))),
        # The key of the set signed all the same; the copy in the header is not used.
        header(jwk=published(rsa_key("k1"))),
    ),
    ("header.embedded_key", "x5c", signed_by(rsa_key("thief"), x5c=["MIIB"]), header(x5c=["MIIB"])),
    (
        "header.remote_key_url",
        "jku",
        header(jku="https://keys.example.net/k"),
        header(jku=f"{ISSUER}/k"),
    ),
    ("header.remote_key_url", "x5u", header(x5u="http://login.example.com/c.pem"), nothing),
    ("alg.missing", "none named", header(alg=GONE), nothing),
    ("alg.not_string", "number", header(alg=5), nothing),
    (
        "alg.none",
        "no signature",
        both(header(alg="None"), parts(lambda h, p, s: f"{h}.{p}.")),
        nothing,
    ),
    ("alg.unsupported", "lower case", header(alg="rs256"), nothing),
    ("alg.unsupported", "for encryption", header(alg="RSA-OAEP"), nothing),
    ("alg.symmetric", "secret", signed_by(b"secret", alg="HS256"), nothing),
    (
        "alg.symmetric_with_public_key",
        "PEM",
        signed_by(pem(rsa_key("k2")), alg="HS256", kid="k2"),
        signed_by(pem(rsa_key("unpublished")), alg="HS256"),
    ),
    (
        "alg.symmetric_with_public_key",
        "modulus",
        signed_by(
            rsa_key("k1").public_key().public_numbers().n.to_bytes(256), alg="HS256", kid=GONE
        ),
        nothing,
    ),
    ("typ.wrong_kind", "logout", header(typ="logout+jwt"), header(typ="application/at+jwt")),
    (
        "typ.wrong_kind",
        "DPoP proof",
        both(
            signed_by(
                ec_key("own"), alg="ES256", kid=GONE, typ="dpop+jwt", jwk=published(ec_key("own"))
            ),
            claims(htm="POST", exp=GONE),
        ),
        header(typ=GONE),
    ),
    ("kid.not_string", "number", header(kid=1), header(kid="k1")),
    ("kid.not_found", "rotated", header(kid="k0"), nothing),
    ("kid.not_found", "case", header(kid="K1"), nothing),
    (
        "kid.absent_many_keys",
        "two RSA keys",
        header(kid=GONE),
        # One key only is of the algorithm's type.
        signed_by(ec_key("e1"), alg="ES256", kid=GONE),
    ),
    (
        "kid.duplicate",
        "two named k1",
        keys(published(rsa_key("k1"), "k1"), published(rsa_key("k2"), "k1")),
        keys(published(rsa_key("k1"), "k1"), published(ec_key("e1"), "k1")),
    ),
    ("sig.length", "cut off", parts(lambda h, p, s: f"{h}.{p}.{s[:200]}"), nothing),
    ("sig.ecdsa_der", "DER", der_signature, signed_by(ec_key("e1"), alg="ES256", kid="e1")),
    ("sig.invalid", "one bit", parts(lambda h, p, s: f"{h}.{p}.{flipped(s)}"), nothing),
    ("sig.invalid", "unknown key", signed_by(rsa_key("thief")), nothing),
    (
        "sig.invalid_other_key_matches",
        "k2",
        signed_by(rsa_key("k2")),
        signed_by(rsa_key("k2"), kid="k2"),
    ),
    ("payload.not_json", "NaN", raw_payload('{%,"x":NaN}'), nothing),
    ("payload.not_object", "null", encoded(payload=json_part(None)), nothing),
    (
        "payload.duplicate_member",
        "aud",
        raw_payload('{%,"aud":"x"}'),
        raw_payload('{%,"x":{"aud":1}}'),
    ),
    (
        "payload.number_too_large",
        "1e400",
        raw_payload('{%,"x":1e400}'),
        raw_payload('{%,"x":1e300}'),
    ),
    (
        "payload.bad_unicode",
        "half a pair",
        raw_payload('{%,"x":"\\ud83d"}'),
        raw_payload('{%,"x":"\\ud83d\\ude00"}'),
    ),
]
