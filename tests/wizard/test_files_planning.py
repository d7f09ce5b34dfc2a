"""Planning static-config.yaml: a new one, every published one, and files of people's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from operations_agent import (
    DESCRIPTION,
    GIVEN,
    PUBLISHED,
    answers,
    planned,
    put,
    read_by_shell,
)

from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.notes import NoteKind
from agentcore_auth.files.planning import FileStatus, check_readers
from agentcore_auth.files.scalars import written_as
from agentcore_auth_checks.readers import SHELL_READERS, opened, readings

CURRENT = (PUBLISHED[-1].parent / "static-config@e5341f1b.yaml").read_text()
ACCOUNTS = ("123456789012", "012345678901", "012345670123", "000000000000")
VERSIONS = {path.stem.partition("@")[2]: path.read_text() for path in PUBLISHED}


def filled(text: str) -> str:
    """A published file as a user fills it in by hand."""
    return (
        text.replace("<YOUR_AWS_ACCOUNT_ID>", GIVEN["aws.account_id"])
        .replace("<YOUR_OKTA_DOMAIN>", GIVEN["okta.domain"])
        .replace("<YOUR_OKTA_AUTHORIZATION_SERVER_AUDIENCE>", GIVEN["okta.jwt.audience"])
        .replace("<YOUR_OKTA_CLIENT_ID>", GIVEN["okta.user_auth.client_id"])
        .replace('"us-east-1"', f'"{GIVEN["aws.region"]}"')
    )


# --- every reader sees the same ------------------------------------------------------------


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("start", ["", *VERSIONS])
def test_every_consumed_key_reads_the_same_everywhere(
    tmp_path: Path, start: str, account: str
) -> None:
    if start:
        put(tmp_path, VERSIONS[start])
    item = planned(tmp_path, answers(aws__account_id=account))
    path = put(tmp_path, item.after)
    document = opened(path.read_text())
    consumed = [key for key in DESCRIPTION.keys if key.readers]
    assert len(consumed) >= 20
    for key in consumed:
        value = readings(document, key.id, ["yq"])[0].value or ""
        assert readings(document, key.id, ["yaml"])[0].value == value, key.id
        for reader in SHELL_READERS & set(key.readers):
            assert read_by_shell(reader, path, key.id) == value, (key.id, reader)
    for key in ("aws.account_id", "aws.region"):
        assert read_by_shell("grep", path, key) == answers(aws__account_id=account)[key]
    assert yaml.safe_load(path.read_text())["aws"]["account_id"] == account


@pytest.mark.parametrize("start", ["", *VERSIONS])
def test_what_was_written_needs_no_second_writing(tmp_path: Path, start: str) -> None:
    if start:
        put(tmp_path, VERSIONS[start])
    first = planned(tmp_path)
    put(tmp_path, first.after)
    again = planned(tmp_path)
    assert (again.status, again.diff(), again.notes) == (FileStatus.SAME, "", ())


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = planned(tmp_path / "one"), planned(tmp_path / "two")
    assert one.after.encode() == two.after.encode()
    assert one.status is FileStatus.NEW


def test_a_new_file_says_every_key_of_its_description(tmp_path: Path) -> None:
    document = opened(planned(tmp_path).after)
    for key in DESCRIPTION.keys:
        seen = readings(document, key.id, ["yq"])[0].value or ""
        assert seen == (
            key.default if key.default is not None else answers()[key.id.removesuffix(".0")]
        )


def test_a_new_file_has_the_published_tools_and_no_other_key_than_the_published_file(
    tmp_path: Path,
) -> None:
    ours, published = yaml.safe_load(planned(tmp_path).after), yaml.safe_load(CURRENT)
    assert ours["tools_schema"] == published["tools_schema"]
    assert [*ours] == [*published]

    def shape(value: object) -> object:
        return {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else type(value)

    assert shape(ours) == shape(published)


# --- published versions --------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("as_filled", [False, True])
def test_each_published_version_is_recognized(version: str, as_filled: bool) -> None:
    text = filled(VERSIONS[version]) if as_filled else VERSIONS[version]
    found = DESCRIPTION.version_of(text)
    assert found is not None
    assert found.id == version


def test_the_first_version_loses_the_keys_that_nothing_reads(tmp_path: Path) -> None:
    put(tmp_path, VERSIONS["17a75597"])
    item = planned(tmp_path)
    assert "client_credentials" not in yaml.safe_load(item.after)["okta"]
    assert '  #   client_id: "<YOUR_OKTA_CLIENT_ID>"\n' in item.after
    assert any(
        note.kind is NoteKind.MIGRATED and note.key == "okta.client_credentials"
        for note in item.notes
    )


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("17a75597", "okta.jwt.audience"),
        ("17a75597", "okta.user_auth.audience"),
        ("17a75597", "agentcore.jwt_authorizer.allowed_audience.0"),
        ("01246a98", "agentcore.jwt_authorizer.allowed_audience.0"),
        ("17a75597", "agents.modelid"),
        ("a97b6e6e", "agents.modelid"),
    ],
)
def test_old_values_are_migrated_and_said(tmp_path: Path, version: str, key: str) -> None:
    put(tmp_path, filled(VERSIONS[version]))
    item = planned(tmp_path)
    note = next(note for note in item.notes if note.key == key)
    assert note.kind is NoteKind.MIGRATED
    assert note.new in ("myagentcoreaud", "global.anthropic.claude-haiku-4-5-20251001-v1:0")
    assert readings(opened(item.after), key, ["yq"])[0].value == note.new


def test_a_model_of_the_users_own_stays(tmp_path: Path) -> None:
    put(tmp_path, CURRENT.replace("global.anthropic.claude-haiku-4-5-20251001-v1:0", "eu.my.model"))
    assert yaml.safe_load(planned(tmp_path).after)["agents"]["modelid"] == "eu.my.model"


# --- what is not ours stays ----------------------------------------------------------------


def test_only_the_lines_that_must_change_do(tmp_path: Path) -> None:
    put(tmp_path, VERSIONS["6b02c0c4"])
    before, after = VERSIONS["6b02c0c4"].split("\n"), planned(tmp_path).after.split("\n")
    gone = [line for line in before if line not in after]
    ours = ("<YOUR_", "modelid", "aws_profile", "region")
    assert all(any(word in line for word in ours) for line in gone)
    kept = [line for line in before if line in after]
    assert kept == [line for line in after if line in kept]
    assert after[-1] == before[-1] != ""


OWN = """\
# my file
aws:   # where
    account_id:   '111122223333'
    region: eu-central-1
    my_note: "keep   me"    # and me

agents: {modelid: my.model, max_concurrent: 3, payload_formats: {diy: wrapped, sdk: direct}}
zzz_mine: [1, 2,   3]
okta:
    domain: integrator-1234567.okta.com
    # between
    user_auth:
        client_id: 0oa1b2c3d4e5f6g7h8i9
        audience: "old"
        redirect_uri: >-
            http://localhost:8080/callback
    jwt:
        issuer: https://integrator-1234567.okta.com/oauth2/default
        discovery_url: "https://integrator-1234567.okta.com/oauth2/default/.well-known/openid-configuration"
        audience: "old"
client: {default_agent: diy}
runtime:
    role_arn: "arn:aws:iam::012345678901:role/team/own-role"
    diy_agent: {name: mine}
    sdk_agent: {name: mine_too}
mcp_lambda:
    ecr_repository_name: own-repo
    stack_name: own-stack
memory: {name: own, description: "d", event_expiry_days: 7}
tools_schema:
    - {name: a, description: b}
# the end, without a line feed"""


def test_a_file_of_the_users_own_keeps_its_ways(tmp_path: Path) -> None:
    put(tmp_path, OWN)
    item = planned(tmp_path)
    changed = OWN.replace("'111122223333'", "'012345678901'").replace('"old"', '"myagentcoreaud"')
    changed = changed.replace("account_id:   '", "account_id: '")
    after = item.after
    for line in changed.split("\n"):
        assert line in after.split("\n"), line
    assert after.endswith("# the end, without a line feed")
    data = yaml.safe_load(after)
    assert data["okta"]["authorization_server"] == "default"
    assert data["agentcore"]["jwt_authorizer"]["allowed_audience"] == ["myagentcoreaud"]
    assert data["runtime"]["role_arn"] == "arn:aws:iam::012345678901:role/team/own-role"
    assert data["agents"]["modelid"] == "my.model"
    assert data["zzz_mine"] == [1, 2, 3]
    assert {note.key for note in item.notes if note.kind is NoteKind.ADDED} == {
        "okta.authorization_server",
        "agentcore",
    }


def test_keys_that_were_not_plain_become_readable_for_scripts(tmp_path: Path) -> None:
    text = (
        filled(CURRENT)
        .replace('  region: "eu-central-1"', '  "region" : eu-central-1   # home')
        .replace('  account_id: "012345678901"', "  account_id:\n    012345678901  ")
        .replace('  domain: "integrator', "  domain: 'integrator")
        .replace('.okta.com"\n  \n', ".okta.com'\n  \n", 1)
    )
    path = put(tmp_path, text)
    assert read_by_shell("grep", path, "aws.region") != "eu-central-1"
    item = planned(tmp_path)
    put(tmp_path, item.after)
    assert "  # home\n  region: eu-central-1\n  account_id: 012345678901\n" in item.after
    assert "  domain: 'integrator-1234567.okta.com'\n" in item.after
    assert read_by_shell("grep", path, "aws.region") == "eu-central-1"
    assert read_by_shell("grep-anchored", path, "aws.account_id") == "012345678901"
    kinds = {note.key: note.kind for note in item.notes}
    assert kinds["aws.region"] is NoteKind.REPAIRED


def test_carriage_returns_and_a_byte_order_mark_go(tmp_path: Path) -> None:
    path = put(tmp_path, "\ufeff" + filled(CURRENT).replace("\n", "\r\n"))
    assert read_by_shell("grep", path, "aws.region").endswith("\r")
    item = planned(tmp_path)
    assert item.after == filled(CURRENT).replace(
        '  aws_profile: ""  # Leave empty to use default AWS credentials',
        '  # Leave empty to use default AWS credentials\n  aws_profile: ""',
    )
    assert sum(note.kind is NoteKind.REPAIRED for note in item.notes) == 3


@pytest.mark.parametrize("value", ["", " ~", "  # mine"])
def test_a_section_without_content_is_filled_in(tmp_path: Path, value: str) -> None:
    text = CURRENT[: CURRENT.index("tools_schema:")] + f"tools_schema:{value}\n"
    put(tmp_path, text.replace("runtime:\n", f"runtime:{value}\nx_mine:\n"))
    after = planned(tmp_path).after
    data = yaml.safe_load(after)
    assert len(data["tools_schema"]) == 20
    assert data["runtime"]["role_arn"].startswith("arn:aws:iam::012345678901:")
    assert after.count("  # mine") == (2 if "#" in value else 0)


def test_sections_that_are_missing_take_their_place(tmp_path: Path) -> None:
    put(tmp_path, 'aws:\n  region: "x"\nokta:\nmemory:\n  name: "mine"\n')
    item = planned(tmp_path)
    data = yaml.safe_load(item.after)
    names = [name for name in data if name in ("aws", "agents", "okta", "agentcore", "memory")]
    assert names == ["aws", "agents", "okta", "agentcore", "memory"]
    assert data["memory"]["name"] == "mine"
    assert data["okta"]["jwt"]["audience"] == "myagentcoreaud"
    assert len(data["tools_schema"]) == 20


@pytest.mark.parametrize("value", ["[]", "", "own", "null", '["own"]', "\n      -", "\n      - ~"])
def test_the_list_of_audiences_gets_its_first_item(tmp_path: Path, value: str) -> None:
    text = filled(CURRENT).replace(
        'allowed_audience: \n      - "myagentcoreaud"', f"allowed_audience: {value}"
    )
    assert text != filled(CURRENT)
    put(tmp_path, text)
    after = yaml.safe_load(planned(tmp_path).after)
    assert after["agentcore"]["jwt_authorizer"]["allowed_audience"] == ["myagentcoreaud"]


# --- changes by hand -----------------------------------------------------------------------


def test_a_value_changed_by_hand_is_reported(tmp_path: Path) -> None:
    first = planned(tmp_path)
    put(tmp_path, first.after.replace('"eu-central-1"', '"eu-west-1"'))
    item = planned(tmp_path, written={"static-config": dict(first.values)})
    assert item.status is FileStatus.FOREIGN
    note = item.notes[0]
    assert (note.kind, note.key, note.old, note.new) == (
        NoteKind.BY_HAND,
        "aws.region",
        "eu-west-1",
        "eu-central-1",
    )
    assert "aws.region: eu-west-1 -> eu-central-1" in str(note)


def test_a_new_answer_is_no_change_by_hand(tmp_path: Path) -> None:
    first = planned(tmp_path)
    put(tmp_path, first.after)
    item = planned(
        tmp_path, answers(aws__region="us-west-2"), {"static-config": dict(first.values)}
    )
    assert item.status is FileStatus.CHANGED
    assert [note.kind for note in item.notes] == [NoteKind.SET]


def test_a_key_that_follows_no_answer_may_be_changed_by_hand(tmp_path: Path) -> None:
    first = planned(tmp_path)
    put(tmp_path, first.after.replace('stack_name: "bac-mcp-stack"', 'stack_name: "mine"'))
    item = planned(tmp_path, written={"static-config": dict(first.values)})
    assert item.status is FileStatus.SAME


# --- refusals ------------------------------------------------------------------------------

REFUSED = {
    "not YAML": (lambda text: text.replace("aws:\n", "aws:\n\tx: 1\n"), "line 6", "not YAML"),
    "a key twice": (
        lambda text: text.replace("agents:\n", "  region: x\nagents:\n", 1).replace(
            "\n\n  r", "\n  r"
        ),
        "line ",
        "stands twice",
    ),
    "an anchor": (lambda text: text.replace("region: ", "region: &r "), "line 6", "&r"),
    "an alias": (
        lambda text: text.replace("# AWS", "x: &x eu-central-1\n# AWS").replace(
            'region: "eu-central-1"', "region: *x"
        ),
        "line 7",
        "*x",
    ),
    "braces": (
        lambda text: text.replace(
            'aws:\n  region: "eu-central-1"\n  account_id: "012345678901"',
            "aws: {region: eu-central-1, account_id: '1'}",
        ),
        "line 5",
        "braces",
    ),
    "an earlier line": (
        lambda text: text.replace("  domain:", "  subdomain: x\n  domain:"),
        "line 20",
        "subdomain",
    ),
    "a comment like a key": (
        lambda text: text.replace("aws:\n", "aws:\n  #  region: where it runs\n"),
        "line 6",
        "grep",
    ),
    "a mapping as value": (
        lambda text: text.replace('region: "eu-central-1"', "region: {a: b}"),
        "line 6",
        "one value",
    ),
    "a list as root": (lambda text: "- a\n- b\n", "line 1", "no keys"),
    "nothing": (lambda text: "# only a comment\n", "", "says nothing"),
    "two documents": (lambda text: "a: 1\n---\nb: 2\n", "line 2", "second document"),
    "text where a section belongs": (
        lambda text: text.replace("runtime:", "runtime: off\nruntim:"),
        "line ",
        "runtime.role_arn is missing and cannot be put here",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_edited_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    change, line, reason = REFUSED[name]
    text = change(filled(CURRENT))
    assert text != filled(CURRENT)
    path = put(tmp_path, text)
    with pytest.raises(FilesError) as refused:
        planned(tmp_path)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert line in message
    assert reason in message
    assert "\n" not in message
    assert path.read_bytes() == text.encode()


def test_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "x")
    path.write_bytes(filled(CURRENT).encode("utf-16"))
    with pytest.raises(FilesError, match="not UTF-8"):
        planned(tmp_path)


def test_a_missing_answer_is_named(tmp_path: Path) -> None:
    given = {key: value for key, value in answers().items() if "domain" not in key}
    del given["okta.jwt.issuer"]
    with pytest.raises(FilesError, match=r"not answered yet: okta\.domain, okta\.jwt\.issuer$"):
        planned(tmp_path, given)


HOSTILE = [
    "x'y",
    'x"y',
    "x\ny",
    "x # y",
    "a: b",
    "x\\y",
    "  x",
    "x ",
    "a  b",
    "x\u202ey",
    "$(reboot)",
    "<YOUR_X>",
    "{{ 7*7 }}",
    "*x",
    "&x",
    "- x",
    "!x",
    "%x",
    "@x",
    "`x`",
    "null",
    "yes",
    "012345670123",
    "1e3",
    "\x00",
    "\ud800",
    "é",
    "-n",
    "x:",
    "#",
    "audience: x",
]


@pytest.mark.parametrize("value", HOSTILE, ids=[repr(value) for value in HOSTILE])
@pytest.mark.parametrize("start", ["", "e5341f1b"])
def test_a_hostile_value_reads_back_everywhere_or_is_refused(
    tmp_path: Path, value: str, start: str
) -> None:
    if start:
        put(tmp_path, VERSIONS[start])
    try:
        item = planned(tmp_path, answers(okta__jwt__audience=value))
    except (FilesError, UnicodeEncodeError) as refused:
        assert isinstance(refused, FilesError), "a refusal is one clear line, not a crash"
        assert "okta." in str(refused)
        return
    path = put(tmp_path, item.after)
    assert yaml.safe_load(item.after)["okta"]["jwt"]["audience"] == value
    assert read_by_shell("grep-anchored", path, "okta.jwt.audience") == value


# --- secrets -------------------------------------------------------------------------------

SECRET = "s3ntinel-Zq8-client-secret-value-0123456789"


def test_a_secret_in_an_old_file_is_not_shown_and_not_kept(tmp_path: Path) -> None:
    text = VERSIONS["17a75597"].replace("${OKTA_CLIENT_SECRET}", SECRET)
    put(tmp_path, text)
    item = planned(tmp_path)
    assert SECRET not in item.after
    assert SECRET not in item.diff()
    assert SECRET not in repr(item)
    assert SECRET not in "".join(map(str, item.notes))
    assert '#   client_secret: "${CLIENT_SECRET}"' in item.after


def test_a_diff_shows_no_control_characters(tmp_path: Path) -> None:
    put(tmp_path, CURRENT.replace("<YOUR_OKTA_DOMAIN>", "x\u202e\u200b"))
    diff = planned(tmp_path).diff()
    assert "<U+202E><U+200B>" in diff
    assert "\u202e" not in diff


# --- properties ----------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.sampled_from(["", "'", '"', "|"]))
def test_a_written_value_reads_back(text: str, style: str) -> None:
    written = written_as(text, style, "text")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        return
    assert yaml.safe_load(f"a: {written}\n") == {"a": text}
    document = opened(f"a: {written}\n")
    if text != "null":
        assert readings(document, "a", ["yq"])[0].value == text.rstrip("\n")


NAMES = st.text(st.sampled_from(list("abcxyz_")), min_size=1, max_size=8).map(lambda n: f"own_{n}")
VALUES = st.one_of(
    st.text(st.sampled_from(list("abc XYZ019.-/é")), max_size=12).map(repr),
    st.integers().map(str),
    st.sampled_from(["true", "[a,  b]", "{a: b}", "~", "'it''s'"]),
)
OWN_LINES = st.dictionaries(NAMES, st.tuples(VALUES, st.sampled_from(["", "  # mine", " "])))


@settings(max_examples=40, deadline=None)
@given(OWN_LINES, st.sampled_from(sorted(VERSIONS)), st.sampled_from(["", "\n", "\n\n"]))
def test_keys_of_the_users_own_stay_byte_for_byte(
    own: dict[str, tuple[str, str]], version: str, end: str
) -> None:
    lines = [f"{name}: {value}{tail}" for name, (value, tail) in own.items()]
    block = "# my own\n" + "\n".join(lines) + "\n\n"
    text = VERSIONS[version].replace("# Development settings", f"{block}# Development settings")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), text + end)
        after = planned(Path(folder)).after
    assert block in after
    assert after.endswith(end) and not after.endswith(f"{end}\n")
    check_readers(after, DESCRIPTION, Path("x"))
