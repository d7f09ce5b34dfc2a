"""Whatever is pasted comes out as a token or with a name; nothing raises, nothing leaks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_minting import Setup, encode, failures, json_part

from agentcore_auth_checks import base64url
from agentcore_auth_checks.base64url import EncodingFault
from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.token_parser import parse_token

TOKEN = Setup().token()

WRAPPERS = {
    "token.bearer_prefix": "Bearer {}",
    "token.header_line": "Authorization: Bearer {}",
    "token.quoted": '"{}"',
    "token.whitespace": "  {}\n",
    "token.is_token_response": '{{"access_token": "{}", "token_type": "Bearer"}}',
    "token.non_ascii": "\u200b{}",
}


@pytest.mark.parametrize(("code", "wrapper"), WRAPPERS.items(), ids=WRAPPERS)
def test_what_is_cleaned_is_said_and_the_token_is_whole(code: str, wrapper: str) -> None:
    parsed = parse_token(Secret(wrapper.format(TOKEN)))
    assert parsed.text == Secret(TOKEN)
    assert parsed.cleaned == (code,)


def test_several_wrappings_come_off_outermost_first() -> None:
    pasted = json.dumps({"access_token": f"'Bearer {TOKEN}'"})
    parsed = parse_token(Secret(pasted))
    assert parsed.text == Secret(TOKEN)
    assert parsed.cleaned == (
        "token.is_token_response",
        "token.quoted",
        "token.bearer_prefix",
    )


def test_headers_after_the_one_that_holds_the_token_are_left_out() -> None:
    pasted = f"authorization: Bearer {TOKEN}\r\nAccept: application/json\r\nX-Other: 1\r\n"
    parsed = parse_token(Secret(pasted))
    assert parsed.text == Secret(TOKEN)
    assert parsed.cleaned == ("token.header_line",)


@pytest.mark.parametrize(
    "text",
    [
        "authorization: x" + "\n" * 200_000 + "!",
        "authorization:" + " " * 200_000 + '"',
        "authorization:" * 15_000,
        '{"access_token":' * 15_000,
        "%41" * 80_000,
        "\\ " * 100_000 + "!",
    ],
    ids=["line breaks", "blanks", "headers", "objects", "percent signs", "continued lines"],
)
def test_no_long_text_is_a_trap(text: str) -> None:
    assert parse_token(Secret(text)).signing_input is None


def test_a_dash_that_a_word_processor_exchanged_is_put_back() -> None:
    setup = Setup()
    token = next(
        token
        for number in range(1000)
        if "-" in (token := Setup(payload={**setup.payload, "jti": number}).token())
    )
    parsed = parse_token(Secret(token.replace("-", "\u2013")))
    assert parsed.text == Secret(token)
    assert parsed.cleaned == ("token.non_ascii",)


def test_a_blemish_yields_to_any_other_fault() -> None:
    setup = Setup()
    setup.payload["exp"] = setup.now - 5
    setup.text = f"Bearer {setup.token()}"
    assert failures(setup.report()) == ["exp.expired", "token.bearer_prefix"]


def test_the_token_is_never_shown() -> None:
    shown = repr(parse_token(Secret(TOKEN)))
    assert [part for part in TOKEN.split(".") if part in shown] == []


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    parse_token(Secret(text))


PIECES = st.sampled_from(
    (
        *("eyJ", "e30", ".", "..", "Bearer ", "authorization:", "{", '{"access_token":', "%2e"),
        *("<saml", "\ufeff", "\u2026", "\ud800", "\n", "====", "-_", "null", "$X", ",", "\\"),
        *('"', "*", TOKEN),
    )
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_pile_of_likely_pieces_raises(text: str) -> None:
    parsed = parse_token(Secret(text))
    assert parsed.shape_problem or parsed.signing_input or parsed.encoding_problem


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_no_three_parts_raise_a_crash_in_any_rule(
    first: bytes, second: bytes, third: bytes
) -> None:
    setup = Setup(text=f"{encode(first)}.{encode(second)}.{encode(third)}")
    assert "internal.crash" not in failures(setup.report())


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
HEADER_NAMES = st.sampled_from(
    ["alg", "kid", "typ", "crit", "b64", "zip", "jwk", "jku", "x5c", "x5u"]
)
CLAIM_NAMES = st.sampled_from(
    (
        *("iss", "sub", "aud", "exp", "nbf", "iat", "scope", "scp", "client_id", "cid", "azp"),
        *("cnf", "roles", "token_use", "nonce", "typ", "department"),
    )
)
KEY_NAMES = st.sampled_from(["kty", "crv", "n", "e", "x", "y", "kid", "use", "alg", "key_ops", "d"])
DOCUMENT_NAMES = st.sampled_from(["issuer", "jwks_uri", "authorization_endpoint", "error"])


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(HEADER_NAMES, ANY_JSON, max_size=2),
    st.dictionaries(CLAIM_NAMES, ANY_JSON, max_size=3),
    st.dictionaries(KEY_NAMES, ANY_JSON, max_size=2),
    st.dictionaries(DOCUMENT_NAMES, ANY_JSON, max_size=2),
)
def test_no_member_of_any_type_raises_a_crash(
    header: dict[str, object],
    claims: dict[str, object],
    key: dict[str, object],
    document: dict[str, object],
) -> None:
    setup = Setup()
    setup.header.update(header)
    setup.payload.update(claims)
    setup.key_set["keys"][0].update(key)
    setup.discovery.update(document)
    setup.authorizer["customClaims"] = [{"inboundTokenClaimName": "department"}, claims]
    setup.text = f"{json_part(setup.header)}.{json_part(setup.payload)}.{encode(b'x' * 256)}"
    assert "internal.crash" not in failures(setup.report())


BASE64 = [
    ("", b"", None),
    ("AA", b"\0", None),
    ("_-8", b"\xff\xef", None),
    ("AA==", b"\0", EncodingFault.PADDING),
    ("+/8", b"\xfb\xff", EncodingFault.ALPHABET),
    ("A*AA", None, EncodingFault.ALPHABET),
    ("AA\n", None, EncodingFault.ALPHABET),
    ("A", None, EncodingFault.LENGTH),
    ("AAAAA", None, EncodingFault.LENGTH),
    ("AB", b"\0", EncodingFault.NONCANONICAL),
]


@pytest.mark.parametrize(("text", "data", "fault"), BASE64, ids=[repr(row[0]) for row in BASE64])
def test_base64url_is_read_strictly(
    text: str, data: bytes | None, fault: EncodingFault | None
) -> None:
    assert base64url.decode(text) == (data, fault)


@settings(deadline=None)
@given(st.binary())
def test_base64url_comes_back(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == (data, None)
