"""Every finding about a configuration file: a case where it comes, and a near miss where not."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from agentcore_auth_checks.config_reading import described_file, secrets_in, without_secrets
from agentcore_auth_checks.engine import described, examine, judge
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.config_file import ConfigFile
from agentcore_auth_checks.facts.documents import DiscoveryDocument
from agentcore_auth_checks.findings import Finding, Severity, Status
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.probes.config_file import ConfigFileProbe
from agentcore_auth_checks.rules.config import RULES
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_templates.config_files import file_description

DATA = Path(__file__).parent.parent / "data" / "systems" / "operations-agent"
DESCRIPTION = file_description("static-config")
SECRET = "s3ntinel-Zq8-client-secret-value-0123456789"
ISSUER = "https://acme.okta.com/oauth2/default"
EXPECTED = {
    "aws.region": "us-east-1",
    "aws.account_id": "012345678901",
    "okta.domain": "acme.okta.com",
    "okta.jwt.audience": "myagentcoreaud",
    "okta.jwt.issuer": ISSUER,
    "runtime.role_arn": "arn:aws:iam::012345678901:role/bac-execution-role",
}


def published(version: str) -> str:
    """A published file, filled in by hand as its own guide says."""
    return (
        (DATA / f"static-config@{version}.yaml")
        .read_text()
        .replace("<YOUR_AWS_ACCOUNT_ID>", EXPECTED["aws.account_id"])
        .replace("<YOUR_OKTA_DOMAIN>", EXPECTED["okta.domain"])
        .replace("<YOUR_OKTA_AUTHORIZATION_SERVER_AUDIENCE>", EXPECTED["okta.jwt.audience"])
        .replace("<YOUR_OKTA_CLIENT_ID>", "0oa1b2c3d4e5f6g7h8i9")
    )


HEALTHY = published("e5341f1b").replace("  # Leave empty to use default AWS credentials", "")


def fact(text: str, *, mode: int = 0o644, written: bool = True) -> ConfigFile:
    return described_file(
        text,
        DESCRIPTION,
        path="config/static-config.yaml",
        mode=mode,
        expected=EXPECTED,
        written=written,
        source="file.static-config",
    )


def failures(*facts: ConfigFile | DiscoveryDocument) -> list[Finding]:
    return [finding for finding in judge(Facts(facts), RULES) if finding.is_failure]


def found(text: str, code: str) -> list[Finding]:
    return [finding for finding in failures(fact(text)) if finding.code == code]


def test_a_healthy_file_raises_nothing_and_passes_every_rule() -> None:
    live = DiscoveryDocument(url="x", content={"issuer": ISSUER})
    said = judge(Facts((fact(HEALTHY), live)), RULES)
    assert [finding for finding in said if finding.is_failure] == []
    assert len(said) == len(RULES)
    assert {finding.status for finding in said} == {Status.PASS}


Change = Callable[[str], str]


def swap(old: str, new: str, *, count: int = -1) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


REGION = '  region: "us-east-1"'

CASES: list[tuple[str, str, str, Change, Change]] = [
    # code, field, where the case stands, the case, its near miss
    (
        "config.not_yaml",
        "",
        "6:1",
        swap(REGION, "\tregion: x"),
        swap(REGION, "  region: us-east-1"),
    ),
    (
        "config.not_yaml",
        "",
        "7:",
        swap(REGION, '  region: "us-east-1'),
        swap(REGION, "  region: 'us-east-1'"),
    ),
    (
        "config.duplicate_key",
        "aws.region",
        "7:3",
        swap(REGION, f'{REGION}\n  region: "us-east-1"'),
        swap("gateway:\n", 'gateway:\n  region: "us-east-1"\n'),
    ),
    (
        "config.crlf",
        "",
        "3:1",
        lambda text: text.replace("\n", "\r\n").replace("\r\n", "\n", 2),
        swap('description: "BAC', 'description: "\\rBAC'),
    ),
    (
        "config.placeholder",
        "okta.domain",
        "20:11",
        swap('domain: "acme.okta.com"', 'domain: "<YOUR_OKTA_DOMAIN>"'),
        swap('description: "BAC', 'description: "a < b > BAC'),
    ),
    (
        "config.placeholder",
        "okta.jwt.discovery_url",
        "36:20",
        swap(
            "https://acme.okta.com/oauth2/default/.well", "https://<your-domain>/x/.well", count=1
        ),
        swap("# Gateway Base", "# <YOUR_GATEWAY> Gateway Base"),
    ),
    (
        "config.stale_template",
        "okta.client_credentials",
        "22:16",
        swap("  \n  # OAuth2", '  client_credentials:\n    client_id: "x"\n  # OAuth2'),
        swap("  \n  # OAuth2", "  # client_credentials:\n  #   client_id: x\n  # OAuth2"),
    ),
    (
        "config.stale_template",
        "okta.jwt.audience",
        "34:15",
        swap("myagentcoreaud", "0oa1b2c3d4e5f6g7h8i9"),
        swap("myagentcoreaud", "0oa1b2c3d4e5"),
    ),
    (
        "config.stale_template",
        "agents.modelid",
        "11:12",
        swap(
            "global.anthropic.claude-haiku-4-5-20251001", "us.anthropic.claude-3-7-sonnet-20250219"
        ),
        swap(
            "global.anthropic.claude-haiku-4-5-20251001", "us.anthropic.claude-3-8-sonnet-20250219"
        ),
    ),
    (
        "config.missing_key",
        "okta.jwt.discovery_url",
        "0:0",
        lambda text: re.sub(r"    discovery_url: .*\n", "", text, count=1),
        swap("    cache_duration: 300\n", ""),
    ),
    (
        "config.missing_key",
        "memory.name",
        "83:8",
        swap('name: "bac_agent_memory"', "name:  "),
        swap('aws_profile: ""', "aws_profile:"),
    ),
    (
        "config.missing_key",
        "tools_schema",
        "0:0",
        lambda text: text[: text.index("tools_schema:")] + "tools_schema:\n",
        lambda text: text + "\n",
    ),
    (
        "config.missing_key",
        "tools_schema.1.description",
        "120:5",
        swap('    description: "Returns current server time"\n', ""),
        swap('    description: "Returns current server time"\n', "    description: x\n"),
    ),
    (
        "config.invalid_value",
        "aws.account_id",
        "7:15",
        swap('"012345678901"', '"12345678901"'),
        swap('account_id: "012345678901"', "account_id: 012345678901"),
    ),
    (
        "config.invalid_value",
        "okta.domain",
        "20:11",
        swap('domain: "acme.okta.com"', 'domain: "https://acme.okta.com"'),
        swap('domain: "acme.okta.com"', 'domain: "acme.okta-emea.com"'),
    ),
    (
        "config.invalid_value",
        "runtime.diy_agent.name",
        "67:11",
        swap("bac_runtime_diy", "bac-runtime-diy"),
        swap('name_prefix: "bac-runtime"', 'name_prefix: "bac runtime"'),
    ),
    (
        "config.invalid_value",
        "okta.jwt.discovery_url",
        "36:20",
        swap("openid-configuration", "openid_configuration", count=1),
        swap("oauth2/default/.well", "oauth2/default/deeper/.well"),
    ),
    (
        "config.audience_differs",
        "okta.user_auth.audience",
        "28:15",
        swap("myagentcoreaud", "otheraud", count=1),
        swap("myagentcoreaud", "otheraud"),
    ),
    (
        "config.audience_differs",
        "agentcore.jwt_authorizer.allowed_audience.0",
        "45:9",
        swap('      - "myagentcoreaud"', '      - "MyAgentCoreAud"'),
        swap('      - "myagentcoreaud"', '      - "myagentcoreaud"\n      - "MyAgentCoreAud"'),
    ),
    (
        "config.issuer_differs",
        "okta.jwt.issuer",
        "36:20",
        swap('issuer: "https://acme.okta.com/oauth2/default"', f'issuer: "{ISSUER}/"'),
        swap(f'issuer: "{ISSUER}"', f"issuer: {ISSUER}"),
    ),
    (
        "config.reader_disagrees",
        "aws.region",
        "6:11",
        swap(REGION, f"{REGION}  # home"),
        swap("    cache_duration: 300", "    cache_duration: 300  # seconds"),
    ),
    (
        "config.reader_disagrees",
        "aws.account_id",
        "7:15",
        swap('"012345678901"', "012345670123"),
        swap('"012345678901"', "012345678901"),
    ),
    (
        "config.reader_disagrees",
        "okta.domain",
        "21:11",
        swap("  domain:", '  subdomain: "x"\n  domain:'),
        swap("runtime:\n", 'runtime:\n  subdomain: "x"\n'),
    ),
    (
        "config.unknown_key",
        "okta.jwt.audiense",
        "35:15",
        swap(
            '    audience: "myagentcoreaud"\n    issuer',
            '    audience: "myagentcoreaud"\n    audiense: "x"\n    issuer',
        ),
        swap("agentcore:\n", "observability:\n  logging:\n    level: INFO\nagentcore:\n"),
    ),
    (
        "config.unknown_key",
        "zzz",
        "1:6",
        lambda text: "zzz: 1\n" + text,
        lambda text: "# zzz: 1\n" + text,
    ),
    (
        "config.drift",
        "aws.region",
        "6:11",
        swap('"us-east-1"', '"us-east-2"'),
        swap("role/bac-execution-role", "role/team/own-role"),
    ),
    (
        "config.drift",
        "runtime.role_arn",
        "65:13",
        swap("iam::012345678901", "iam::999999999999"),
        swap("bac-mcp-stack", "own-stack"),
    ),
]


@pytest.mark.parametrize(
    ("code", "field", "place", "case", "near_miss"),
    CASES,
    ids=[f"{code}-{field}-{number}" for number, (code, field, *_) in enumerate(CASES)],
)
def test_a_code_comes_for_its_case_and_not_for_its_near_miss(
    code: str, field: str, place: str, case: Change, near_miss: Change
) -> None:
    broken, fine = case(HEALTHY), near_miss(HEALTHY)
    assert HEALTHY not in (broken, fine)
    said = found(broken, code)
    assert said, [finding.code for finding in failures(fact(broken))]
    # An equality is told at the value that differs from the leading one.
    fields = {finding.where.field for finding in said}
    if code == "config.issuer_differs":
        field = "okta.jwt.discovery_url"
    assert field in fields
    finding = next(item for item in said if item.where.field == field)
    assert f"{finding.where.line}:{finding.where.column}".startswith(place)
    assert finding.where.file == "config/static-config.yaml"
    assert finding.source == "file.static-config"
    assert not any("<" in fix.text and "<YOUR" not in fix.text for fix in finding.fixes)
    assert found(fine, code) == []


def test_every_code_of_the_rules_is_tested_here() -> None:
    tested = {code for code, *_ in CASES} | {"config.missing_file", "config.permissions"}
    assert {code for rule in RULES for code in rule.codes} == tested


def test_one_defect_is_told_once() -> None:
    for code, _, _, case, _ in CASES:
        errors = {item.code for item in failures(fact(case(HEALTHY))) if item.is_error}
        assert errors <= {code}, (code, errors)


# --- what needs more than a text -----------------------------------------------------------


def absent(*, written: bool) -> ConfigFile:
    return ConfigFile(
        source="f", path="x.yaml", kind="static-config", exists=False, written=written
    )


def test_a_missing_file_is_a_failure_only_once_it_was_written() -> None:
    assert [finding.code for finding in failures(absent(written=True))] == ["config.missing_file"]
    said = judge(Facts((absent(written=False),)), RULES)
    assert [(finding.code, finding.status) for finding in said] == [("config.*", Status.SKIP)]


def test_permissions_matter_only_where_a_secret_stands() -> None:
    secret = HEALTHY.replace('mock_token: ""', f'mock_token: "{SECRET}"')

    def codes(text: str, mode: int) -> list[str]:
        return [finding.code for finding in failures(fact(text, mode=mode))]

    assert codes(secret, 0o644) == ["config.permissions"]
    assert codes(secret, 0o640) == ["config.permissions"]
    assert codes(secret, 0o600) == []
    assert codes(HEALTHY, 0o644) == []
    assert codes(HEALTHY.replace('mock_token: ""', 'mock_token: "${TOKEN}"'), 0o644) == []


@pytest.mark.parametrize(
    ("published_issuer", "differs"),
    [(ISSUER, False), (f"{ISSUER}/", True), ("https://acme.okta.com", True), (None, False)],
)
def test_the_issuer_is_compared_with_the_live_one(
    published_issuer: str | None, differs: bool
) -> None:
    live = DiscoveryDocument(url="x", content={"issuer": published_issuer})
    said = failures(fact(HEALTHY), live)
    assert [finding.code for finding in said] == (["config.issuer_differs"] if differs else [])
    if differs:
        assert said[0].expected == Untrusted(str(published_issuer))
        assert any(str(published_issuer) in fix.text for fix in said[0].fixes)


def test_the_profile_comment_of_the_published_file_is_a_warning() -> None:
    said = failures(fact(published("e5341f1b")))
    assert [(f.code, f.severity, f.where.field) for f in said] == [
        ("config.reader_disagrees", Severity.WARN, "deployment.aws_profile")
    ]


@pytest.mark.parametrize("version", ["17a75597", "01246a98", "6b02c0c4", "a97b6e6e"])
def test_old_published_files_are_named_by_their_version(version: str) -> None:
    file = fact(published(version))
    assert file.template == version
    stale = [finding for finding in failures(file) if finding.code == "config.stale_template"]
    assert len(stale) == 1
    name = next(item.name for item in DESCRIPTION.versions if item.id == version)
    assert name in str(stale[0].actual)


def test_carriage_returns_are_the_only_finding_of_a_windows_checkout() -> None:
    said = failures(fact(HEALTHY.replace("\n", "\r\n")))
    assert [finding.code for finding in said] == ["config.crlf"]


# --- secrets -------------------------------------------------------------------------------

SECRET_LINES = [
    f'    client_secret: "{SECRET}"',
    f"    client_secret: '{SECRET}'",
    f"    client_secret: {SECRET}",
    f"    client_secret: {SECRET}  # mine",
    f"    # client_secret: {SECRET}",
    f"    #client_secret: {SECRET}",
    f"    - client_secret: {SECRET}",
    f'    "client_secret" : "{SECRET}"',
    f"    db_password: {SECRET}",
    f"    access_token: {SECRET}\r",
]


@pytest.mark.parametrize("line", SECRET_LINES)
def test_a_secret_in_clear_is_found_and_can_be_taken_out(line: str) -> None:
    text = f"okta:\n{line}\nx: 1\n"
    places = secrets_in(text, DESCRIPTION)
    assert [(place.line, text[place.start : place.end]) for place in places] == [(2, SECRET)]
    without = without_secrets(text, DESCRIPTION)
    assert SECRET not in without
    assert without.replace(DESCRIPTION.stand_in(places[0].key), SECRET) == text


@pytest.mark.parametrize(
    "line",
    [
        '  client_secret: "${OKTA_CLIENT_SECRET}"',
        "  client_secret: $SECRET",
        '  client_secret: ""',
        "  client_secret:",
        "  client_secret: <YOUR_SECRET>",
        "  debug_token_validation: true",
        "  secretary: Ada Lovelace",
    ],
)
def test_a_reference_is_no_secret(line: str) -> None:
    assert secrets_in(f"okta:\n{line}\n", DESCRIPTION) == ()


def test_no_secret_leaves_the_fact() -> None:
    text = HEALTHY.replace('mock_token: ""', f'mock_token: "{SECRET}"')
    file = fact(text)
    assert isinstance((file.values or {})["development.mock_token"], Secret)
    assert SECRET not in repr(file)
    assert SECRET not in str(described(Facts((file,))))
    assert SECRET not in str(failures(file))


# --- the probe -----------------------------------------------------------------------------


class Nowhere:
    """A way to the network that must not be taken."""

    async def send(self, *_: object, **__: object) -> None:
        raise AssertionError("a file is read without the network")


def a_run() -> Run:
    async def no_secret(_: str) -> None:
        return None

    return Run({}, Nowhere(), no_secret, lambda: 0.0)  # type: ignore[arg-type]


def a_probe(path: Path) -> ConfigFileProbe:
    return ConfigFileProbe(
        source="file.static-config",
        label="config/static-config.yaml",
        path=str(path),
        file="static-config",
        expected=tuple(EXPECTED.items()),
        written=True,
    )


async def test_the_probe_reads_a_file_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(HEALTHY)
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    file = await a_run().fact(a_probe(tmp_path / "link"))
    assert (file.exists, file.mode, file.template) == (True, 0o640, "e5341f1b")
    assert dict(file.expected or {}) == EXPECTED
    report = await examine([a_probe(tmp_path / "link")], a_run(), lambda: RULES)
    assert report.root_cause is None


async def test_the_probe_says_that_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "none", tmp_path / "file" / "below"):
        assert (await a_run().fact(a_probe(path))).exists is False


def not_utf8(path: Path) -> None:
    path.write_bytes(b"a: 1\nb: \xff\n")


def too_large(path: Path) -> None:
    path.write_bytes(b"#" * 300_000)


def circle(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (not_utf8, "line 2 is not UTF-8"),
        (too_large, "256 KiB"),
        (circle, "symbolic links"),
        (os.mkfifo, "not a plain file"),
        (Path.mkdir, "not a plain file"),
    ],
)
async def test_the_probe_never_raises_and_never_hangs(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "file")
    said = failures(await a_run().fact(a_probe(tmp_path / "file")))
    assert [finding.code for finding in said] == ["config.not_yaml"]
    assert reason in str(said[0].actual)


async def test_the_probe_says_that_it_may_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(HEALTHY)
    (tmp_path / "file").chmod(stat.S_IWUSR)
    if os.access(tmp_path / "file", os.R_OK):
        pytest.skip("nothing is forbidden to this user")
    said = failures(await a_run().fact(a_probe(tmp_path / "file")))
    assert "Permission denied" in str(said[0].actual)
