"""The places that a run would ask, each asked by both HTTP libraries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, TimeoutError
from functools import partial

from imagenet_utils.archives.access import WAYS_TO_LOG_IN
from imagenet_utils.doctor.asking import Answer, Kind, by_libcurl, by_requests
from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.certificates import issuer_of, trust_cure
from imagenet_utils.doctor.patient import Line, Patient, Target
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.network.addresses import url_parts

ANSWER_SECONDS = 8.0
ISSUER_SECONDS = 2.0
LIBRARIES: dict[str, Callable[[Target, Line, float], Answer]] = {
    "requests": by_requests,  # lists, boxes and archives come by it
    "libcurl": by_libcurl,  # pictures come by it
}
MAY_COME = (Kind.BUSY, Kind.SLOW)  # if one asks again
# Where the target's own cure, what works instead, is not the first thing to try.
CURES = {
    Kind.UNREACHED: "See DNS and proxy above; a firewall may be in the way, or the server is down",
    Kind.BUSY: "Try again later",
    Kind.SLOW: "A run waits longer, 30 s four times; if that is in vain too, try again later",
    Kind.UNTRIED: "See packages above",
}


def addresses(patient: Patient) -> Iterator[Finding]:
    asked = [(target, {name: begun(partial(library, target, patient.line, ANSWER_SECONDS))
                       for name, library in LIBRARIES.items()})
             for target in patient.targets]
    deadline = time.monotonic() + ANSWER_SECONDS + 0.5
    for target, futures in asked:
        answers = {name: _ended(future, deadline) for name, future in futures.items()}
        yield _finding(target, answers, patient.line)
    if not asked:
        yield ok("with these options nobody is asked" + " but for pictures" * bool(patient.run))


def _ended(future: Future[Answer], deadline: float) -> Answer:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return Answer(Kind.UNREACHED, f"no connection within {ANSWER_SECONDS:g} s")


def _finding(target: Target, answers: dict[str, Answer], line: Line) -> Finding:
    where = f"{target.purpose}, {target.address}"
    if all(answer.kind is Kind.THERE for answer in answers.values()):
        times = ", ".join(f"{name} {answer.seconds:.2f} s" for name, answer in answers.items())
        return ok(f"{where}: there ({times})")
    troubles = [answer.kind for answer in answers.values() if answer.kind is not Kind.THERE]
    kind = next((each for each in troubles if each not in MAY_COME), troubles[0])
    told = f"{where}: {_told(answers)}"
    if kind is Kind.UNTRUSTED:
        told += _issuer(target, line)
    trouble = problem if target.is_needed and kind not in MAY_COME else warning
    is_untrusted = kind is Kind.UNTRUSTED
    return trouble(told, trust_cure(_told(answers)) if is_untrusted else _cure(target, kind))


def _told(answers: dict[str, Answer]) -> str:
    """What both say is said once."""
    kinds = {answer.kind for answer in answers.values()}
    if len(kinds) == 1:
        return next(iter(answers.values())).told
    return "; ".join(f"{name}: {answer.told}" for name, answer in answers.items())


def _cure(target: Target, kind: Kind) -> str:
    if kind is Kind.DENIED and target.is_archive:
        return WAYS_TO_LOG_IN
    return CURES.get(kind, target.cure)


def _issuer(target: Target, line: Line) -> str:
    place = url_parts(target.address)
    try:
        issuer = issuer_of(place, line, ISSUER_SECONDS) if place else ""
    except ImportError:
        issuer = ""
    return f"; its certificate was signed by {issuer}" if issuer else ""
