"""What the engine says: findings, and the report that holds them.

A finding is one named cause with its evidence. The catalogue (`findings.yaml`) holds what is
the same for every occurrence of a code; a rule adds what is particular: expected, actual, where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from agentcore_auth_checks.text import Text, Untrusted
from agentcore_auth_templates.catalogue import Entry, entry

SCHEMA = 1
"""Version of the report's JSON form."""


class Severity(StrEnum):
    """How bad it is: the call is refused, it may work, or it is merely worth knowing."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Status(StrEnum):
    """What became of a check."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105  # a status, not a password
    SKIP = "skip"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How well it is known that the service behaves so."""

    DOCUMENTED = "documented"
    MEASURED = "measured"
    INFERRED = "inferred"


class FixKind(StrEnum):
    """Where a fix is applied: a provider's console, a shell, or a configuration."""

    CONSOLE = "console"
    COMMAND = "command"
    PATCH = "patch"


Value = str | int | float | bool | None | Untrusted | tuple[str | Untrusted, ...]
"""What a finding compares. Text from outside stays `Untrusted`."""


@dataclass(frozen=True, slots=True)
class PatchStep:
    """One JSON Patch operation (RFC 6902) on the configuration a fix changes."""

    op: str
    path: str
    value: str | int | bool | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to put it right."""

    kind: FixKind
    text: str
    patch: tuple[PatchStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Where it was seen; only what applies is set. Lines and columns count from 1."""

    file: str = ""
    url: str = ""
    claim: str = ""
    field: str = ""
    line: int = 0
    column: int = 0

    def __bool__(self) -> bool:
        return bool(self.file or self.url or self.claim or self.field)


@dataclass(frozen=True, slots=True)
class Finding:
    """One named cause, passed check, or skipped check.

    `source` names the probe whose fact showed it, so that a step of a journey can tell its
    own findings from others'. `because` is the code that a skipped check waits for. `yields`
    marks what is the root cause only where nothing else of its severity is wrong: a blemish that
    was cleaned off, a consequence of what another finding says.
    """

    code: str
    severity: Severity
    status: Status
    title: Text
    cause: Text = ""
    expected: Value = None
    actual: Value = None
    where: Where = Where()
    fixes: tuple[Fix, ...] = ()
    evidence: Grade = Grade.DOCUMENTED
    url: str = ""
    source: str = ""
    because: str = ""
    seconds: float | None = None
    yields: bool = False

    @property
    def area(self) -> str:
        """The part of the code before its first dot."""
        return self.code.partition(".")[0]

    @property
    def is_failure(self) -> bool:
        """Whether it says that something is wrong, at any severity."""
        return self.status in (Status.FAIL, Status.UNKNOWN)

    @property
    def is_error(self) -> bool:
        """Whether it alone makes the verdict a rejection."""
        return self.is_failure and self.severity is Severity.ERROR


class _Named(dict[str, object]):
    """Leaves a placeholder that nobody filled readable instead of failing."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def failed(
    code: str,
    *,
    expected: Value = None,
    actual: Value = None,
    where: Where = Where(),
    cause: Text = "",
    fixes: Iterable[Fix] = (),
    values: Mapping[str, object] | None = None,
    source: str = "",
    severity: Severity | None = None,
    status: Status = Status.FAIL,
    yields: bool = False,
) -> Finding:
    """Returns the finding of a catalogue code.

    Args:
        code: a code of the catalogue.
        expected: what would have been right.
        actual: what was found.
        where: file, URL, claim or field concerned.
        cause: why, with the user's own values; the catalogue's text where empty.
        fixes: fixes of the rule's own, put before the catalogue's.
        values: fills the `{name}` placeholders of the catalogue's texts.
        source: name of the probe whose fact showed it.
        severity: only where the case is milder than the catalogue says.
        status: `UNKNOWN` where the check itself could not decide.
        yields: whether anything else of its severity comes before it.

    Raises:
        KeyError: the catalogue has no such code.
    """
    known: Entry = entry(code)
    named = _Named(values or {})
    return Finding(
        code=code,
        severity=severity or Severity(known.severity),
        status=status,
        title=known.title,
        cause=cause or known.why.format_map(named),
        expected=expected,
        actual=actual,
        where=where,
        fixes=(
            *fixes,
            *(Fix(FixKind(step.kind), step.text.format_map(named)) for step in known.fix),
        ),
        evidence=Grade(known.evidence),
        url=known.url,
        source=source,
        yields=yields,
    )


def passed(code: str, title: Text, *, source: str = "", seconds: float | None = None) -> Finding:
    """Returns the record of a check that found nothing wrong. `code` may be an area: `disc.*`."""
    return Finding(code, Severity.INFO, Status.PASS, title, source=source, seconds=seconds)


def skipped(code: str, title: Text, cause: Text, *, because: str = "", source: str = "") -> Finding:
    """Returns the record of a check that could not run; `because` points to the code in its way."""
    return Finding(
        code, Severity.INFO, Status.SKIP, title, cause=cause, because=because, source=source
    )


class Verdict(StrEnum):
    """The report in one word."""

    ACCEPT = "accept"
    WARN = "warn"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, worst cause first, with the facts they rest on.

    `facts` is plain JSON data, without secrets. `timings` maps a probe's name to seconds.
    """

    findings: tuple[Finding, ...]
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    timings: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def root_cause(self) -> Finding | None:
        """The first failure, or None where everything passed or was skipped."""
        return next((finding for finding in self.findings if finding.is_failure), None)

    @property
    def verdict(self) -> Verdict:
        """Reject with an error, warn with warnings only, else accept."""
        if any(finding.is_error for finding in self.findings):
            return Verdict.REJECT
        if any(f.is_failure and f.severity is Severity.WARN for f in self.findings):
            return Verdict.WARN
        return Verdict.ACCEPT


_SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARN: 1, Severity.INFO: 2}


def in_order(findings: Iterable[Finding], areas: Mapping[str, int]) -> tuple[Finding, ...]:
    """Returns failures first (by severity, then by area, yielding ones last), then skips, passes.

    Args:
        findings: in the order in which they were found, which breaks ties.
        areas: position of each area in the order of diagnosis.
    """

    def key(finding: Finding) -> tuple[int, int, bool, int]:
        position = areas.get(finding.area, len(areas))
        if finding.is_failure:
            return 0, _SEVERITY_ORDER[finding.severity], finding.yields, position
        return (1 if finding.status is Status.SKIP else 2), 0, False, position

    return tuple(sorted(findings, key=key))


def matches(code: str, patterns: Iterable[str]) -> bool:
    """Whether a code is one of these: a code, an area (`disc`), or an area's star (`disc.*`)."""
    area = code.partition(".")[0]
    return any(fnmatchcase(code, pattern) or area == pattern for pattern in patterns)


def selected(report: Report, only: Iterable[str], skip: Iterable[str]) -> Report:
    """Returns the report with the findings that `only` names (all where empty), less `skip`."""
    wanted, unwanted = tuple(only), tuple(skip)
    return replace(
        report,
        findings=tuple(
            finding
            for finding in report.findings
            if (not wanted or matches(finding.code, wanted)) and not matches(finding.code, unwanted)
        ),
    )
