"""`agentcore-auth why CODE`: what a finding means, how it is proved, and how to put it right."""

from __future__ import annotations

import argparse
import sys

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS

_LABEL_WIDTH = 10
_PAGE_WIDTH = 100

_GRADES = {
    "documented": "documented by the service, the provider, or a standard that they name",
    "measured": "measured: seen by this program, or recorded by others of the real service",
    "inferred": "inferred from a standard or from general knowledge, not seen on the service",
}


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "why",
        help=COMMANDS["why"],
        description="Prints the page of a finding: why it comes about, how it is proved, what to "
        "do. An area lists its findings.",
        allow_abbrev=False,
    )
    parser.add_argument("code", metavar="CODE|AREA", help="such as aud.okta_default, or disc")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the page of a code, or the list of an area, and returns the exit status.

    Raises:
        UsageError: there is neither; it names what is spelled alike.
    """
    from agentcore_auth_templates.catalogue import area_order, catalogue

    wanted = str(options.code).strip().lower()
    area = wanted.removesuffix(".*")
    if wanted in catalogue().codes:
        sys.stdout.write(_page(wanted))
    elif area in area_order():
        sys.stdout.write(_list(area))
    else:
        raise UsageError(_unknown(str(options.code), wanted))
    return ExitStatus.OK


def _page(code: str) -> str:
    """Returns the page of a code; what only a run can fill in is shown as `<name>`."""
    from agentcore_auth_checks.findings import failed
    from agentcore_auth_templates.catalogue import entry

    finding = failed(code)
    known = entry(code)
    lines = [f"{code}  {finding.title}", ""]
    lines += _labeled("severity", known.severity)
    lines += _labeled("why", str(finding.cause))
    lines += _labeled("proof", known.proof)
    for number, fix in enumerate(finding.fixes):
        # A command is left whole, so that it can be copied.
        width = 0 if fix.kind.value == "command" else _PAGE_WIDTH
        lines += _labeled("or" if number else "fix", fix.text, width)
    lines += _labeled("evidence", _GRADES[known.evidence])
    return "\n".join(lines) + "\n"


def _list(area: str) -> str:
    """Returns the codes of an area, one a line, as the catalogue orders them."""
    from agentcore_auth_templates.catalogue import catalogue

    entries = {
        code: known for code, known in catalogue().codes.items() if code.partition(".")[0] == area
    }
    longest = max(len(code) for code in entries)
    return "".join(
        f"{code:<{longest}}  {known.severity:<5}  {known.title}\n"
        for code, known in entries.items()
    )


def _labeled(label: str, text: str, width: int = _PAGE_WIDTH) -> list[str]:
    """Returns the text as lines beside its label; a width of 0 leaves it on one line."""
    import textwrap

    first, rest = f"  {label:<{_LABEL_WIDTH}}", " " * (_LABEL_WIDTH + 2)
    if not width:
        return [f"{first}{text}"]
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _unknown(given: str, wanted: str) -> str:
    """Returns the one line that says so, with the codes and areas that are spelled alike."""
    from difflib import get_close_matches

    from agentcore_auth_templates.catalogue import area_order, catalogue

    reasons = {code.partition(".")[2]: code for code in catalogue().codes}
    alike = get_close_matches(wanted, [*catalogue().codes, *area_order()], n=3)
    alike += [reasons[reason] for reason in get_close_matches(wanted, reasons, n=3)]
    near = ", ".join(dict.fromkeys(alike))
    if near:
        return f"there is no finding {given!r}; near it: {near}"
    return f"there is no finding {given!r}; the areas are: {', '.join(area_order())}"
