"""The practice range: an identity provider, an AgentCore stand-in and a test page on loopback.

It proves nothing by itself: what it answers is what documentation and reports say that the real
services answer.
"""

from agentcore_auth.lab.practice import FAULTS, USUAL_PORTS, Lab, UnknownFault
from agentcore_auth.lab.profile import PROFILE_NAME, practice_profile, practice_secrets
from agentcore_auth.lab.server import PortTaken, Visit

__all__ = (
    "FAULTS",
    "PROFILE_NAME",
    "USUAL_PORTS",
    "Lab",
    "PortTaken",
    "UnknownFault",
    "Visit",
    "practice_profile",
    "practice_secrets",
)
