"""Secrets that are needed and not kept, and secrets that stand where they must not."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.keyring import SearchedFiles, SecretState
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule


@rule("secret.missing", needs=(SecretState,))
def needed_secrets_are_kept(facts: Facts) -> Iterator[Finding]:
    """Every secret that the profile needs is at hand."""
    for state in facts.all(SecretState):
        if state.stored is False and not state.optional:
            yield failed(
                "secret.missing",
                expected=f"a value for {state.label}",
                where=Where(field=state.field),
                values={"field": state.field},
                source=state.source,
            )


@rule("secret.in_file", needs=(SearchedFiles,))
def no_file_holds_a_secret(facts: Facts) -> Iterator[Finding]:
    """No secret stands in a file of the project."""
    for searched in facts.all(SearchedFiles):
        for place in searched.found:
            yield failed(
                "secret.in_file",
                where=Where(file=place.file, field=place.key, line=place.line, column=place.column),
                values={
                    "file": place.file,
                    "line": place.line,
                    "field": place.field or place.key,
                },
                source=searched.source,
            )


RULES = (needed_secrets_are_kept, no_file_holds_a_secret)
