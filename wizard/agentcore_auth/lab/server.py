"""The lab's HTTP server: loopback only, a thread a connection, stopped within a moment.

It reads requests carefully, since anything on this machine may send one, and leaves what they
mean to whoever answers them.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, TCPServer
from typing import cast

from agentcore_auth.lab.exchange import Request, Response, target_of
from agentcore_auth_checks.text import Untrusted

ADDRESS = "127.0.0.1"
LARGEST_BODY = 64 * 1024
"""Largest request body that is read, in bytes."""
IDLE_SECONDS = 30.0
"""How long a connection may be silent between or within requests."""
MOST_CONNECTIONS = 128
KEPT_VISITS = 10_000
STOP_POLL_SECONDS = 0.05
DRIP_SECONDS = 0.25


class PortTaken(Exception):  # it is an outcome, not an error
    """None of the ports that were asked for can be had."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request in the log: no query, no headers, no body.

    Times are those of a steady clock, in seconds; `ended` is when the response was ready to be
    sent. `stall` says how the connection was broken on purpose, or nothing.
    """

    method: Untrusted
    host: Untrusted
    path: Untrusted
    status: int
    started: float
    ended: float
    stall: str = ""


Answerer = Callable[[Request], Response]
Observer = Callable[[Visit], None]


class LoopbackServer:
    """Serves on a port of 127.0.0.1 until it is stopped.

    Args:
        answer: gives the response to a request; called from several threads.
        ports: tried in this order; 0 is any free one.
        delay_seconds: how long every response is held back.
        observe: is told of every request.
    """

    def __init__(
        self,
        answer: Answerer,
        *,
        ports: Sequence[int],
        delay_seconds: float,
        observe: Observer,
    ) -> None:
        self._server = _bound(answer, ports, delay_seconds, observe)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(STOP_POLL_SECONDS,),
            name="practice range",
            daemon=True,
        )

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.server_address[1])

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The latest requests, oldest first."""
        return tuple(self._server.visits)

    def start(self) -> None:
        """Begins to serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection and returns when all threads are gone."""
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


def _bound(
    answer: Answerer, ports: Sequence[int], delay_seconds: float, observe: Observer
) -> _Server:
    for port in ports:
        try:
            return _Server(port, answer, delay_seconds, observe)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    tried = ", ".join(map(str, ports))
    raise PortTaken(f"port {tried}: taken by another program, or kept for the system's own")


class _Server(TCPServer):
    allow_reuse_address = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(
        self, port: int, answer: Answerer, delay_seconds: float, observe: Observer
    ) -> None:
        super().__init__((ADDRESS, port), cast("type[BaseRequestHandler]", _Handler))
        self.answer = answer
        self.delay_seconds = delay_seconds
        self.observe = observe
        self.visits: deque[Visit] = deque(maxlen=KEPT_VISITS)
        self.stopping = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        connection = cast("socket.socket", request)
        thread = threading.Thread(
            target=self._serve_connection,
            args=(connection, client_address),
            name="practice range connection",
            daemon=True,
        )
        with self._lock:
            crowded = len(self._connections) >= MOST_CONNECTIONS
            if not crowded:
                self._connections[thread] = connection
        if crowded:
            self.shutdown_request(connection)
            return
        thread.start()

    def _serve_connection(self, connection: socket.socket, client_address: object) -> None:
        try:
            self.finish_request(connection, client_address)
        except OSError:
            pass  # The client is gone; that is its own affair.
        finally:
            with self._lock:
                del self._connections[threading.current_thread()]
            self.shutdown_request(connection)

    def end_connections(self) -> None:
        """Breaks every connection and waits for its thread."""
        with self._lock:
            connections = dict(self._connections)
        for connection in connections.values():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # It ended by itself meanwhile.
        for thread in connections:
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection. The base class parses request line and headers and limits their size."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # Even nonsense gets an answer with a status line.
    timeout = IDLE_SECONDS
    # Head and body are two writes; with Nagle's algorithm the second would wait for an ACK.
    disable_nagle_algorithm = True

    @property
    def _range(self) -> _Server:
        return cast("_Server", self.server)

    def version_string(self) -> str:
        return "practice-range"

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing goes to stderr: what came in is in the visits."""

    def _handle(self) -> None:
        started = time.monotonic()
        body, trouble = self._read_body()
        request = _request(self.command, self.path, self.headers, body)
        if trouble:
            self.close_connection = True
            response = Response(trouble)
        elif self._range.stopping.wait(self._range.delay_seconds):
            self.close_connection = True
            return
        else:
            response = self._answer(request)
        visit = Visit(
            Untrusted(self.command),
            Untrusted(request.host),
            Untrusted(request.path),
            response.status,
            started,
            time.monotonic(),
            response.stall,
        )
        self._range.visits.append(visit)
        self._range.observe(visit)
        self._send(response)

    def _answer(self, request: Request) -> Response:
        try:
            return self._range.answer(request)
        except Exception:
            # A fault of the range must neither end it nor write over a terminal app's screen.
            return Response(500)

    def _read_body(self) -> tuple[bytes, int]:
        """Returns the body, and the status that refuses it or 0 (RFC 9112 section 6)."""
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers:
            return b"", 411
        if not lengths:
            return b"", 0
        if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            return b"", 400
        if len(lengths[0]) > 9 or int(lengths[0]) > LARGEST_BODY:
            return b"", 413
        return self.rfile.read(int(lengths[0])), 0

    def _send(self, response: Response) -> None:
        match response.stall:
            case "silent":
                self._stay_silent()
            case "dripping":
                self._send_head(response)
                self._drip(response.body)
            case "breaking":
                self._send_head(response)
                self.wfile.write(response.body[: len(response.body) // 2])
                self.close_connection = True
            case _:
                self._send_head(response)
                if self.command != "HEAD":
                    self.wfile.write(response.body)

    def _send_head(self, response: Response) -> None:
        self.send_response_only(response.status)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string(time.time() + response.clock_ahead))
        for name, value in response.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _stay_silent(self) -> None:
        """Waits without an answer until the client gives up or the server stops."""
        self.close_connection = True
        self.connection.settimeout(None)
        while self.connection.recv(1024):
            pass

    def _drip(self, body: bytes) -> None:
        """Sends a byte at a time, so that no silence is ever long enough to be a timeout."""
        self.close_connection = True
        for byte in body:
            if self._range.stopping.wait(DRIP_SECONDS):
                return
            self.wfile.write(bytes((byte,)))

    do_GET = do_HEAD = do_POST = do_OPTIONS = do_PUT = do_PATCH = do_DELETE = _handle


def _request(method: str, target: str, headers: Message, body: bytes) -> Request:
    path, query = target_of(target)
    named: dict[str, str] = {}
    for name, value in headers.items():
        named.setdefault(name.lower(), value)
    host = named.get("host", "").lower()
    return Request(
        method="GET" if method == "HEAD" else method,
        host=host.rpartition(":")[0] if ":" in host else host,
        path=path,
        query=query,
        headers=named,
        body=body,
    )
