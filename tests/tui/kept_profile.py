"""A profile on disk that has been worked on."""

from __future__ import annotations

from agentcore_auth.profile import Profile, StepRecord, save_profile


def keep_profile(name: str = "acme-dev", *, now: float = 0) -> Profile:
    """Saves a profile that has been worked on."""
    profile = Profile(
        name=name,
        journey="okta-agentcore",
        title="Okta operations agent",
        total=16,
        last_doctor=now - 12 * 60,
        last_verdict="reject",
        answers={"okta.domain": "acme.okta.com"},
        steps={
            "domain": StepRecord(status="proven", at=now - 60),
            "assignment": StepRecord(ticked=True),
            "audience": StepRecord(status="refused", at=now - 60, codes=["aud.okta_default"]),
        },
    )
    save_profile(profile)
    return profile
