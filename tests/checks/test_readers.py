"""The emulated readers against the programs themselves, on real, nasty and generated files."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentcore_auth_checks.readers import READERS, SHELL_READERS, Document, opened, readings

DATA = Path(__file__).parent.parent / "data" / "systems"
PUBLISHED = sorted((DATA / "operations-agent").glob("static-config@*.yaml"))

PIPELINES = {
    "grep": (
        r"""grep "  $2:" "$1" | head -1 | sed 's/.*: *["'\'']*\([^"'\'']*\)["'\'']*$/\1/' | xargs"""
    ),
    "grep-anchored": (
        r"""grep "$2:" "$1" | head -1 | sed 's/.*'"$2"': *["'\'']*\([^"'\'']*\)["'\'']*$/\1/'"""
    ),
    "grep-comment": (
        r"""grep "$2:" "$1" | head -1 | """
        r"""sed 's/.*'"$2"': *["'\'']*\([^"'\''#]*\)["'\'']*.*$/\1/' | xargs 2>/dev/null"""
    ),
}
"""The scripts' own words, with the file and the key as parameters."""

CONSUMED = (
    "aws.region",
    "aws.account_id",
    "okta.domain",
    "okta.jwt.audience",
    "okta.jwt.discovery_url",
    "runtime.role_arn",
    "mcp_lambda.ecr_repository_name",
    "mcp_lambda.stack_name",
    "deployment.aws_profile",
)


def as_the_shell_reads(reader: str, path: Path, key: str) -> str:
    """Runs the scripts' own pipeline, in the command substitution in which they run it."""
    program = f'value=$({PIPELINES[reader]}); printf %s "$value"'
    word = key.rpartition(".")[2]
    done = subprocess.run(
        ["bash", "-c", program, "bash", str(path), word], capture_output=True, check=False
    )
    return done.stdout.decode()


def emulated(reader: str, text: str, key: str) -> str:
    """Returns the emulation's answer as a script would hold it: nothing found is an empty text."""
    return READERS[reader](Document(text, None, None, None), key) or ""


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
@pytest.mark.parametrize("reader", sorted(SHELL_READERS))
def test_published_files_read_as_the_shell_reads_them(path: Path, reader: str) -> None:
    text = path.read_text()
    for key in CONSUMED:
        assert emulated(reader, text, key) == as_the_shell_reads(reader, path, key), key


def test_all_five_published_versions_are_here() -> None:
    assert len(PUBLISHED) == 5


NASTY = [
    '  region: "us-east-1"\n',
    "  region: 'us-east-1'\n",
    "  region: us-east-1\n",
    '  region: "us-east-1" # c\n',
    "  region: us-east-1 # c\n",
    "  region: us-east-1   \n",
    "  region: us-east-1\t\n",
    '  region: "us-east-1"  \n',
    '  region: "us-east-1"\r\n',
    "  region: us-east-1\r\n",
    "  region: https://x.example.com\n",
    "  region: x.example.com:8443\n",
    '  region: "o\'brien"\n',
    "  region: 'say \"x\"'\n",
    '  region: "a" "b"\n',
    "  region:\n",
    "  region: \n",
    '  region: ""\n',
    "  region:us-east-1\n",
    "  region : us-east-1\n",
    '  "region": us-east-1\n',
    " region: one blank\n",
    "region: none\n",
    "\tregion: tab\n",
    "  # region: comment\n  region: x\n",
    "#  region: comment\n  region: x\n",
    "  subregion: earlier\n  region: x\n",
    "aws: {region: x}\n",
    "aws: {  region: x, y: z}\n",
    "  region: x",
    "",
    "\n\n",
    "  region: a  b\t c\n",
    "  region: a\\b\n",
    "  region: a\\\n",
    "  region: a\\\\b\n",
    "  region: a\\ b\n",
    "  region: -n\n",
    "  region: -n x\n",
    "  region: -nE -e x\n",
    "  region: -nx y\n",
    "  region: --\n",
    "  region: é\u00a0\u2003x\n",
    "  region: x\u2028  region: y\n",
    "  region: x\x0b  region: y\x0c\n",
    "  region: x\x85y\n",
    "  region: |\n    block\n",
    "  region: $(reboot) `x` ; rm *\n",
    "  region: *\n",
    "  region: x#y\n",
    "  region: 'x#y'\n",
    "  region: #\n",
    '  region: ""  # Leave empty\n',
    "  region: ''# c\n",
    "  region: a: b: c\n",
    "  region: \U0001f600\n",
]


@pytest.mark.parametrize("text", NASTY, ids=[repr(text) for text in NASTY])
@pytest.mark.parametrize("reader", sorted(SHELL_READERS))
def test_nasty_lines_read_as_the_shell_reads_them(reader: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode())
    assert emulated(reader, text, "aws.region") == as_the_shell_reads(reader, path, "aws.region")


@cache
def _folder() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="readers-"))


LINES = st.lists(
    st.builds(
        lambda indent, word, gap, value: f"{indent}{word}:{gap}{value}",
        st.sampled_from(["", " ", "  ", "    ", "# ", "#  ", "\t"]),
        st.sampled_from(["region", "domain", "subregion", "x"]),
        st.sampled_from(["", " ", "  "]),
        st.text(st.sampled_from(list("aZ0 -_.:/#\"'\\\t\r*{}[]<>é")), max_size=12),
    ),
    max_size=4,
)


@settings(max_examples=120, deadline=None)
@given(LINES, st.sampled_from(["", "\n"]), st.sampled_from(sorted(SHELL_READERS)))
@example(["  region: 'a\\'"], "\n", "grep")
@example(["  region: a'b"], "\n", "grep-comment")
@example(["region:\r"], "", "grep-comment")
@example(["  region: a \r\v\fb"], "\n", "grep")
def test_generated_files_read_as_the_shell_reads_them(
    lines: list[str], end: str, reader: str
) -> None:
    text = "\n".join(lines) + end
    path = _folder() / "file.yaml"
    path.write_bytes(text.encode())
    assert emulated(reader, text, "aws.region") == as_the_shell_reads(reader, path, "aws.region")


@pytest.mark.parametrize("value", ["--help", "--version", "-e a\\\\tb"])
def test_what_echo_takes_for_itself_counts_as_unreadable(value: str) -> None:
    document = opened(f"aws:\n  region: {value}\n")
    assert READERS["grep"](document, "aws.region") is None
    assert READERS["grep-anchored"](document, "aws.region") == value


YQ = [
    case
    for case in json.loads((DATA / "yq-cases.json").read_text())["cases"]
    if case["printed"]  # nothing printed: yq refuses the file, and the rules say so of theirs
]


@pytest.mark.parametrize("case", YQ, ids=[f"{case['text']!r}" for case in YQ])
def test_yq_prints_what_was_measured(case: dict[str, str]) -> None:
    document = opened(case["text"])
    printed = case["printed"].rstrip("\n")
    expected = None if printed == "null" else printed
    assert READERS["yq"](document, case["key"]) == expected


def _real_yq() -> str | None:
    path = shutil.which("yq")
    if path is None:
        return None
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return path if "mikefarah" in said else None


@pytest.mark.skipif(_real_yq() is None, reason="yq of mikefarah is not installed")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_yq_itself_prints_the_same(path: Path) -> None:
    document = opened(path.read_text())
    for key in CONSUMED:
        done = subprocess.run(
            [str(_real_yq()), "eval", f".{key}", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert READERS["yq"](document, key) == done.stdout.rstrip("\n"), key


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ('"012345670123"', "012345670123"),
        ("'012345670123'", "012345670123"),
        ("012345670123", "1402433619"),
        ("012345678901", "012345678901"),
        ("123456789012", "123456789012"),
        ("12:30:45", "45045"),
        ("no", "False"),
        ("~", None),
        ("", None),
        ('""', ""),
        ("1e3", "1e3"),
        ("{x: y}", None),
    ],
)
def test_python_sees_what_yaml_1_1_makes_of_it(value: str, seen: str | None) -> None:
    text = f"aws:\n  account_id: {value}\n"
    assert READERS["yaml"](opened(text), "aws.account_id") == seen
    plain = yaml.safe_load(text)["aws"]["account_id"]
    assert seen == (None if plain is None or isinstance(plain, dict) else str(plain))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_the_fast_parser_sees_what_safe_load_sees(path: Path) -> None:
    assert opened(path.read_text()).data == yaml.safe_load(path.read_text())


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_the_fast_parser_sees_what_safe_load_sees_in_generated_files(lines: list[str]) -> None:
    text = "\n".join(lines)
    document = opened(text)
    try:
        plain = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return
    if document.problem is None:
        assert document.data == plain


def test_a_list_is_read_by_position() -> None:
    document = opened("a:\n  b:\n    - x\n    - y\n")
    assert [reading.value for reading in readings(document, "a.b.1", ["yaml", "yq"])] == ["y", "y"]
    assert [reading.value for reading in readings(document, "a.b.2", ["yaml", "yq"])] == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\n\tb: x\n", 2, 1),
        ("a: x\n b: y\n", 2, 3),
        ("a: *nobody\n", 1, 4),
        ("a: 1\n---\na: 2\n", 2, 1),
        ("a: !!python/object:os.system x\n", 1, 4),
        ("a: [1, 2\n", 2, 1),
        ("a: &x [*x]\n", 1, 8),
        ("? [a]\n: b\n", 1, 3),
        ("a: 2001-99-99\n", 1, 1),
    ],
)
def test_what_is_no_usable_yaml_is_placed(text: str, line: int, column: int) -> None:
    problem = opened(text).problem
    assert problem is not None
    assert (problem.line, problem.column) == (line, column)


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    problem = opened("[" * 50_000).problem
    assert problem is not None
    assert "levels" in problem.reason


def test_an_alias_bomb_opens_at_once() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    document = opened(text + "aws:\n  region: x\n")
    assert READERS["yq"](document, "aws.region") == "x"
    assert READERS["yaml"](document, "aws.region") == "x"
