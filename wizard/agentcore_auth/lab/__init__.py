"""The practice range: an identity provider, an AgentCore stand-in and a test page on loopback.

It proves nothing by itself. The provider is held against oidc-provider and the gateway's verdicts
against fastmcp (`tests/contract/test_lab_against_real_servers.py`); what AgentCore answers is what
its documentation and recorded answers say, since no AgentCore can run in a test.
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
