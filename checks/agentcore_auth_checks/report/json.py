"""The report as JSON, schema 1. Members are only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agentcore_auth_checks.findings import SCHEMA, Finding, Report, Where
from agentcore_auth_checks.report.plain_data import as_data


def render_json(report: Report, version: str) -> str:
    """Returns the whole report as one JSON document, ASCII only, with a final line feed."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "agentcore-auth", "version": version},
        "verdict": report.verdict.value,
        "findings": [finding_data(finding) for finding in report.findings],
        "facts": as_data(report.facts),
        "timings": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def finding_data(finding: Finding) -> Mapping[str, object]:
    """Returns one finding as JSON data, in the report's order of members."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "title": as_data(finding.title),
        "expected": as_data(finding.expected),
        "actual": as_data(finding.actual),
        "where": _where_data(finding.where),
        "cause": as_data(finding.cause),
        "fix": [
            {"kind": fix.kind.value, "text": fix.text, "patch": as_data(fix.patch)}
            for fix in finding.fixes
        ],
        "evidence": finding.evidence.value,
        "url": finding.url,
        "because": finding.because,
    }


def _where_data(where: Where) -> Mapping[str, object]:
    data: dict[str, object] = {
        name: value for name in ("file", "url", "claim", "field") if (value := getattr(where, name))
    }
    if where.line:
        data |= {"line": where.line, "column": where.column}
    return data
