"""An origin on the loopback for the benchmarks: nginx where it is installed, else the demo's own.

Under /pictures/ whole pictures, under /late/ the same after 150 ms; all else is 404.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

LATENCY_SECONDS = 0.15
DRAWN = 64  # pictures that differ by more than a comment
SIZE = (500, 375)
QUALITY = 89
ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")  # libnginx-mod-http-echo
PATIENCE_SECONDS = 10.0

CAP = "20m"  # bytes a second of one connection, as nginx writes it

CONFIGURATION = """
{modules}
{user}
worker_processes auto;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    log_format bytes "$body_bytes_sent $status";
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    types {{ image/jpeg jpg; }}
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location /pictures/ {{ alias {pictures}/; }}
        location /archives/ {{ alias {folder}/archives/; access_log {folder}/sent bytes; }}
        location /capped/ {{
            alias {folder}/archives/; access_log {folder}/sent bytes; limit_rate {cap};
        }}
        {late}
    }}
}}
"""
LATE = """
        location ~ ^/late/(.*)$ {{ echo_sleep {seconds}; echo_exec /pictures/$1; }}
        location ~ ^/late-archives/(.*)$ {{ echo_sleep {seconds}; echo_exec /archives/$1; }}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pictures are had."""

    name: str  # of the server, for the reader of the figures
    at_once: str  # what the URLs of pictures begin with
    late: str  # likewise, with the latency before the first byte


@contextmanager
def picture_origin(folder: Path, bodies: Iterable[bytes]) -> Iterator[Place]:
    """Serves the bodies as 0.jpg and so on, from files below the folder."""
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, body in enumerate(bodies):
        (pictures / f"{number}.jpg").write_bytes(body)
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    with _nginx(nginx, folder) if nginx and ECHO_MODULE.exists() else _own(pictures) as place:
        yield place


def photographs(count: int) -> Iterator[bytes]:
    """As they are in ImageNet: 500x375 pixels, about 100 kB, none like another."""
    drawn = [drawn_jpeg(SIZE, number) for number in range(min(count, DRAWN))]
    return made_distinct(drawn, count)


def made_distinct(drawn: Sequence[bytes], count: int) -> Iterator[bytes]:
    """A comment makes each JPEG a file with a digest of its own."""
    for number in range(count):
        body = drawn[number % len(drawn)]
        words = f"picture {number}".encode()
        comment = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words
        yield body[:2] + comment + body[2:]


def drawn_jpeg(size: tuple[int, int], number: int, *, progressive: bool = False) -> bytes:
    """As heavy as a photograph of that size: soft colours under some grain."""
    grain = Image.effect_noise(size, 38 + number % 8).convert("RGB")
    colour = Image.new("RGB", size, (number * 37 % 256, number * 101 % 256, number * 59 % 256))
    waves = Image.radial_gradient("L").resize(size).convert("RGB")
    file = BytesIO()
    Image.blend(Image.blend(waves, colour, 0.4), grain, 0.6).save(
        file, "JPEG", quality=QUALITY, progressive=progressive)
    return file.getvalue()


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[Place]:
    """A server of our own: its configuration, port and files are all in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    (folder / "nginx.conf").write_text(CONFIGURATION.format(
        modules=f"load_module {ECHO_MODULE};",
        user=f"user {getpass.getuser()};" if is_root else "",  # else it may not read the folder
        folder=folder, pictures=folder / "pictures", port=port, cap=CAP,
        late=LATE.format(seconds=LATENCY_SECONDS),
    ))
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder),
                                "-e", str(folder / "error.log")])
    try:
        _wait_for(port, process)
        base = f"http://127.0.0.1:{port}"
        yield Place("nginx", f"{base}/pictures/", f"{base}/late/")
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("nginx does not start: see its words above")


@contextmanager
def _own(pictures: Path) -> Iterator[Place]:
    from imagenet_utils.demo.exchange import File
    from imagenet_utils.demo.origin import Site, origin_in_process

    files = {path.name: File(path.read_bytes()) for path in pictures.iterdir()}
    with origin_in_process(Site(files)) as address:
        yield Place("the demo's origin (no nginx with its echo module here), which is the slowest"
                    " part of all", address.url("/pictures/"),
                    address.url(f"/faults/slow/{LATENCY_SECONDS}/"))
