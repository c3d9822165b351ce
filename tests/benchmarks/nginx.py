"""The origin of the benchmarks: nginx on the loopback, with the ills and the pace of the web."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.certificates import Certificates, made_certificates
from tests.benchmarks.links import LINKS, SHARERS
from tests.benchmarks.needs import ECHO_MODULE, NGINX, is_root, path_of

LATENCY_SECONDS = 0.15
HANGING_SECONDS = 60
REFUSES_ABOVE = 8  # requests at once
CAP = "20m"  # bytes a second of one connection, as nginx writes it
MEAN_BYTES = 102_000  # of a picture
PATIENCE_SECONDS = 10.0

CONFIGURATION = """
load_module {module};
{user}
worker_processes auto;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    log_format bytes "$body_bytes_sent $status";
    log_format times "$msec $request_time $status";
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    types {{ image/jpeg jpg; }}
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    limit_conn_zone $run zone=runs:1m;  # so that no run has to bear with another
    limit_conn_status 429;
    ssl_certificate {certificates.server};
    ssl_certificate_key {certificates.server_key};
    ssl_session_cache shared:sessions:10m;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        listen 127.0.0.1:{secure_port} ssl backlog=4096;
        location /pictures/ {{ alias {folder}/pictures/; }}
        location ~ ^/late/(.*)$ {{ echo_sleep {latency}; echo_exec /pictures/$1; }}
        location /hangs/ {{ echo_sleep {hanging}; echo ""; }}
        location /gone/ {{ return 404; }}
        location /seen/ {{ alias {folder}/pictures/; access_log {folder}/seen.log times; }}
        location ~ ^/refusing/(?<run>[^/]+)/(?<name>.*)$ {{
            access_log {folder}/refused.log times;
            limit_conn runs {refuses_above}; echo_sleep {latency}; echo_exec /let-in/$name;
        }}
        location /let-in/ {{
            internal; alias {folder}/pictures/; access_log {folder}/refused.log times;
        }}
        location /archives/ {{ alias {folder}/archives/; access_log {folder}/sent bytes; }}
        location /capped/ {{
            alias {folder}/archives/; access_log {folder}/sent bytes; limit_rate {cap};
        }}
        location ~ ^/late-archives/(.*)$ {{ echo_sleep {latency}; echo_exec /archives/$1; }}
        {shares}
    }}
}}
"""
# Not by limit_rate: that lets the first second's bytes through at once, and a picture is no more.
SHARE = "location ~ ^/{place}/(.*)$ {{ echo_sleep {seconds:.3f}; echo_exec /pictures/$1; }}"


@dataclass(frozen=True, slots=True)
class Origin:
    folder: Path
    base: str  # http://127.0.0.1:…
    secure_base: str
    certificates: Certificates

    @property
    def pictures(self) -> list[Path]:
        return list((self.folder / "pictures").iterdir())


@contextmanager
def origin(folder: Path, bodies: Iterable[bytes]) -> Iterator[Origin]:
    """Serves the bodies as 0.jpg and so on, from files below the folder, or raises SystemExit."""
    if told := NGINX.lacking():
        raise SystemExit(f"the origin is nginx with its echo module: {told}")
    (folder / "pictures").mkdir(parents=True)
    for number, body in enumerate(bodies):
        (folder / "pictures" / f"{number}.jpg").write_bytes(body)
    certificates = made_certificates(folder)
    port, secure_port = _free_ports()
    (folder / "nginx.conf").write_text(configuration(folder, certificates, port, secure_port))
    process = subprocess.Popen([path_of("nginx") or "nginx", "-c", str(folder / "nginx.conf"),
                                "-p", str(folder), "-e", str(folder / "error.log")])
    try:
        _wait_for(port, process)
        yield Origin(folder, f"http://127.0.0.1:{port}", f"https://127.0.0.1:{secure_port}",
                     certificates)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder / "pictures")


def configuration(folder: Path, certificates: Certificates, port: int, secure_port: int) -> str:
    """Of a server whose files are all below the folder."""
    shares = {
        link.mbit: SHARE.format(place=link.shared_place,
                                seconds=MEAN_BYTES * SHARERS / (link.mbit * 125_000))
        for link in LINKS if link.mbit
    }
    return CONFIGURATION.format(
        module=ECHO_MODULE, folder=folder, certificates=certificates, port=port,
        secure_port=secure_port, cap=CAP, latency=LATENCY_SECONDS, hanging=HANGING_SECONDS,
        refuses_above=REFUSES_ABOVE, shares="\n        ".join(shares.values()),
        user=f"user {getpass.getuser()};" if is_root() else "",  # else it may not read the folder
    )


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, \
            socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("nginx does not start: see its words above")
