"""How many connections the system lets a process hold open."""

from __future__ import annotations

ENOUGH = 4096  # connections under way, idle ones, and files


def most_descriptors() -> int | None:
    """How many the limit can be raised to, by nobody's leave; None: there is no limit."""
    try:
        import resource
    except ImportError:
        return None  # Windows has no such limit
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard == resource.RLIM_INFINITY else hard


def connections_at_most(wanted: int) -> int:
    """Of one process: no more than a quarter of its descriptors, for as many connections may stay
    open unused, and files, pipes and the program's own want theirs."""
    most = most_descriptors()
    return wanted if most is None else max(1, min(wanted, most // 4))


def raise_descriptor_limit() -> None:
    """As far as the system allows without asking anybody."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            pass  # fewer connections then; the run finds its batch size all the same
