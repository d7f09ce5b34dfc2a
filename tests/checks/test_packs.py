"""Data files are read strictly: what is wrong is named with its file and key."""

from __future__ import annotations

import re

import pytest

from agentcore_auth_templates import packs
from agentcore_auth_templates.loading import DataFileError, parse
from agentcore_auth_templates.packs import Field, Journey, Step, filled, placeholders

FIELD = "id: okta.domain\nlabel: Domain\nhelp: The host.\nexample: acme.okta.com\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FIELD + "lable: typo\n", "lable"),
        ("id: a.b\n", "label"),
        (FIELD + "secret: maybe\n", "secret"),
        (FIELD + "label: again\n", "line 5: the key 'label' stands twice"),
        (FIELD + "example: [\n", "not YAML"),
        ("id: no\nlabel: a\nhelp: b\nexample: c\n", "id"),
    ],
)
def test_a_bad_field_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(DataFileError, match=re.escape(says)) as raised:
        parse(text, Field, "idp/example.yaml")
    assert str(raised.value).startswith("idp/example.yaml: ")


def test_a_good_field_is_taken() -> None:
    assert parse(FIELD, Field, "x").id == "okta.domain"


def test_templates_wait_for_all_their_answers() -> None:
    assert placeholders("{a.b}/{c.d}/{a.b} {not_a_field} {}") == ("a.b", "c.d")
    assert filled("https://{a.b}/", {"a.b": "x"}) == "https://x/"
    assert filled("https://{a.b}/", {}) is None
    assert filled("{a.b}", {"a.b": "{c.d}", "c.d": "z"}) == "{c.d}"


def shipped() -> list[str]:
    return [item.id for item in packs.journeys()[0]]


def test_every_shipped_journey_loads() -> None:
    good, bad = packs.journeys()
    assert not bad
    assert [item.id for item in good] == ["okta-agentcore"]


@pytest.mark.parametrize("name", shipped())
def test_every_step_can_be_proven_or_says_why_not(name: str) -> None:
    journey = packs.journey(name)
    provider = packs.provider(journey.provider)
    steps = {step.id: step for step in (*provider.steps, *journey.own_steps)}
    for step_id in journey.steps:
        step: Step = steps[step_id]
        assert (step.proof is None) != (step.unprovable is None), step_id
        assert step.why, step_id
        assert step.instructions, step_id
        if step.proof is not None:
            assert step.proof.probes or step.proof.files, step_id
            assert step.proof.codes, step_id


@pytest.mark.parametrize("name", shipped())
def test_every_code_that_refutes_a_step_is_in_the_catalogue(name: str) -> None:
    from agentcore_auth_checks.findings import matches
    from agentcore_auth_templates.catalogue import catalogue

    codes = catalogue().codes
    journey = packs.journey(name)
    provider = packs.provider(journey.provider)
    patterns = [
        pattern
        for step in (*provider.steps, *journey.own_steps)
        if step.proof
        for pattern in (*step.proof.codes, *step.proof.passes_over)
    ]
    patterns += [error.code for error in provider.errors]
    for pattern in patterns:
        assert any(matches(code, (pattern,)) for code in codes), pattern


@pytest.mark.parametrize("name", shipped())
def test_the_authorizer_of_every_provider_fits_the_services_own_model(name: str) -> None:
    """The discovery URL that follows from the example answers is one that AWS accepts."""
    from botocore.session import Session

    from agentcore_auth_checks.answers import fields_by_id
    from agentcore_auth_checks.probes.from_packs import ProbeMaker

    journey = packs.journey(name)
    provider = packs.provider(journey.provider)
    answers = {
        field.id: field.default or field.example
        for field in fields_by_id(provider, journey).values()
        if not field.secret
    }
    authorizer = ProbeMaker(provider, journey, answers).authorizer()
    assert authorizer is not None
    model = Session().get_service_model("bedrock-agentcore-control")
    shape = model.shape_for("CustomJWTAuthorizerConfiguration")
    pattern = shape.members["discoveryUrl"].metadata["pattern"]  # type: ignore[attr-defined]
    assert re.fullmatch(pattern, authorizer.discovery_url)
    assert authorizer.allowed_audience or authorizer.allowed_clients


def test_a_step_that_leads_nowhere_is_named() -> None:
    text = """
schema: 1
id: broken
title: Broken
summary: A journey to a step that is not there.
provider: okta
steps: [domain, nowhere]
"""
    item = parse(text, Journey, "journeys/broken.yaml")
    with pytest.raises(DataFileError, match="there is no step 'nowhere'"):
        packs._checked_journey(item)
