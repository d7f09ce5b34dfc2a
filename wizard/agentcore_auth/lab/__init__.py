"""The practice range: an identity provider, an AgentCore stand-in and a test page on loopback.

It proves nothing by itself. The provider is held against oidc-provider and the gateway's verdicts
against fastmcp (`tests/contract/test_lab_against_real_servers.py`); what AgentCore answers is what
its documentation and recorded answers say, since no AgentCore can run in a test.
"""
