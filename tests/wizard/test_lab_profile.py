"""The practice range's profile: filled so that every command can use it, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentcore_auth.lab.practice import Lab
from agentcore_auth.lab.profile import PROFILE_NAME, practice_profile, practice_secrets
from agentcore_auth.profile import (
    Profile,
    ProfileError,
    load_profile,
    profile_names,
    save_profile,
    state_directory,
)
from agentcore_auth_checks.answers import complete, fields_by_id, judge
from agentcore_auth_templates.packs import journey, provider


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


def test_every_answer_of_the_journey_is_there_and_good(lab: Lab) -> None:
    known = journey(lab.journey)
    pack = provider(known.provider)
    fields = fields_by_id(pack, known)
    asked = {field for step in (*pack.steps, *known.own_steps) for field in step.fields}
    secret = {name for name in asked if fields[name].secret}
    assert asked - secret <= set(lab.answers)
    problems = [judge(fields[name], value, lab.answers) for name, value in lab.answers.items()]
    assert [problem for problem in problems if problem] == []
    derived = complete(lab.answers, pack, known)
    assert derived["okta.jwt.issuer"] == "https://practice.okta.example/oauth2/default"
    assert derived["page.callback"] == f"http://localhost:{lab.port}/callback"


def test_hosts_are_under_names_that_nobody_can_own(lab: Lab) -> None:
    """RFC 2606 keeps .example for this."""
    assert all(host.endswith(".example") for host in lab.routes)
    assert set(lab.routes.values()) == {f"http://127.0.0.1:{lab.port}"}


def test_new_profile_holds_answers_and_routes_and_no_secret(lab: Lab) -> None:
    made = practice_profile(lab)
    assert profile_names() == (PROFILE_NAME,)
    kept = load_profile(PROFILE_NAME)
    assert (kept.answers, kept.routes, kept.journey) == (
        dict(lab.answers),
        dict(lab.routes),
        lab.journey,
    )
    assert kept == made
    text = (state_directory() / "profiles" / f"{PROFILE_NAME}.json").read_text()
    assert lab.client_secret.reveal() not in text


def test_next_start_keeps_what_was_walked_and_renews_the_port(lab: Lab) -> None:
    first = practice_profile(lab)
    first.step("domain").note = "seen"
    first.answers["okta.jwt.audience"] = "mistyped"
    save_profile(first)
    with Lab() as other:
        again = practice_profile(other)
        assert again.answers["page.origin"] == f"http://localhost:{other.port}"
        assert set(again.routes.values()) == {f"http://127.0.0.1:{other.port}"}
    assert again.answers["okta.jwt.audience"] == lab.answers["okta.jwt.audience"]
    assert again.steps["domain"].note == "seen"


def test_set_up_of_the_user_s_own_is_not_overwritten(lab: Lab) -> None:
    own = Profile(PROFILE_NAME, lab.journey, answers={"okta.domain": "acme.okta.com"})
    save_profile(own)
    with pytest.raises(ProfileError, match="set-up of your own"):
        practice_profile(lab)
    assert load_profile(PROFILE_NAME).answers == {"okta.domain": "acme.okta.com"}


def test_worthless_secret_is_known_to_the_range_s_profile_only(lab: Lab) -> None:
    secrets = practice_secrets(practice_profile(lab))
    assert secrets == {"okta.m2m.client_secret": lab.client_secret}
    field = fields_by_id(provider("okta"))["okta.m2m.client_secret"]
    assert judge(field, lab.client_secret.reveal(), lab.answers) is None
    assert len(lab.client_secret) >= 40
    assert "worthless" in lab.client_secret.reveal()
    assert practice_secrets(Profile("acme", lab.journey, routes=dict(lab.routes))) == {}
    assert practice_secrets(Profile(PROFILE_NAME, lab.journey)) == {}
