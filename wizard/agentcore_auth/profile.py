"""A profile: the answers of one set-up on disk, with its ticks, notes and last proofs. No secrets.

One JSON file a profile, readable by its owner only, replaced whole at each save so that a crash
leaves the old one or the new one.
"""

from __future__ import annotations

import os
import re
import secrets as random_names
from contextlib import suppress
from pathlib import Path

import msgspec

SCHEMA = 1

LAB_PROFILE = "lab"
"""The name of the practice range's profile."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ProfileError(Exception):
    """A profile cannot be read or written. The message says which, why, and what to do."""


class StepRecord(msgspec.Struct, omit_defaults=True):
    """What is remembered of one step.

    `status` is `proven` or `refused` as of `at` (seconds since the epoch), by `by`; `codes` are
    the refusing findings. `ticked` is the user's own word, `note` the user's own text.
    """

    status: str = ""
    at: float = 0
    by: str = ""
    codes: list[str] = []
    ticked: bool = False
    note: str = ""


class Profile(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One set-up.

    `directory` is where its files go. `secret_places` maps a field id to the store that keeps
    its value. `routes` maps a host to the loopback address that stands in for it (practice
    range only). `title` and `total` repeat the journey's title and number of steps, so that a
    list of profiles needs no journey. `written` maps a file id to what was last written for
    each of its keys.
    """

    name: str
    journey: str
    schema: int = SCHEMA
    answers: dict[str, str] = {}
    steps: dict[str, StepRecord] = {}
    directory: str = ""
    secret_places: dict[str, str] = {}
    routes: dict[str, str] = {}
    title: str = ""
    total: int = 0
    written: dict[str, dict[str, str]] = {}
    last_step: str = ""
    last_doctor: float = 0
    last_verdict: str = ""

    @property
    def settled(self) -> int:
        """The number of steps that are proven or ticked."""
        return sum(
            1
            for record in self.steps.values()
            if record.status == "proven" or (record.ticked and not record.status)
        )

    @property
    def refusals(self) -> tuple[str, ...]:
        """The codes of the steps that were refused last, each once."""
        return tuple(
            dict.fromkeys(
                code
                for record in self.steps.values()
                if record.status == "refused"
                for code in record.codes
            )
        )

    def step(self, step_id: str) -> StepRecord:
        """Returns the record of a step, a new one where there was none."""
        return self.steps.setdefault(step_id, StepRecord())


def state_directory() -> Path:
    """Returns the folder that holds profiles, journals and backups; it may not exist yet."""
    from platformdirs import user_state_path

    return user_state_path("agentcore-auth", appauthor=False)


def profile_names() -> tuple[str, ...]:
    """Returns the names of all profiles on disk, sorted."""
    folder = state_directory() / "profiles"
    return tuple(
        sorted(place.stem for place in folder.glob("*.json") if _NAME.fullmatch(place.stem))
    )


def load_profile(name: str) -> Profile:
    """Returns the profile of that name.

    Raises:
        ProfileError: there is none, or its file is not one that this version can read.
    """
    path = _path(name)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        known = ", ".join(profile_names()) or "none yet"
        raise ProfileError(
            f"profile {name!r}: there is no such profile (known: {known}); "
            "start one with: agentcore-auth setup --profile " + name
        ) from None
    except OSError as error:
        raise ProfileError(f"profile {name!r}: {path} cannot be read: {error.strerror}") from None
    try:
        profile = msgspec.json.decode(data, type=Profile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProfileError(
            f"profile {name!r}: {path} is not a profile of this version: {error}; "
            "move the file away to start anew"
        ) from None
    if profile.schema != SCHEMA:
        raise ProfileError(
            f"profile {name!r}: {path} has schema {profile.schema}, this version reads {SCHEMA}; "
            "use the version that wrote it"
        )
    return profile


def save_profile(profile: Profile) -> None:
    """Writes the profile in one stroke, readable by its owner only.

    Raises:
        ProfileError: the name is not a file name, or the disk refuses.
    """
    path = _path(profile.name)
    temporary = path.with_name(f".{path.name}.{random_names.token_hex(4)}")
    data = msgspec.json.format(msgspec.json.encode(profile), indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise ProfileError(
            f"profile {profile.name!r}: {path} cannot be written: {error.strerror}"
        ) from None


def delete_profile(name: str) -> None:
    """Removes a profile's file; its secrets and written files stay.

    Raises:
        ProfileError: there is no such profile, or the disk refuses.
    """
    load_profile(name)
    try:
        _path(name).unlink()
    except OSError as error:
        raise ProfileError(f"profile {name!r}: cannot be removed: {error.strerror}") from None


def check_name(name: str) -> None:
    """Passes a name that a profile can have.

    Raises:
        ProfileError: it cannot be one, for the reason given.
    """
    if not _NAME.fullmatch(name):
        raise ProfileError(
            f"profile {name!r}: a name has up to 64 letters, digits, dots, dashes and underscores, "
            "and begins with a letter or digit"
        )


def _path(name: str) -> Path:
    check_name(name)
    return state_directory() / "profiles" / f"{name}.json"
