"""JSON that must be read, and text that must be refused with the right name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcore_auth_checks.strict_json import (
    DEEPEST_NESTING,
    LARGEST_BYTES,
    JsonFault,
    decode,
    decode_object,
)

READ = [
    b"{}",
    b" [ ] ",
    b"null",
    b"-0.5e-7",
    b'"\\ud83d\\ude00"',
    '"\U0001f600 ß"'.encode(),
    b'{"a":{"a":1},"b":[{"a":2}]}',
    b'"[[[[{{{{ \\" ]]"',
    b"1e308",
    b"9" * 300,
    b"[" * DEEPEST_NESTING + b"]" * DEEPEST_NESTING,
]

REFUSED = [
    (b"", JsonFault.NOT_JSON),
    (b"<html>", JsonFault.NOT_JSON),
    (b"[1,]", JsonFault.NOT_JSON),
    (b"{'a':1}", JsonFault.NOT_JSON),
    (b'{"a":1}x', JsonFault.NOT_JSON),
    (b"01", JsonFault.NOT_JSON),
    (b"NaN", JsonFault.NOT_JSON),
    (b"[-Infinity]", JsonFault.NOT_JSON),
    (b'"\x01"', JsonFault.NOT_JSON),
    (b'"open', JsonFault.NOT_JSON),
    (b'{"a":"\\"', JsonFault.NOT_JSON),
    (b"\xef\xbb\xbf{}", JsonFault.NOT_JSON),
    (b'"\xe9"', JsonFault.NOT_UTF8),
    (b'"\xed\xa0\x80"', JsonFault.NOT_UTF8),
    ('{"a":1}'.encode("utf-16"), JsonFault.NOT_UTF8),
    ('{"a":1}'.encode("utf-16-be"), JsonFault.NOT_UTF8),
    ('{"a":1}'.encode("utf-32-le"), JsonFault.NOT_UTF8),
    (b'{"a":1,"a":1}', JsonFault.DUPLICATE_MEMBER),
    (b'{"x":{"a":1,"\\u0061":2}}', JsonFault.DUPLICATE_MEMBER),
    (b"1e309", JsonFault.NUMBER_TOO_LARGE),
    (b"-1e999", JsonFault.NUMBER_TOO_LARGE),
    (b"9" * 5000, JsonFault.NUMBER_TOO_LARGE),
    (b'"\\ud800"', JsonFault.BAD_UNICODE),
    (b'{"\\udc00":1}', JsonFault.BAD_UNICODE),
    (b'[{"a":["\\ud83dx"]}]', JsonFault.BAD_UNICODE),
    (b"[" * (DEEPEST_NESTING + 1) + b"]" * (DEEPEST_NESTING + 1), JsonFault.TOO_DEEP),
    (b'{"a":' * 100_000, JsonFault.TOO_DEEP),
    (b"[" * 500_000, JsonFault.TOO_DEEP),
    (b" " * (LARGEST_BYTES + 1), JsonFault.TOO_LARGE),
]


@pytest.mark.parametrize("data", READ, ids=range(len(READ)))
def test_what_is_json_is_read_as_python_reads_it(data: bytes) -> None:
    assert decode(data) == (json.loads(data), None)


@pytest.mark.parametrize(("data", "fault"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_is_refused_by_name(data: bytes, fault: JsonFault) -> None:
    value, problem = decode(data)
    assert value is None
    assert problem is not None
    assert problem.fault is fault


def test_a_member_that_stands_twice_is_named() -> None:
    _, problem = decode(b'{"aud":1,"exp":2,"exp":3,"aud":4}')
    assert problem is not None
    assert problem.detail == "exp"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"[1]", "array"), (b"null", "null"), (b"true", "boolean"), (b'"x"', "string")],
)
def test_another_value_than_an_object_is_named(data: bytes, kind: str) -> None:
    members, problem = decode_object(data)
    assert members is None
    assert problem is not None
    assert (problem.fault, problem.detail) == (JsonFault.NOT_OBJECT, kind)


def test_an_unclosed_string_of_a_megabyte_is_no_trap() -> None:
    # Every escaped quotation mark could be taken for the beginning of another string.
    _, problem = decode(b'"' + b'\\"' * 500_000)
    assert problem is not None
    assert problem.fault is JsonFault.NOT_JSON


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**290), 10**290)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert decode(json.dumps(value).encode()) == (value, None)
    assert decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))[1] is None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    value, problem = decode(data)
    assert value is None or problem is None
