"""A real nginx that serves the sign-in page of the operations agent, or fails to."""

from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from servers.availability import require_command
from servers.processes import wait_until

Content = Literal["page", "welcome", "nothing"]

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head>
<body><form><input id="oktaDomain" name="oktaDomain"><input id="clientId"></form></body></html>
"""
_WELCOME = "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head></html>\n"

_PATHS: dict[Content, dict[str, str]] = {
    "page": {
        "index.html": _PAGE,
        "callback": _PAGE,
        "okta-auth/index.html": _PAGE,
        "okta-auth/iframe-oauth-flow.html": _PAGE,
    },
    "welcome": {"index.html": _WELCOME},
    "nothing": {},
}

_CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  default_type text/html;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port};
    server_name localhost;
    root html;
  }}
}}
"""


@dataclass
class NginxPage:
    """A running nginx. `origin` is http://localhost with its port."""

    origin: str
    directory: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ends it: from now on a connection is refused."""
        self.process.terminate()
        self.process.wait()


class StartNginxPage(Protocol):
    """What the `nginx_page` fixture gives."""

    def __call__(self, serve: Content = "page") -> NginxPage:
        """Returns a running nginx with the page, with nginx's welcome page, or with nothing."""
        ...


def start(directory: Path, serve: Content) -> NginxPage:
    """Starts nginx on a free port."""
    nginx = require_command("nginx", "nginx")
    root = directory / "html"
    root.mkdir(parents=True)
    for path, content in _PATHS[serve].items():
        file = root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8")
    for _ in range(5):
        # nginx takes no port 0, so another process may get the free port before it: then again.
        page = _try_port(nginx, directory, _free_port())
        if page is not None:
            return page
    raise RuntimeError(f"nginx did not start:\n{(directory / 'error.log').read_text()}")


def _try_port(nginx: str, directory: Path, port: int) -> NginxPage | None:
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = directory / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(user=user, port=port), encoding="utf-8")
    command = [nginx, "-p", str(directory), "-c", str(configuration), "-e", "error.log"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_until(lambda: process.poll() is not None or _answers(port))
    if process.poll() is not None:
        return None
    return NginxPage(f"http://localhost:{port}", directory, process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
