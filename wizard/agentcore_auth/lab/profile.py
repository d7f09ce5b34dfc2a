"""The profile of the practice range: where it runs, what its answers are, its worthless secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agentcore_auth.profile import (
    LAB_PROFILE,
    Profile,
    ProfileError,
    load_profile,
    profile_names,
    save_profile,
)
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.practice_ranges import practice_range

if TYPE_CHECKING:
    from agentcore_auth.lab.practice import Lab

PROFILE_NAME = LAB_PROFILE


def practice_profile(lab: Lab) -> Profile:
    """Returns the range's profile with the answers and routes of a running lab, saved.

    Steps, ticks and notes stay as they were left: the range is the same one, whatever port it has
    this time.

    Raises:
        ProfileError: a profile of that name is the user's own or unreadable, or the disk refuses.
    """
    known = PROFILE_NAME in profile_names()
    profile = load_profile(PROFILE_NAME) if known else Profile(PROFILE_NAME, lab.journey)
    if known and not profile.routes:
        raise ProfileError(
            f"profile {PROFILE_NAME!r}: it is a set-up of your own, and the practice range keeps "
            "its answers under that name; rename its file to keep it"
        )
    profile.journey = lab.journey
    profile.answers.update(lab.answers)
    profile.routes = dict(lab.routes)
    save_profile(profile)
    return profile


def practice_secrets(profile: Profile) -> Mapping[str, Secret]:
    """Returns the practice range's secrets by field id; none for any other profile.

    They are published with the program and open nothing but the range, so no store needs to
    keep them, and a command in another terminal knows them too.
    """
    if profile.name != PROFILE_NAME or not profile.routes:
        return {}
    setting = practice_range(profile.journey).played()
    return {field: Secret(value) for field, value in setting.worthless_secrets.items()}
