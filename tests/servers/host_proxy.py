"""A TLS proxy under which public host names lead to servers on loopback (`proxy_hosts.py`)."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from servers.availability import missing, require_path
from servers.processes import ServerProcess, basic_environment

_HERE = Path(__file__).parent
_MITMDUMP = _HERE.parents[1] / ".venv-proxy" / "bin" / "mitmdump"


@dataclass
class HostProxy:
    """A running proxy.

    `environment` is what a program needs to use it and to trust its certificates; loopback
    addresses are reached directly.
    """

    url: str
    certificate: Path
    hosts_file: Path
    process: ServerProcess = field(repr=False)
    served_before: int = field(default=0, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a program that is to go through the proxy."""
        proxies = dict.fromkeys(
            ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), self.url
        )
        direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1")
        trust = dict.fromkeys(("SSL_CERT_FILE", "AWS_CA_BUNDLE"), str(self.certificate))
        return {**proxies, **direct, **trust}

    def serve(self, host: str, url: str) -> None:
        """Lets `host` be answered by the plain HTTP server at `url`."""
        hosts = json.loads(self.hosts_file.read_text(encoding="utf-8"))
        hosts[host] = url.removeprefix("http://").rstrip("/")
        self.hosts_file.write_text(json.dumps(hosts), encoding="utf-8")

    def hosts(self) -> tuple[str, ...]:
        """Returns the host of each request since the test got the proxy, oldest first."""
        asked = [line["host"] for line in self.process.lines() if "host" in line]
        return tuple(asked[self.served_before :])

    def forget(self) -> None:
        """Takes all hosts away and starts counting requests anew."""
        self.hosts_file.write_text("{}", encoding="utf-8")
        self.served_before += len(self.hosts())


def start(directory: Path) -> HostProxy:
    """Starts the proxy with a certificate authority of its own."""
    if sys.platform == "darwin":
        missing("macOS trusts no certificate authority that is only named in the environment")
    require_path(_MITMDUMP, "make test")
    hosts_file = directory / "hosts.json"
    hosts_file.write_text("{}", encoding="utf-8")
    settings = {
        "confdir": str(directory),
        "connection_strategy": "lazy",
        "upstream_cert": "false",
        "listen_host": "127.0.0.1",
        "listen_port": "0",
    }
    command = [str(_MITMDUMP), "--quiet", "--scripts", str(_HERE / "proxy_hosts.py")]
    for name, value in settings.items():
        command += ["--set", f"{name}={value}"]
    process = ServerProcess(
        command,
        logs=directory / "logs",
        environment=basic_environment(PROXY_HOSTS=str(hosts_file), HOME=str(directory)),
    )
    return HostProxy(
        url=process.ready["url"],
        certificate=directory / "mitmproxy-ca-cert.pem",
        hosts_file=hosts_file,
        process=process,
    )
