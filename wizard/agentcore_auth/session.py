"""What a face gets its things from: profiles, walks, the doctor, files, the practice range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agentcore_auth.profile import LAB_PROFILE as LAB_PROFILE
from agentcore_auth.profile import (
    Profile,
    ProfileError,
    check_name,
    load_profile,
    profile_names,
    state_directory,
)

if TYPE_CHECKING:
    from agentcore_auth.files.planning import PlannedFile
    from agentcore_auth.files.receipts import Receipt
    from agentcore_auth.files.transaction import FilesObserver
    from agentcore_auth.journey import Walk
    from agentcore_auth.lab.practice import Lab
    from agentcore_auth.secrets.broker import Store
    from agentcore_auth.secrets.encrypted_file import EncryptedFile
    from agentcore_auth_checks.engine import Observer
    from agentcore_auth_checks.facts.keyring import KeyringState, SecretState
    from agentcore_auth_checks.findings import Report
    from agentcore_auth_checks.probes.base import Fetcher
    from agentcore_auth_templates.packs import Journey


@dataclass(frozen=True, slots=True)
class UnreadableProfile:
    """A profile that is there and cannot be read, with the reason."""

    name: str
    reason: str


@dataclass(slots=True)
class Network:
    """Ways to the network that the user opened for this run.

    `allowed_hosts` may lie in a private network. `routes` maps a host to the loopback address
    that stands in for it.
    """

    allowed_hosts: tuple[str, ...] = ()
    routes: dict[str, str] = field(default_factory=dict[str, str])


class Session:
    """One run of the program. Nothing heavy is imported before it is needed."""

    def __init__(
        self,
        network: Network | None = None,
        *,
        store: Store = "keyring",
        open_file: Callable[[str], EncryptedFile] | None = None,
    ) -> None:
        """Makes a session; nothing is started yet.

        Args:
            network: ways to the network that the user opened.
            store: where new secrets go.
            open_file: opens a profile's encrypted file, asked only where something is or goes
                there; without it what is kept there cannot be read.
        """
        self.network = network or Network()
        self._store: Store = store
        self._open_file = open_file
        self._lab: Lab | None = None

    # --- profiles --------------------------------------------------------------------------

    def profiles(self) -> tuple[Profile | UnreadableProfile, ...]:
        """Returns all profiles on disk by name; a bad one does not hide the others."""
        found: list[Profile | UnreadableProfile] = []
        for name in profile_names():
            try:
                found.append(load_profile(name))
            except ProfileError as error:
                found.append(UnreadableProfile(name, str(error)))
        return tuple(found)

    def journeys(self) -> tuple[Journey, ...]:
        """Returns what can be set up, by title."""
        from agentcore_auth_templates.packs import journeys

        return journeys()[0]

    def open(self, name: str) -> Walk:
        """Returns the walk of a profile, where it was left.

        Raises:
            ProfileError: there is no such profile, or it cannot be read.
            DataFileError: its journey is not one of this version.
        """
        return self.walk(load_profile(name))

    def create(self, name: str, journey_id: str, directory: str = "") -> Walk:
        """Returns the walk of a new profile, saved.

        Raises:
            ProfileError: the name is taken or no name, or the disk refuses.
            DataFileError: there is no such journey.
        """
        walk = self.begin(name, journey_id, directory)
        walk.save()
        return walk

    def begin(self, name: str, journey_id: str, directory: str = "") -> Walk:
        """Returns the walk of a new profile, which is saved with its first answer.

        Raises:
            ProfileError: the name is taken or no name.
            DataFileError: there is no such journey.
        """
        check_name(name)
        if name == LAB_PROFILE:
            raise ProfileError(
                f"profile {name!r}: this name is kept for the practice range; "
                "start it with: agentcore-auth lab"
            )
        if name in profile_names():
            raise ProfileError(
                f"profile {name!r}: it exists; resume it with: "
                f"agentcore-auth setup --profile {name}"
            )
        return self.walk(Profile(name=name, journey=journey_id, directory=directory))

    def walk(self, profile: Profile) -> Walk:
        """Returns the walk of a profile."""
        from agentcore_auth.journey import Walk
        from agentcore_auth.lab.profile import practice_secrets
        from agentcore_auth.secrets.broker import Broker
        from agentcore_auth.secrets.keepers import ENCRYPTED_FILE

        practice = practice_secrets(profile)
        needs_file = self._store == "file" or ENCRYPTED_FILE in profile.secret_places.values()
        broker = Broker(
            profile.name,
            store="session" if practice else self._store,
            places=profile.secret_places,
            held=practice,
            encrypted_file=self._open_file(profile.name)
            if needs_file and self._open_file
            else None,
        )
        return Walk(profile, broker, open_client=self.open_client)

    def open_client(self, profile: Profile) -> AbstractAsyncContextManager[Fetcher]:
        """Opens the guarded way to the network for one run of this profile."""
        from agentcore_auth_checks.probes.http import GuardedClient

        return GuardedClient(
            allow_hosts=self.network.allowed_hosts,
            routes={**profile.routes, **self.network.routes},
        )

    # --- the doctor, secrets ---------------------------------------------------------------

    async def doctor(self, walk: Walk, observe: Observer) -> Report:
        """Returns the report over everything that the walk's profile knows."""
        from agentcore_auth.doctor import examine_profile

        return await examine_profile(walk, observe)

    async def secret_states(self, walk: Walk) -> tuple[SecretState, ...]:
        """Returns which of the journey's secrets are kept, and where."""
        fields = [item for item in walk.asked_fields() if item.secret]
        return tuple(await walk.broker.states(fields))

    async def keyring_state(self, walk: Walk) -> KeyringState:
        """Returns what the keyring of this machine can do, asked anew."""
        return await walk.broker.state(again=True)

    # --- files -----------------------------------------------------------------------------

    def directory(self, walk: Walk) -> Path:
        """Returns the folder that the walk's files go to.

        Raises:
            ProfileError: what the profile names cannot be a folder.
        """
        named = walk.profile.directory or "."
        if "\0" in named:
            raise ProfileError(
                f"profile {walk.profile.name!r}: its folder is no path; name one with --dir"
            )
        return Path(named).expanduser().resolve()

    def plan_files(self, walk: Walk) -> tuple[PlannedFile, ...]:
        """Returns each file as it is and as it would be; what a crash left is settled first.

        Raises:
            FilesError: an answer is missing, or a file that is there cannot be edited.
        """
        from agentcore_auth.files.planning import plan
        from agentcore_auth.files.transaction import recover

        recover(self.journal_folder(walk))
        return plan(
            walk.answers,
            walk.journey.files,
            self.directory(walk),
            written=walk.profile.written,
        )

    def write_files(
        self, walk: Walk, planned: tuple[PlannedFile, ...], observe: FilesObserver | None = None
    ) -> Receipt:
        """Writes all planned files in one transaction and remembers what was written.

        Raises:
            FilesError: a reader would not see what it should, or the disk refuses; nothing is
                changed then.
        """
        from agentcore_auth.files.transaction import write

        receipt = write(planned, self.journal_folder(walk), observe=observe)
        walk.profile.directory = str(self.directory(walk))
        walk.profile.written = {item.id: dict(item.values) for item in planned}
        walk.save()
        return receipt

    def undo_files(
        self, walk: Walk, *, force: bool = False, below: Path | None = None
    ) -> Receipt | None:
        """Takes the last writing back, in a folder where one is given: bytes and modes.

        None where there is none.

        Raises:
            FilesError: a file was changed since, and `force` is not given.
        """
        from agentcore_auth.files.transaction import undo

        receipt = undo(self.journal_folder(walk), force=force, below=below)
        for entry in receipt.entries if receipt else ():
            walk.profile.written.pop(entry.id, None)
        walk.save()
        return receipt

    def file_journal(self, walk: Walk) -> tuple[Receipt, ...]:
        """Returns what was written, newest first."""
        from agentcore_auth.files.receipts import journal

        return tuple(journal(self.journal_folder(walk)))

    def journal_folder(self, walk: Walk) -> Path:
        """Returns the folder that holds a profile's journal and backups."""
        return state_directory() / "files" / walk.profile.name

    # --- the practice range ----------------------------------------------------------------

    async def start_lab(self) -> Walk:
        """Starts the practice range in this process and returns the walk of its profile."""
        import asyncio

        from agentcore_auth.lab.practice import USUAL_PORTS, Lab
        from agentcore_auth.lab.profile import practice_profile

        if self._lab is None:
            lab = Lab(ports=USUAL_PORTS)
            await asyncio.to_thread(lab.start)
            self._lab = lab
        return self.walk(practice_profile(self._lab))

    def set_fault(self, code: str | None) -> None:
        """Switches one fault of the running practice range on, or all off."""
        if self._lab is not None:
            self._lab.set_faults(() if code is None else (code,))

    def faults(self) -> Mapping[str, str]:
        """Returns the practice range's faults: finding code -> what is broken, in words."""
        from agentcore_auth.lab.practice import FAULTS

        return {code: fault.summary for code, fault in FAULTS.items()}

    def close(self) -> None:
        """Stops what this session started."""
        if self._lab is not None:
            self._lab.stop()
            self._lab = None
