"""The report for people: failures with all there is, then skips, then passes in a line each."""

from __future__ import annotations

from agentcore_auth_checks.findings import Finding, Report, Status, Value, Verdict, Where
from agentcore_auth_checks.text import Text, Untrusted, visible

_WORDS = {
    Status.FAIL: {"error": "✗ refused", "warn": "! warning", "info": "· note"},
    Status.UNKNOWN: {"error": "? unknown", "warn": "? unknown", "info": "? unknown"},
}


def render_text(report: Report, *, every_check: bool = False) -> str:
    """Returns the report as text, with a final line feed; no color, no terminal sequences.

    The same failure in several places is told once, with all places. Passed checks are one line
    an area, or one line each with `every_check`.
    """
    failures = [finding for finding in report.findings if finding.is_failure]
    skips = [finding for finding in report.findings if finding.status is Status.SKIP]
    passes = [finding for finding in report.findings if finding.status is Status.PASS]
    lines: list[str] = []
    for same in _grouped(failures):
        lines += [*finding_lines(same[0]), *(_also(finding) for finding in same[1:]), ""]
    lines += [_short("– skipped", finding) for finding in skips]
    if every_check:
        lines += [_short("✓ proven ", finding) for finding in passes]
    else:
        lines += _folded(passes)
    if skips or passes:
        lines.append("")
    return "\n".join([*lines, summary(report), ""])


def _grouped(findings: list[Finding]) -> list[list[Finding]]:
    """Returns the findings with those together that differ only in where they were seen."""
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        said = (shown(finding.expected), shown(finding.actual), str(finding.cause))
        groups.setdefault((finding.code, *said), []).append(finding)
    return list(groups.values())


def _also(finding: Finding) -> str:
    return f"    also at   {place(finding.where)}"


def _folded(passes: list[Finding]) -> list[str]:
    areas: dict[str, list[Finding]] = {}
    for finding in passes:
        areas.setdefault(finding.area, []).append(finding)
    lines: list[str] = []
    for area, checks in areas.items():
        first = _one_line(checks[0].title)
        more = f", and {len(checks) - 1} more" if len(checks) > 1 else ""
        lines.append(f"✓ proven   {area:<11} {first}{more}")
    return lines


def finding_lines(finding: Finding) -> list[str]:
    """Returns one failure as lines: title, cause, evidence, fix."""
    word = _WORDS.get(finding.status, {}).get(finding.severity.value, "· note")
    lines = [f"{word}  {finding.code}  {_one_line(finding.title)}  ({finding.evidence.value})"]
    if finding.cause:
        lines.append(f"    {_one_line(finding.cause)}")
    if finding.expected is not None:
        lines.append(f"    expected  {shown(finding.expected)}")
    if finding.actual is not None:
        lines.append(f"    actual    {shown(finding.actual)}")
    if finding.where:
        lines.append(f"    where     {place(finding.where)}")
    for number, fix in enumerate(finding.fixes):
        lines.append(f"    {'fix' if number == 0 else 'or '}       {_one_line(fix.text)}")
    return lines


def shown(value: Value) -> str:
    """Returns a compared value as a person reads it: nothing invisible, nothing lost."""
    match value:
        case None:
            return "absent"
        case bool():
            return "true" if value else "false"
        case tuple():
            return "[" + ", ".join(shown(item) for item in value) + "]"
        case Untrusted():
            return str(value)
        case _:
            return visible(str(value))


def place(where: Where) -> str:
    """Returns where something was seen, as `file:line:column` or URL, claim or field."""
    parts: list[str] = []
    if where.file:
        parts.append(f"{where.file}:{where.line}:{where.column}" if where.line else where.file)
    parts += [part for part in (where.url, where.field) if part]
    if where.claim:
        parts.append(f"claim {where.claim}")
    return visible(", ".join(parts))


def summary(report: Report) -> str:
    """Returns the verdict in one line."""
    errors = sum(1 for finding in report.findings if finding.is_error)
    warnings = sum(1 for finding in report.findings if finding.is_failure) - errors
    passes = sum(1 for finding in report.findings if finding.status is Status.PASS)
    skips = sum(1 for finding in report.findings if finding.status is Status.SKIP)
    warned = f"{warnings} warning{'' if warnings == 1 else 's'}"
    counts = f"{errors} refused, {warned}, {passes} proven, {skips} skipped"
    root = report.root_cause
    match report.verdict:
        case Verdict.REJECT if root is not None:
            return f"{counts}. Root cause: {root.code}"
        case Verdict.WARN:
            return f"{counts}. It may work; see the warnings"
        case _:
            return f"{counts}. Nothing is wrong"


def _short(word: str, finding: Finding) -> str:
    pointer = f" (see {finding.because})" if finding.because else ""
    reason = f": {_one_line(finding.cause)}" if finding.cause else ""
    return f"{word}  {finding.code:<22} {_one_line(finding.title)}{reason}{pointer}"


def _one_line(text: Text) -> str:
    return visible(str(text)) if isinstance(text, str) else str(text)
