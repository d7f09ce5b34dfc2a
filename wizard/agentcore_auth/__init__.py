"""Set up and diagnose the identity side of Amazon Bedrock AgentCore."""

__version__ = "0.1.0"
