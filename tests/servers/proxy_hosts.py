"""mitmproxy addon: public host names over TLS, answered by servers on loopback.

PROXY_HOSTS names a JSON file {"acme.okta.com": "127.0.0.1:9108"}; it is read for each request,
so a test can change it. Any other host is refused with 502, and nothing leaves the machine.
Prints {"ready": true, "url"}, then {"host", "method", "path"} for each request that is let in.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from mitmproxy import ctx, http


def _print(line: dict[str, object]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")


def _loopback_address(host: str) -> tuple[str, int] | None:
    hosts = json.loads(Path(os.environ["PROXY_HOSTS"]).read_text(encoding="utf-8"))
    address, _, port = hosts.get(host, "").partition(":")
    return (address, int(port)) if port else None


class Hosts:
    """Sends each request for a known host to the server that stands for it."""

    def running(self) -> None:
        """Says where the proxy listens."""
        server = ctx.master.addons.get("proxyserver")
        host, port, *_ = server.listen_addrs()[0]
        _print({"ready": True, "url": f"http://{host}:{port}"})

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuses a tunnel to a host that is not known."""
        if _loopback_address(flow.request.host) is None:
            flow.response = http.Response.make(502, b"no such host in the test network")

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Turns a request for a known host to loopback; the Host header stays."""
        request = flow.request
        host = request.pretty_host
        address = _loopback_address(host)
        if address is None:
            flow.response = http.Response.make(502, b"no such host in the test network")
            return
        path = request.path.partition("?")[0]
        _print({"host": host, "method": request.method, "path": path})
        request.scheme = "http"
        request.host, request.port = address
        request.headers["Host"] = host


addons = [Hosts()]
