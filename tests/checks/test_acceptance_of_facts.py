"""The rules of tokens and documents over facts as probes bring them, and with a provider known."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from token_minting import DISCOVERY_URL, ISSUER, NOW, Setup

from agentcore_auth_checks.addresses import host_spells_special_address
from agentcore_auth_checks.authorizer_settings import read_authorizer
from agentcore_auth_checks.engine import described, judge, report_of
from agentcore_auth_checks.facts.answers import TokenAnswer
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.clock import Clock
from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument, KeySet
from agentcore_auth_checks.facts.http import HttpAnswer, HttpFailure, NoAnswer
from agentcore_auth_checks.facts.profile import KnownProvider
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Report, Status, failed, in_order
from agentcore_auth_checks.rules.acceptance import RULES
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_checks.token_parser import parse_token
from agentcore_auth_templates.loading import DataFileError
from agentcore_auth_templates.packs import provider
from agentcore_auth_templates.token_marks import checked, token_marks

LOOPBACK = "http://127.0.0.1:8443"


def report(*facts: Fact) -> Report:
    """Returns what the rules say of these facts."""
    found = Facts((Clock(now=NOW), *facts))
    return report_of(judge(found, RULES), found)


def failures(*facts: Fact) -> list[tuple[str, str]]:
    """Returns code and source of each failure, the root cause first."""
    return [(f.code, f.source) for f in report(*facts).findings if f.is_failure]


def answer(url: str, status: int = 200) -> HttpAnswer:
    """Returns an exchange that came to its end."""
    return HttpAnswer(url, "GET", status, (), b"", 0.1, NOW)


def failure(url: str, reason: NoAnswer) -> HttpFailure:
    """Returns an exchange that did not."""
    return HttpFailure(url, "GET", reason, Untrusted("as the system said"), 0.1)


def discovery(url: str = DISCOVERY_URL, **changes: object) -> DiscoveryDocument:
    """Returns the healthy discovery document, as fetched."""
    return DiscoveryDocument(
        url=url, content={**Setup().discovery, **changes}, exchange=answer(url), source="discovery"
    )


def token_answer(setup: Setup) -> TokenAnswer:
    """Returns a token endpoint's answer with a token in it."""
    return TokenAnswer(
        source="machine token",
        endpoint=f"{ISSUER}/token",
        grant="client_credentials",
        client_id="client-one",
        scope="",
        exchange=answer(f"{ISSUER}/token"),
        access_token=Secret(setup.token()),
        token=parse_token(Secret(setup.token()), source="machine token"),
    )


def test_a_token_inside_an_answer_is_judged_under_the_answers_name() -> None:
    setup = Setup(payload={**Setup().payload, "exp": NOW - 1})
    assert failures(token_answer(setup)) == [("exp.expired", "machine token")]


def test_an_answer_without_a_token_has_nothing_to_judge() -> None:
    refused = replace(token_answer(Setup()), access_token=None, token=None)
    assert report(refused).findings == ()


def test_facts_within_others_are_found_but_listed_once() -> None:
    facts = Facts([token_answer(Setup())])
    assert [type(fact) for fact in facts] == [TokenAnswer]
    assert facts.has(Token)
    assert list(described(facts)) == ["machine token"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (NoAnswer.BAD_URL, "disc.url_pattern"),
        (NoAnswer.NOT_HTTPS, "disc.not_https"),
        (NoAnswer.HOST_NOT_PUBLIC, "disc.host_not_public"),
    ],
)
def test_an_address_that_was_not_asked_is_a_fault_of_the_discovery_url(
    reason: NoAnswer, code: str
) -> None:
    document = DiscoveryDocument(
        url=DISCOVERY_URL, exchange=failure(DISCOVERY_URL, reason), source="discovery"
    )
    authorizer = read_authorizer(Setup().authorizer, source="authorizer")
    assert failures(document) == [(code, "discovery")]
    # The authorizer has the same URL: one fault, said once, by the document's name.
    assert failures(document, authorizer) == [(code, "discovery")]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (NoAnswer.NOT_HTTPS, "disc.jwks_uri_not_https"),
        (NoAnswer.HOST_NOT_PUBLIC, "disc.jwks_uri_host_not_public"),
    ],
)
def test_a_key_set_that_was_not_asked_for_is_a_fault_of_the_document(
    reason: NoAnswer, code: str
) -> None:
    url = f"{ISSUER}/keys"
    key_set = KeySet(url=url, exchange=failure(url, reason), source="key_set")
    assert failures(discovery(), key_set) == [(code, "discovery")]


@pytest.mark.parametrize("reason", [NoAnswer.DNS, NoAnswer.TIMEOUT, NoAnswer.TLS_UNTRUSTED])
def test_what_the_network_did_is_left_to_others(reason: NoAnswer) -> None:
    url = f"{ISSUER}/keys"
    document = DiscoveryDocument(url=DISCOVERY_URL, exchange=failure(DISCOVERY_URL, reason))
    key_set = KeySet(url=url, exchange=failure(url, reason))
    assert failures(document, key_set) == []


def test_a_host_that_the_user_opened_is_no_fault() -> None:
    url = f"{LOOPBACK}/.well-known/openid-configuration"
    document = discovery(url, issuer=LOOPBACK, jwks_uri=f"{LOOPBACK}/keys")
    key_set = KeySet(
        url=f"{LOOPBACK}/keys", content=Setup().key_set, exchange=answer(f"{LOOPBACK}/keys")
    )
    authorizer = read_authorizer({"discoveryUrl": url, "allowedScopes": ["x"]})
    assert failures(document, key_set, authorizer) == []


def test_an_error_in_json_is_explained_whatever_its_status() -> None:
    content = {"errorCode": "E0000007", "errorSummary": "Not found: Resource not found: x"}
    document = DiscoveryDocument(
        url=DISCOVERY_URL, content=content, exchange=answer(DISCOVERY_URL, 404), source="discovery"
    )
    found = report(document).root_cause
    assert found is not None
    assert found.code == "disc.error_document"
    assert found.actual == Untrusted("Not found: Resource not found: x")


def test_metadata_with_the_status_of_an_error_is_an_error() -> None:
    document = replace(discovery(), exchange=answer(DISCOVERY_URL, 500))
    assert failures(document) == [("disc.error_document", "discovery")]


def test_an_empty_object_lacks_everything() -> None:
    document = replace(discovery(), content={})
    codes = [code for code, _ in failures(document)]
    assert codes == ["disc.issuer_missing", "disc.jwks_uri_missing", "disc.endpoint_missing"]


def test_another_document_must_hold_the_member_that_was_asked_for() -> None:
    url = "https://acme.example.com/.well-known/organization"
    whole = JsonDocument(url=url, content={"id": "1"}, exchange=answer(url), member="id")
    assert failures(whole) == []
    assert failures(replace(whole, content={"name": "x"})) == [("disc.error_document", "")]
    assert failures(replace(whole, url="http://acme.example.com/x", exchange=None)) == [
        ("disc.not_https", "")
    ]


def known(**changes: object) -> KnownProvider:
    """Returns the one provider whose pack is there, with some of its data changed."""
    pack = provider("okta")
    return KnownProvider(pack=msgspec.structs.replace(pack, **changes) if changes else pack)


def facts_of(setup: Setup) -> tuple[Fact, ...]:
    """Returns the facts of a setup."""
    return (
        parse_token(Secret(setup.token())),
        read_authorizer(setup.authorizer),
        DiscoveryDocument(url=setup.authorizer["discoveryUrl"], content=setup.discovery),
        KeySet(url=f"{ISSUER}/keys", content=setup.key_set),
    )


def on_own_domain(claims: Mapping[str, object]) -> Setup:
    """Returns a setup whose host does not tell the provider."""
    setup = Setup()
    setup.payload.update(claims)
    del setup.authorizer["allowedClients"], setup.authorizer["allowedScopes"]
    return setup


def test_the_default_audience_is_the_packs() -> None:
    facts = facts_of(on_own_domain({"aud": "api://default"}))
    assert failures(*facts)[0][0] == "aud.mismatch"
    assert failures(*facts, known())[0][0] == "aud.okta_default"
    assert failures(*facts, known(default_audience="api://first"))[0][0] == "aud.mismatch"


def test_the_path_of_authorization_servers_is_the_packs() -> None:
    facts = facts_of(on_own_domain({"iss": "https://login.example.com"}))
    assert failures(*facts)[0][0] == "iss.mismatch"
    assert failures(*facts, known())[0][0] == "iss.okta_org_server"
    assert failures(*facts, known(authorization_server_path="/as/"))[0][0] == "iss.mismatch"


def test_the_claim_of_the_client_is_the_packs() -> None:
    setup = on_own_domain({"client_id": "client-one", "aud": "x"})
    setup.payload["uid"] = setup.payload.pop("client_id")
    setup.authorizer["allowedAudience"] = ["client-one"]
    pack = provider("okta")
    named = known(claims=msgspec.structs.replace(pack.claims, client="uid"))
    assert failures(*facts_of(setup))[0][0] == "aud.mismatch"
    assert failures(*facts_of(setup), named)[0][0] == "authorizer.audience_is_client_id"


def test_a_key_that_is_not_there_yields_to_another_issuer() -> None:
    setup = Setup()
    setup.header["kid"] = "of-another-tenant"
    assert failures(*facts_of(setup))[0][0] == "kid.not_found"
    setup.payload["iss"] = "https://login.example.com/oauth2/other"
    codes = [code for code, _ in failures(*facts_of(setup))]
    assert codes == ["iss.mismatch", "kid.not_found"]


def test_a_machines_token_without_sub_is_no_alarm() -> None:
    setup = Setup()
    del setup.payload["sub"]
    assert report(*facts_of(setup)).verdict.value == "warn"
    setup.payload["scope"] = "orders.read"
    assert report(*facts_of(setup)).verdict.value == "accept"


def test_nothing_passes_that_could_not_be_judged() -> None:
    said = report(parse_token(Secret("an-opaque-token-1234567890"))).findings
    passed = {finding.code for finding in said if finding.status is Status.PASS}
    assert passed == {"token.*"}


def test_yielding_findings_come_last_of_their_severity() -> None:
    findings = (
        failed("token.quoted", yields=True),
        failed("exp.soon"),
        failed("claim.missing"),
        failed("iat.missing"),
    )
    ordered = in_order(findings, {"token": 0, "exp": 1, "iat": 2, "claim": 3})
    assert [finding.code for finding in ordered] == [
        "claim.missing",
        "token.quoted",
        "iat.missing",
        "exp.soon",
    ]


def test_a_rule_without_anything_to_judge_neither_fails_nor_passes() -> None:
    @rule("exp.soon", needs=(Clock,), when=lambda facts: False)
    def asked(_: Facts) -> list[Finding]:
        """Never asked."""
        return [failed("exp.soon")]

    assert judge(Facts([Clock(now=NOW)]), [asked]) == ()


@pytest.mark.parametrize(
    ("host", "special"),
    [
        ("127.0.0.1.nip.io", True),
        ("app.10-0-0-1.sslip.io", True),
        ("7f000001.nip.io", True),
        ("x.localtest.me", True),
        ("8.8.8.8.nip.io", False),
        ("www.nip.io", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_names_that_spell_a_special_address(host: str, special: bool) -> None:
    assert host_spells_special_address(host) is special


def test_a_bad_mark_is_named() -> None:
    marks = token_marks()
    pair = msgspec.structs.replace(marks.issuer_pairs[0], same=("realm",))
    with pytest.raises(DataFileError, match=r"token_marks\.yaml: no group 'realm'"):
        checked(msgspec.structs.replace(marks, issuer_pairs=(pair,)))
    server = msgspec.structs.replace(marks.organization_servers[0], provider="nobody")
    with pytest.raises(DataFileError, match=r"token_marks\.yaml: there is no provider 'nobody'"):
        checked(msgspec.structs.replace(marks, organization_servers=(server,)))
    url = msgspec.structs.replace(marks.discovery_urls[0], pattern="(")
    with pytest.raises(DataFileError, match=r"token_marks\.yaml: the pattern"):
        checked(msgspec.structs.replace(marks, discovery_urls=(url,)))


def test_each_mark_leads_to_a_code_that_a_rule_raises() -> None:
    marks = token_marks()
    groups = (
        *(marks.issuer_pairs, marks.organization_servers, marks.absent_audiences),
        *(marks.audiences, marks.audience_forms, marks.scopes, marks.qualified_scopes),
        *(marks.instead_of_scopes, marks.discovery_urls),
    )
    named = {mark.code for group in groups for mark in group} | set(marks.client_claims.values())
    assert named - {code for each in RULES for code in each.codes} == set()


def test_keys_are_judged_without_loading_the_cryptography() -> None:
    program = (
        "import json, sys\n"
        "from agentcore_auth_checks.explain import explain\n"
        "report = explain(None, None, None, json.loads(sys.stdin.read()), 0)\n"
        "assert report.verdict.value == 'accept', report\n"
        "print(sorted({'jwt', 'cryptography', 'httpx', 'boto3'} & set(sys.modules)))\n"
    )
    key_set = {"keys": [key for key in Setup().key_set["keys"] if key["kty"] == "RSA"]}
    run = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(key_set),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "[]\n"


def test_a_discovery_url_that_is_asked_too_often_is_no_error_document() -> None:
    content = {"errorCode": "E0000047", "errorSummary": "API call exceeded rate limit"}
    document = DiscoveryDocument(
        url=DISCOVERY_URL, content=content, exchange=answer(DISCOVERY_URL, 429), source="discovery"
    )
    assert failures(document) == []
