"""What the sides need besides this project: programs from Debian, and environments of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
ENVIRONMENTS = CACHE / "part-of-imagenet-benchmarks"
MORE_PLACES = "/usr/sbin:/sbin"  # where root has its programs


class Need(Protocol):
    name: str

    def lacking(self) -> str | None:
        """None once it is here, put there if that can be done; else how a person can do it."""


@dataclass(frozen=True, slots=True)
class Program:
    """From packages of Debian; installed by root alone."""

    name: str
    packages: str
    beside: Path | None = None  # a file that has to be there, too

    def lacking(self) -> str | None:
        if not self._is_here() and is_root() and shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "-q", *self.packages.split()],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        return None if self._is_here() else f"apt-get install -y {self.packages}"

    def _is_here(self) -> bool:
        return path_of(self.name) is not None and (self.beside is None or self.beside.exists())


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with one package of the Python index in it."""

    name: str
    requirement: str

    @property
    def folder(self) -> Path:
        return ENVIRONMENTS / self.name

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    def lacking(self) -> str | None:
        ready = self.folder / "ready"  # a broken installation is made again
        if not ready.exists():
            making = [[sys.executable, "-m", "venv", "--clear", str(self.folder)],
                      [self.program("python"), "-m", "pip", "install", "-qq", self.requirement]]
            if any(subprocess.run(line, stdout=subprocess.DEVNULL).returncode for line in making):
                return f"{self.program('python')} -m pip install {self.requirement}"
            ready.touch()
        return None


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def path_of(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path=MORE_PLACES)


ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

NGINX = Program("nginx", "nginx-light libnginx-mod-http-echo", ECHO_MODULE)
OPENSSL = Program("openssl", "openssl")
CURL = Program("curl", "curl")
ARIA2 = Program("aria2c", "aria2")
WGET = Program("wget", "wget")
GREP = Program("grep", "grep")
IMG2DATASET = Environment("img2dataset", "img2dataset==1.47.0")
MATPLOTLIB = Environment("matplotlib", "matplotlib>=3.8")
