"""A line that fails: it resets or stalls 2 % of the requests, each URL only the first time.

    python tests/benchmarks/relay.py PORT    relays to this port of 127.0.0.1, and prints its own
"""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

ILL_PERCENT = 2
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class Sickness:
    """Which requests fail; the same ones in every run, however it orders them."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def of(self, request: bytes) -> str | None:
        """"reset", "stall", or None; the second request for a URL is well."""
        line = request.partition(b"\r\n")[0]
        luck = zlib.crc32(line) % 100
        if luck >= ILL_PERCENT or line in self._seen:
            return None
        self._seen.add(line)
        return "reset" if luck % 2 else "stall"


class _Server(asyncio.Protocol):
    """The origin's end of a pair."""

    def __init__(self, client: _Client) -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        self._client.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._client.transport.close()


class _Client(asyncio.Protocol):
    """The side's end of a pair; what comes before the origin answers is kept."""

    transport: asyncio.Transport

    def __init__(self, port: int, sickness: Sickness) -> None:
        self._port = port
        self._sickness = sickness
        self._server: asyncio.Transport | None = None
        self._early = b""
        self._stalls = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_connection(lambda: _Server(self), "127.0.0.1", self._port)
        self._server = server
        server.write(self._early)

    def data_received(self, data: bytes) -> None:
        fate = self._sickness.of(data) if data.startswith(b"GET ") else None
        if fate == "reset":
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            self.transport.abort()
        elif fate == "stall" or self._stalls:
            self._stalls = True  # until the side gives up
        elif self._server:
            self._server.write(data)
        else:
            self._early += data

    def connection_lost(self, error: Exception | None) -> None:
        if self._server:
            self._server.close()

    def pause_writing(self) -> None:
        if self._server:
            self._server.pause_reading()

    def resume_writing(self) -> None:
        if self._server:
            self._server.resume_reading()


@contextmanager
def relay_to(port: int) -> Iterator[int]:
    """The port of a relay in a process of its own."""
    with subprocess.Popen([sys.executable, __file__, str(port)], stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _serve(port: int) -> None:
    sickness = Sickness()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Client(port, sickness), "127.0.0.1", 0,
                                      backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
