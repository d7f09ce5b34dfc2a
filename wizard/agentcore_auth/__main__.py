"""`python -m agentcore_auth` is the same program as `agentcore-auth`."""

from agentcore_auth.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
