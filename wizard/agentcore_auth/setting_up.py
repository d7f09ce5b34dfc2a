"""A set-up that asks nothing: answers from a file, proofs, files, and the report of it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentcore_auth.answer_file import GivenAnswers, apply_answers
from agentcore_auth.doctor import examine_offline, examine_profile
from agentcore_auth.files.planning import PlannedFile
from agentcore_auth.journey import Walk
from agentcore_auth.secrets.given import FromKeyring, UnusableSecret, resolved
from agentcore_auth.session import Session
from agentcore_auth_checks.answers import Problem
from agentcore_auth_checks.engine import Observer
from agentcore_auth_checks.findings import Finding, Report


class MissingAnswers(Exception):
    """Answers are missing and nobody can be asked. The message lists them."""


class NotConfirmed(Exception):
    """Nothing was written, because nobody said yes."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a set-up did: the files as planned and written, and the report."""

    planned: tuple[PlannedFile, ...]
    report: Report


async def set_up(
    session: Session,
    walk: Walk,
    *,
    given: tuple[Path, GivenAnswers] | None,
    offline: bool,
    confirm: Callable[[tuple[PlannedFile, ...]], bool],
    observe: Observer,
) -> SetUp:
    """Takes the answers, writes the files once confirmed, and proves what can be proven.

    Raises:
        AnswersError, UnusableSecret: an answer of the file cannot be taken.
        MissingAnswers: an answer that a file or a proof needs is not there.
        NotConfirmed: files would change and `confirm` said no.
        FilesError: a file cannot be edited or written; none is changed then.
    """
    if given is not None:
        path, answers = given
        apply_answers(walk, answers, path)
        await _take_secrets(walk, path, answers)
    missing = [field.id for field in walk.missing() if not field.secret]
    if missing:
        raise MissingAnswers(
            f"{', '.join(missing)}: not answered, and nobody can be asked here; "
            "give them with --answers FILE"
        )
    planned = session.plan_files(walk)
    if any(item.changes for item in planned):
        if not confirm(planned):
            raise NotConfirmed(
                f"nothing was written to {session.directory(walk)}; --yes writes without asking"
            )
        session.write_files(walk, planned)
    examine = examine_offline if offline else examine_profile
    return SetUp(planned, await examine(walk, observe))


async def _take_secrets(walk: Walk, path: Path, given: GivenAnswers) -> None:
    for field_id, reference in given.secrets.items():
        if isinstance(reference, FromKeyring):
            continue
        where = f"{path}:{given.lines[field_id]}"
        try:
            secret = resolved(field_id, reference, folder=path.parent)
        except UnusableSecret as error:
            raise UnusableSecret(f"{where}: {error}") from None
        outcome: Problem | Finding | None = await walk.keep_secret(field_id, secret)
        if isinstance(outcome, Problem):
            raise MissingAnswers(f"{where}: {field_id}: {outcome.reason}")
