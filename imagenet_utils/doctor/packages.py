"""The packages of requirements.txt, each imported in a child that may die of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import pip_install

REQUIREMENTS = Path(__file__).resolve().parent.parent.parent / "requirements.txt"
IMPORT_SECONDS = 18.0  # for all of them
# What they are imported as, where that is not what they are installed as.
MODULES = {"Pillow": "PIL", "speedtest-cli": "speedtest"}
# A run goes on without; what is lost.
DISPENSABLE = {
    "openpyxl": "tables in xlsx cannot be read",
    "pandas": "tables in xlsx and ods cannot be read",
    "speedtest-cli": "the line is not measured",
}
OF_DOWNLOADS = {"certifi", "filelock", "requests"}  # all that lists and boxes need
# The search path is the parent's: whatever lies in the current folder is no package of ours.
CHILD = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
sys.path[:] = json.loads(sys.argv[1])
for name in sys.argv[2:]:
    print(json.dumps([name]), flush=True)
    try:
        importlib.import_module(name)
        problem = ""
    except BaseException as error:
        problem = f"{type(error).__name__}: {error}"
    print(json.dumps([name, problem]), flush=True)
"""


class Requirement(NamedTuple):
    package: str
    at_least: str  # empty: any version

    @property
    def module(self) -> str:
        return MODULES.get(self.package, self.package)


def packages(patient: Patient) -> Iterator[Finding]:
    try:
        wanted = requirements_in(REQUIREMENTS.read_text(encoding="utf-8"))
    except OSError as error:
        yield warning(f"{REQUIREMENTS}: {error.strerror}", "Fetch the project again")
        return
    problems = _problems_of_imports([each.module for each in wanted])
    versions = {each: _version_of(each.package) for each in wanted}
    missing = [each for each in wanted if not versions[each]]
    sound = []
    for each in wanted:
        found = versions[each]
        if each in missing:
            continue
        if trouble := problems.get(each.module, "its import was never ended"):
            told = f"{each.package} {found} cannot be imported ({trouble})"
            yield _without([each], told, _install(each, anew=True), patient)
        elif is_older(found, each.at_least):
            yield warning(f"{each.package} {found} is older than {each.at_least}",
                          f"Run: {_install(each)}")
        else:
            sound.append(f"{each.package} {found}")
    if missing:
        yield _missing(missing, patient)
    if sound:
        yield ok(", ".join(sound))


def requirements_in(text: str) -> list[Requirement]:
    """
    >>> requirements_in("# why\\nrequests>=2.31\\n\\ntqdm\\n")
    [Requirement(package='requests', at_least='2.31'), Requirement(package='tqdm', at_least='')]
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    parts = (re.fullmatch(r"([A-Za-z0-9._-]+)(?:\s*>=\s*([0-9.]+))?", line) for line in lines)
    return [Requirement(part[1], part[2] or "") for part in parts if part]


def is_older(found: str, at_least: str) -> bool:
    """
    >>> is_older("2.9", "2.31"), is_older("3.0rc1", "2.31"), is_older("2.31", "2.31.0")
    (True, False, False)
    """
    have, want = _numbers(found), _numbers(at_least)
    width = max(len(have), len(want))
    return have + [0] * (width - len(have)) < want + [0] * (width - len(want))


def _numbers(dotted: str) -> list[int]:
    begin = re.match(r"[0-9]{1,18}(\.[0-9]{1,18})*", dotted, re.ASCII)
    return [int(part) for part in begin[0].split(".")] if begin else []


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _missing(missing: Sequence[Requirement], patient: Patient) -> Finding:
    """All of them at once: who has made no environment yet needs one command."""
    told = ", ".join(each.package for each in missing)
    if len(missing) == 1:
        return _without(missing, f"{told} is missing", _install(missing[0]), patient)
    command = pip_install(f'-r "{REQUIREMENTS}"')
    return _without(missing, f"{told} are missing", command, patient)


def _without(
    packages: Sequence[Requirement], told: str, command: str, patient: Patient
) -> Finding:
    if any(_is_needed(each.package, patient) for each in packages):
        return problem(told, f"Run: {command}")
    losses = dict.fromkeys(DISPENSABLE.get(each.package, "") for each in packages)
    lost = f": {', '.join(losses)}" if all(losses) else ""
    return warning(f"{told}{lost}", f"Run: {command}")


def _is_needed(package: str, patient: Patient) -> bool:
    if patient.run is None:
        return package in OF_DOWNLOADS and any(target.is_needed for target in patient.targets)
    return package not in DISPENSABLE


def _install(wanted: Requirement, *, anew: bool = False) -> str:
    asked = f"{wanted.package}>={wanted.at_least}" if wanted.at_least else wanted.package
    how = "--force-reinstall" if anew else "--upgrade"
    return pip_install(f'{how} "{asked}"')


def _problems_of_imports(modules: Sequence[str]) -> dict[str, str]:
    """Module -> what its import ended in, empty where that went well; none without an end."""
    problems: dict[str, str] = {}
    waiting = list(modules)
    deadline = time.monotonic() + IMPORT_SECONDS
    while waiting:
        told = _output_of([sys.executable, "-c", CHILD, json.dumps(sys.path), *waiting],
                          seconds=max(0.1, deadline - time.monotonic()))
        answers = [*map(_answer, told.splitlines())]
        problems |= {answer[0]: answer[1] for answer in answers if len(answer) == 2}
        left = [name for name in waiting if name not in problems]
        if left[:1] not in answers:
            return problems
        if left:  # the child died of it: the others get another one
            problems[left[0]] = "its import kills the process, or never ends"
        waiting = left[1:]
    return problems


def _answer(line: str) -> list[str]:
    """Empty for whatever else a package prints."""
    try:
        answer = json.loads(line)
    except ValueError:
        return []
    is_ours = isinstance(answer, list) and all(isinstance(word, str) for word in answer)
    return answer if is_ours else []


def _output_of(command: Sequence[str], *, seconds: float) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=seconds)
        return done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as expired:
        return (expired.stdout or b"").decode("utf-8", "replace")
