"""A local server that says word for word what a test tells it to, one answer a connection."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[str], bytes]  # the target of a request -> the bytes of the response


class CannedServer:
    """`heads` are the requests it has seen, without their bodies."""

    def __init__(self, listener: socket.socket, answer: Answer) -> None:
        self.port = listener.getsockname()[1]
        self.heads: list[str] = []
        self._listener = listener
        self._answer = answer

    @property
    def targets(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    def url(self, path: str = "", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def serve(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                if self._listener.fileno() < 0:
                    return
                continue  # a TLS handshake that the client broke off
            with connection, suppress(OSError):
                self._serve_one(connection)

    def _serve_one(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(65536)
            if not block:
                return
            head += block
        self.heads.append(head.decode("latin-1"))
        connection.sendall(self._answer(self.targets[-1]))


@contextmanager
def canned(answer: Answer, *, context: ssl.SSLContext | None = None,
           host: str = "127.0.0.1") -> Iterator[CannedServer]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as plain:
        listener = context.wrap_socket(plain, server_side=True) if context else plain
        server = CannedServer(listener, answer)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends the wait in accept
            listener.close()
            with suppress(OSError), socket.create_connection((host, server.port), 0.1):
                pass
            thread.join(5)


def response(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """A whole message; underscores in names of headers stand for hyphens."""
    given = {"Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
