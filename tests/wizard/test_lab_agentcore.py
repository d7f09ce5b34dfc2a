"""The practice gateway and runtime: statuses, headers and bodies as recorded of the services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from agentcore_auth.lab.practice import Lab
from servers.lab_requests import SERVER, Requests, rpc

SESSION = "X_Amzn_Bedrock_AgentCore_Runtime_Session_Id"


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    yield running
    running.set_faults(())


@pytest.fixture
def requests(lab: Lab) -> Iterator[Requests]:
    client = Requests(lab)
    yield client
    client.close()


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# --- the gateway -------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "", "Bearer"])
def test_gateway_misses_a_token(lab: Lab, requests: Requests, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = requests.call(lab.gateway_url, **headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "jsonrpc": "2.0",
        "id": 0,
        "error": {"code": -32001, "message": "Missing Bearer token"},
    }
    metadata = f"{origin(lab.gateway_url)}/.well-known/oauth-protected-resource"
    challenge = f'Bearer error="invalid_token", resource_metadata="{metadata}"'
    assert answer.headers["WWW-Authenticate"] == challenge


def test_gateway_s_challenge_leads_to_the_issuer(lab: Lab, requests: Requests) -> None:
    metadata = f"{origin(lab.gateway_url)}/.well-known/oauth-protected-resource"
    assert requests.get(metadata).json() == {
        "authorization_servers": [SERVER],
        "resource": lab.gateway_url,
        "scopes_supported": [],
    }


@pytest.mark.parametrize("token", ["undefined", "not.a.token", "Bearer x.y.z", '"x.y.z"'])
def test_gateway_refuses_what_is_no_token(lab: Lab, requests: Requests, token: str) -> None:
    answer = requests.call(lab.gateway_url, token)
    assert answer.status_code == 401
    assert answer.json()["error"] == {"code": -32001, "message": "Invalid Bearer token"}


def test_gateway_refuses_a_token_that_was_wrapped_up(lab: Lab, requests: Requests) -> None:
    token = requests.access_token()
    assert requests.call(lab.gateway_url, f"Bearer {token}").status_code == 401
    assert requests.call(lab.gateway_url, f'"{token}"').status_code == 401


def test_gateway_refuses_a_signed_request(lab: Lab, requests: Requests) -> None:
    signature = "AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/bedrock-agentcore/aws4_request"
    answer = requests.call(lab.gateway_url, Authorization=signature)
    assert answer.json()["error"]["message"] == "Invalid Bearer token"


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ("aud.okta_default", 401, "invalid_token"),
        ("aud.missing", 401, "invalid_token"),
        ("exp.expired", 401, "invalid_token"),
        ("exp.too_close", 401, "invalid_token"),
        ("shape.opaque", 401, "invalid_token"),
        ("iss.mismatch", 403, "insufficient_scope"),
        ("iss.okta_org_server", 403, "insufficient_scope"),
        ("sig.invalid", 403, "insufficient_scope"),
        ("kid.not_found", 403, "insufficient_scope"),
        ("jwks.empty", 403, "insufficient_scope"),
        ("endpoint.invalid_token", 401, "invalid_token"),
        ("endpoint.insufficient_scope", 403, "insufficient_scope"),
    ],
)
def test_gateway_refuses_a_token(
    lab: Lab, requests: Requests, fault: str, status: int, error: str
) -> None:
    lab.set_faults((fault,))
    answer = requests.call(lab.gateway_url, requests.access_token(), body=rpc("tools/list"))
    assert answer.status_code == status
    assert f'error="{error}"' in answer.headers["WWW-Authenticate"]
    assert "resource_metadata=" in answer.headers["WWW-Authenticate"]


def test_flipped_signature_is_refused(lab: Lab, requests: Requests) -> None:
    head, payload, signature = requests.access_token().split(".")
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    answer = requests.call(lab.gateway_url, f"{head}.{payload}.{flipped}")
    assert answer.status_code == 403


def test_gateway_speaks_mcp_to_a_good_token(lab: Lab, requests: Requests) -> None:
    token = requests.access_token()

    def ask(body: object) -> tuple[int, Any]:
        answer = requests.call(lab.gateway_url, token, body=body)
        return answer.status_code, answer.json() if answer.content else {}

    status, begun = ask(rpc("initialize", protocolVersion="2025-03-26"))
    assert status == 200
    assert begun["result"]["protocolVersion"] == "2025-03-26"
    assert "tools" in begun["result"]["capabilities"]
    assert ask(rpc("notifications/initialized", None)) == (202, {})
    status, listed = ask(rpc("tools/list", 2))
    assert (status, listed["id"]) == (200, 2)
    assert listed["result"]["tools"]
    assert ask(rpc("ping", 3))[1]["result"] == {}
    assert ask(rpc("tools/call", 4))[1]["error"]["code"] == -32601


def test_unknown_protocol_version_gets_the_newest_known(lab: Lab, requests: Requests) -> None:
    body = rpc("initialize", protocolVersion="1999-01-01")
    answer = requests.call(lab.gateway_url, requests.access_token(), body=body)
    assert answer.json()["result"]["protocolVersion"] == "2025-06-18"


def test_open_gateway_asks_for_nothing(lab: Lab, requests: Requests) -> None:
    lab.set_faults(("endpoint.open",))
    answer = requests.call(lab.gateway_url, body=rpc("tools/list"))
    assert answer.status_code == 200


def test_other_methods_and_paths_of_the_gateway(lab: Lab, requests: Requests) -> None:
    token = {"Authorization": f"Bearer {requests.access_token()}"}
    assert requests.get(lab.gateway_url, headers=token).status_code == 405
    assert requests.get(f"{origin(lab.gateway_url)}/").status_code == 404


# --- the runtime -------------------------------------------------------------------------------


def test_runtime_misses_a_token(lab: Lab, requests: Requests) -> None:
    answer = requests.call(lab.runtime_url)
    assert answer.status_code == 401
    assert answer.json() == {"error": {"message": "Missing Authentication Token"}}
    metadata = lab.runtime_url.replace(
        "/invocations?", "/invocations/.well-known/oauth-protected-resource?"
    )
    assert answer.headers["WWW-Authenticate"] == f'Bearer resource_metadata="{metadata}"'
    assert answer.headers["x-amzn-ErrorType"] == "UnauthorizedException"
    assert requests.get(metadata).json() == {
        "authorization_servers": [SERVER],
        "resource": lab.runtime_url,
    }


@pytest.mark.parametrize("token", ["undefined", "practice-opaque-token", "a.b.c"])
def test_runtime_cannot_parse(lab: Lab, requests: Requests, token: str) -> None:
    answer = requests.call(lab.runtime_url, token)
    assert answer.status_code == 403
    assert answer.json() == {"message": "OAuth authorization failed: Failed to parse token"}


@pytest.mark.parametrize("fault", ["exp.expired", "exp.too_close"])
def test_runtime_wants_more_than_a_minute_of_life(lab: Lab, requests: Requests, fault: str) -> None:
    lab.set_faults((fault,))
    answer = requests.call(lab.runtime_url, requests.access_token())
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "OAuth authorization failed: Ineffectual token, "
        "will expire within the next minute"
    }


@pytest.mark.parametrize(
    ("fault", "claim"),
    [
        ("aud.okta_default", "aud"),
        ("aud.missing", "aud"),
        ("iss.mismatch", "iss"),
        ("endpoint.insufficient_scope", "client_id"),
    ],
)
def test_runtime_names_the_claim(lab: Lab, requests: Requests, fault: str, claim: str) -> None:
    lab.set_faults((fault,))
    answer = requests.call(lab.runtime_url, requests.access_token())
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {
            "code": -32001,
            "message": f"Claim '{claim}' value mismatch with configuration.",
        }
    }


def test_runtime_names_the_time_before_a_claim(lab: Lab, requests: Requests) -> None:
    lab.set_faults(("exp.expired", "aud.mismatch"))
    answer = requests.call(lab.runtime_url, requests.access_token())
    assert "Ineffectual token" in answer.text


def test_runtime_refuses_a_foreign_signature(lab: Lab, requests: Requests) -> None:
    lab.set_faults(("sig.invalid",))
    assert requests.call(lab.runtime_url, requests.access_token()).status_code == 403


def test_runtime_refuses_a_signed_request(lab: Lab, requests: Requests) -> None:
    answer = requests.call(lab.runtime_url, Authorization="AWS4-HMAC-SHA256 Credential=AKIA/x")
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert answer.json()["message"].startswith("Authorization method mismatch.")


def test_short_session_id_shows_that_the_token_was_taken(lab: Lab, requests: Requests) -> None:
    refused = requests.call(lab.runtime_url, "not.a.token", **{SESSION: "abcde"})
    assert refused.status_code == 403
    token = requests.access_token()
    answer = requests.call(lab.runtime_url, token, **{SESSION: "abcde"})
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "Value at 'runtimeSessionId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 33"
    )
    assert requests.call(lab.runtime_url, token, **{SESSION: "x" * 33}).status_code == 200


def test_path_short_of_invocations_misses_a_token_without_a_challenge(
    lab: Lab, requests: Requests
) -> None:
    url = lab.runtime_url.partition("/invocations")[0]
    answer = requests.call(url, requests.access_token())
    assert answer.status_code == 403
    assert answer.json() == {"message": "Missing Authentication Token"}
    assert "WWW-Authenticate" not in answer.headers


def test_unescaped_arn_is_another_path(lab: Lab, requests: Requests) -> None:
    arn = "arn:aws:bedrock-agentcore:us-east-1:012345678901:runtime/practice_agent-abcdefghij"
    url = lab.runtime_url.replace(quote(arn, safe=""), arn)
    assert url != lab.runtime_url
    assert requests.call(url).json() == {"message": "Missing Authentication Token"}


def test_unknown_runtime_is_not_found(lab: Lab, requests: Requests) -> None:
    answer = requests.call(lab.runtime_url.replace("practice_agent", "another_agent"))
    assert answer.status_code == 404
    assert answer.headers["x-amzn-ErrorType"] == "ResourceNotFoundException"
