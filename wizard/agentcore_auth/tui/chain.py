"""The chain from this laptop to the gateway, and what is known of each of its links."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from agentcore_auth.tui.looks import (
    NOTE,
    PROVEN,
    REFUSED,
    RUNNING,
    SKIPPED,
    UNKNOWN,
    WARNING,
    Look,
    finding_look,
)
from agentcore_auth.tui.progress import RunProgress
from agentcore_auth.tui.safe import Tone
from agentcore_auth_checks.findings import Finding, Status


class Link(StrEnum):
    """The links, in the order in which a call passes them."""

    LAPTOP = "laptop"
    DNS = "DNS"
    TLS = "TLS"
    DISCOVERY = "discovery"
    KEYS = "keys"
    TOKEN = "token"  # noqa: S105  # the name of a link
    CLAIMS = "claims"
    GATEWAY = "gateway"


NOT_EXAMINED = Look("·", "not examined", Tone.QUIET)
ANSWERED = Look("•", "answered", Tone.ACCENT)

_AREAS = {
    Link.LAPTOP: ("keyring", "secret", "config", "nginx", "internal"),
    Link.DISCOVERY: ("disc",),
    Link.KEYS: ("jwks", "key"),
    Link.TOKEN: ("idp", "cors", "token", "shape", "b64", "header", "alg", "typ", "kid"),
    Link.CLAIMS: (
        *("sig", "payload", "exp", "nbf", "iat", "iss", "sub"),
        *("kind", "aud", "client", "scope", "claim"),
    ),
    Link.GATEWAY: ("authorizer", "endpoint", "env"),
}
_LINK_OF_AREA = {area: link for link, areas in _AREAS.items() for area in areas}
_LINK_OF_CODE = {
    "net.clock_skew": Link.LAPTOP,
    "net.url_invalid": Link.DNS,
    "net.not_https": Link.DNS,
    "net.host_not_public": Link.DNS,
    "net.dns": Link.DNS,
}
_ORDER = (REFUSED, WARNING, UNKNOWN, SKIPPED, PROVEN, NOTE)


def link_of(finding: Finding) -> Link:
    """Returns the link that a finding speaks of."""
    if finding.area == "net":
        return _LINK_OF_CODE.get(finding.code, Link.TLS)
    return _LINK_OF_AREA.get(finding.area, Link.LAPTOP)


def judged_chain(findings: Iterable[Finding]) -> dict[Link, Look]:
    """Returns what a report says of each link: its worst finding."""
    looks: dict[Link, list[Look]] = {link: [] for link in Link}
    for finding in findings:
        if finding.code == "net.*":
            looks[Link.DNS].append(PROVEN)
        # A check that was left out, and not for a fault, leaves its link as the others say.
        is_idle = finding.status is Status.SKIP and not finding.because
        looks[link_of(finding)].append(NOTE if is_idle else finding_look(finding))
    if REFUSED in looks[Link.DNS]:
        looks[Link.TLS].append(SKIPPED)
    elif looks[Link.TLS]:
        looks[Link.DNS].append(PROVEN)
    return {
        link: next((look for look in _ORDER if look in found), NOT_EXAMINED)
        for link, found in looks.items()
    }


def running_chain(progress: RunProgress) -> dict[Link, Look]:
    """Returns what a run knows of each link so far: asked, answered, or not begun."""
    looks = dict.fromkeys(Link, NOT_EXAMINED)
    started: dict[Link, list[str]] = {}
    for source, event in progress.started.items():
        started.setdefault(_LINK_OF_AREA.get(event.area, Link.LAPTOP), []).append(source)
    for link, sources in started.items():
        looks[link] = _asked(progress, sources)
    network = [source for link, found in started.items() if link != Link.LAPTOP for source in found]
    if network:
        reached = any(source in progress.ended for source in network)
        looks[Link.DNS] = looks[Link.TLS] = ANSWERED if reached else RUNNING
    if Link.TOKEN in started:
        looks[Link.CLAIMS] = looks[Link.TOKEN]
    return looks


def _asked(progress: RunProgress, sources: Iterable[str]) -> Look:
    return ANSWERED if all(source in progress.ended for source in sources) else RUNNING
