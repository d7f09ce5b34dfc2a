"""The catalogue of findings is whole: well formed, and in step with the code that raises it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

from agentcore_auth_checks.facts.keyring import KeyringTrouble
from agentcore_auth_checks.findings import failed
from agentcore_auth_checks.rules.table import RULES
from agentcore_auth_templates.catalogue import area_order, catalogue

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "checks").rglob("*.py")) + sorted((ROOT / "wizard").rglob("*.py"))
CODES = catalogue().codes

ALLOWED_PLACEHOLDERS = frozenset(
    {"expected", "actual", "url", "host", "issuer", "client_id", "redirect_uri", "scope"}
    | {"audience", "origin", "field", "file", "line", "backend", "seconds"}
)
"""Names that a rule may fill in the texts of a code."""

NOT_RAISED_YET = frozenset(
    Path(__file__).with_name("not_raised_yet.txt").read_text(encoding="utf-8").split()
)
"""Codes whose rule is not written yet. The list only shrinks: whoever raises one takes it off."""


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Yields each call of these functions in the sources, with the place where it stands."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def literals(call: ast.Call, *, every: bool = False) -> list[str]:
    """Returns the code that a call names in clear (first argument or `code=`), or every one."""
    given = call.args if every else call.args[:1]
    given = [*given, *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
    return [
        argument.value
        for argument in given
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def raised_codes() -> set[str]:
    """Returns every code that a rule in the table declares, or that is raised outside of rules."""
    declared = {code for rule in RULES for code in rule.codes}
    in_clear = {
        code
        for place, call in calls("failed", "Finding")
        for code in literals(call)
        if "/rules/" not in place
    }
    return declared | in_clear


def names_in_braces(text: str) -> set[str]:
    """Returns the placeholders of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_each_code_is_an_area_and_a_reason_in_lower_case() -> None:
    form = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*")
    assert [code for code in CODES if not form.fullmatch(code)] == []


def test_each_area_stands_once_and_is_used() -> None:
    areas = catalogue().areas
    assert len(set(areas)) == len(areas)
    assert set(areas) == {code.partition(".")[0] for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("token", "shape"),
        ("shape", "header"),
        ("header", "sig"),
        ("authorizer", "disc"),
        ("net", "disc"),
        ("net", "idp"),
        ("disc", "jwks"),
        ("jwks", "key"),
        ("key", "sig"),
        ("keyring", "secret"),
        ("secret", "idp"),
        ("sig", "exp"),
        ("iss", "kind"),
        ("kind", "aud"),
        ("kind", "client"),
        ("kind", "scope"),
        ("claim", "endpoint"),
        ("env", "nginx"),
    ],
)
def test_the_area_of_a_cause_stands_before_that_of_its_consequence(
    cause: str, consequence: str
) -> None:
    assert area_order()[cause] < area_order()[consequence]


def test_a_fault_of_our_own_never_hides_a_cause() -> None:
    assert catalogue().areas[-1] == "internal"


def test_titles_are_short_and_state_facts() -> None:
    bad = {
        code: entry.title
        for code, entry in CODES.items()
        if not 0 < len(entry.title) < 60
        or entry.title.endswith(".")
        or "!" in entry.title
        or names_in_braces(entry.title)
    }
    assert bad == {}


def test_no_two_codes_have_the_same_title() -> None:
    by_title: dict[str, list[str]] = {}
    for code, entry in CODES.items():
        by_title.setdefault(entry.title.lower(), []).append(code)
    assert {title: codes for title, codes in by_title.items() if len(codes) > 1} == {}


def test_each_code_says_why_how_it_is_proved_and_what_to_do() -> None:
    bad = [
        code
        for code, entry in CODES.items()
        if not (entry.why.endswith(".") and entry.proof.endswith(".") and entry.fix)
        or "!" in entry.why
        or any(step.text != step.text.strip() or not step.text for step in entry.fix)
    ]
    assert bad == []


def test_texts_hold_known_placeholders_only() -> None:
    unknown = {
        (code, name)
        for code, entry in CODES.items()
        for text in (entry.why, *(step.text for step in entry.fix))
        for name in names_in_braces(text) - ALLOWED_PLACEHOLDERS
    }
    assert unknown == set()
    assert [code for code, entry in CODES.items() if names_in_braces(entry.proof)] == []


def test_a_finding_without_any_value_is_still_readable() -> None:
    for code in CODES:
        finding = failed(code)
        shown = " ".join([str(finding.cause), *(fix.text for fix in finding.fixes)])
        assert not set("{}") & set(shown), code


def test_retired_codes_are_not_used_again() -> None:
    assert set(catalogue().retired).isdisjoint(CODES)


def test_each_trouble_of_the_keyring_has_its_code_and_a_next_step_of_its_own() -> None:
    entries = [CODES[f"keyring.{trouble.value}"] for trouble in KeyringTrouble]
    assert len({entry.fix[0].text for entry in entries}) == len(entries)


def test_the_code_names_only_codes_that_exist() -> None:
    named = [
        (place, code)
        for place, call in calls("failed", "rule", "Finding")
        for code in literals(call, every=True)
    ]
    assert [(place, code) for place, code in named if code not in CODES] == []
    assert {code for rule in RULES for code in rule.codes} <= set(CODES)


def test_a_rule_raises_only_what_it_declares() -> None:
    undeclared: list[tuple[str, str]] = []
    for rule in RULES:
        tree = ast.parse(inspect.getsource(rule.judge))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "failed":
                raised = set(literals(node)) - set(rule.codes)
                undeclared += [(rule.name, code) for code in raised]
    assert undeclared == []


def test_passed_and_skipped_checks_belong_to_an_area() -> None:
    # The app puts a summary of its own into its list of findings; no report holds that.
    named = [
        (place, code)
        for place, call in calls("passed", "skipped")
        for code in literals(call)
        if "/tui/" not in place
    ]
    unknown = [
        (place, code)
        for place, code in named
        if code not in CODES and code.removesuffix(".*") not in area_order()
    ]
    assert named
    assert unknown == []


def test_each_code_is_raised_somewhere_or_waits_for_its_rule() -> None:
    nothing_raises = set(CODES) - raised_codes() - NOT_RAISED_YET
    assert nothing_raises == set(), "write the rule, or remove the entry"


def test_no_code_that_is_raised_is_listed_as_waiting() -> None:
    assert NOT_RAISED_YET & raised_codes() == set(), "take these off NOT_RAISED_YET"
    assert set(CODES) >= NOT_RAISED_YET


def codes_in(data: object) -> Iterator[str]:
    """Yields the codes that a data file names, by the keys under which codes stand."""
    if isinstance(data, list):
        for item in data:
            yield from codes_in(item)
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        match key, value:
            case "code", str():
                yield value
            case (("codes" | "passes_over"), list()):
                yield from value
            case "faults", dict():
                yield from value
            case "client_claims", dict():
                yield from value.values()
            case _:
                yield from codes_in(value)


def test_the_data_files_name_only_codes_that_exist() -> None:
    data = ROOT / "templates" / "agentcore_auth_templates"
    named = [
        (path.relative_to(data).as_posix(), code)
        for path in sorted(data.rglob("*.yaml"))
        if path.name != "findings.yaml"
        for code in codes_in(yaml.safe_load(path.read_text(encoding="utf-8")))
    ]
    unknown = [
        (path, code)
        for path, code in named
        if code not in CODES
        and not (code.endswith(".*") and code.removesuffix(".*") in area_order())
    ]
    assert {path.partition("/")[0] for path, _ in named} >= {"idp", "journeys", "practice"}
    assert unknown == []
