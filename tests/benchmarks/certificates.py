"""An authority of the benchmark's own, and how everybody is told to trust it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

DAYS = "30"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
SIGNING = """
basicConstraints = CA:FALSE
subjectAltName = IP:127.0.0.1
"""


@dataclass(frozen=True, slots=True)
class Certificates:
    folder: Path

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        return self.folder / "server.key"

    @property
    def bundle(self) -> Path:
        """The authorities of the real web and ours: who reads it anew each time pays for all."""
        return self.folder / "bundle.pem"


def made_certificates(folder: Path) -> Certificates:
    """In this folder, for 127.0.0.1."""
    made = Certificates(folder)
    authority, request = folder / "authority.pem", folder / "server.csr"
    (folder / "signing").write_text(SIGNING)
    _openssl("req", "-x509", *KEY, "-days", DAYS, "-subj", "/CN=authority of a benchmark",
             "-keyout", f"{authority}.key", "-out", authority)
    _openssl("req", *KEY, "-subj", "/CN=127.0.0.1", "-keyout", made.server_key, "-out", request)
    _openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", f"{authority}.key",
             "-CAcreateserial", "-days", DAYS, "-extfile", folder / "signing",
             "-out", made.server)
    made.bundle.write_text(Path(certifi.where()).read_text(encoding="utf-8")
                           + authority.read_text(), encoding="utf-8")
    return made


def environment_with(bundle: Path) -> Mapping[str, str]:
    """This one, with the bundle for every library, without proxies and without calls home.

    Python may keep what it has compiled, as it does by itself: else each run compiles anew.
    """
    inherited = {name: value for name, value in os.environ.items()
                 if not name.lower().endswith("_proxy") and name != "PYTHONDONTWRITEBYTECODE"}
    names = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    return {**inherited, **dict.fromkeys(names, str(bundle)),
            "NO_ALBUMENTATIONS_UPDATE": "1", "WANDB_MODE": "disabled"}


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
