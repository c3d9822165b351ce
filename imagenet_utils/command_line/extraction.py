"""From the command line to the pipeline, and from whatever ends it to an exit code."""

from __future__ import annotations

import argparse
import os
import traceback
from collections.abc import Sequence

from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.endings import missing, tell
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.command_line.signals import interruptible
from imagenet_utils.engine.nursery import start_ahead
from imagenet_utils.engine.rare_collections import collect_rarely
from imagenet_utils.errors import ExitCode, ImagenetUtilsError, Interrupted, fault_of
from imagenet_utils.network.proxies import certificate_bundle, lower_case_proxies
from imagenet_utils.passwords import without_passwords

# What each worker imports; the latter two come with the script, as in every process of it.
IMPORTED_BY_WORKERS = (
    "imagenet_utils.engine.imported_ahead",
    "imagenet_utils.command_line.endings", "imagenet_utils.command_line.extract_options",
)


def extract(argv: Sequence[str]) -> int:
    collect_rarely()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads for nothing
    console = Console()
    code = ExitCode.INTERNAL_ERROR
    try:
        with interruptible():
            namespace = parse(PROGRAM, argv)
            console = Console(quiet=namespace.quiet, log_file=namespace.log_file)
            lower_case_proxies(os.environ)
            certificate_bundle(os.environ)  # a wrong one is told before any worker trips over it
            code = _work(namespace, console)
    except ImagenetUtilsError as error:
        code = tell(error, console)
    except Interrupted as stop:
        code = stop.exit_code
        console.warn("interrupted: what was fetched is kept, the next run goes on from here")
    except OSError as error:
        code = tell(fault_of(error), console)
        console.log(traceback.format_exc())
    except ImportError as error:
        code = tell(missing(error), console)
        console.log(traceback.format_exc())
    except Exception:
        console.warn(traceback.format_exc())
    finally:
        console.close(code)
    return code


def _work(namespace: argparse.Namespace, console: Console) -> ExitCode:
    if namespace.parallel and not (namespace.dry_run or namespace.export_only):
        start_ahead(IMPORTED_BY_WORKERS)  # before this process imports its share
    from imagenet_utils.command_line.options import run_options, what_how_many_counts
    from imagenet_utils.job.pipeline import run

    options = run_options(namespace)
    told = _told({**namespace.__dict__, "how_many_counts": what_how_many_counts(namespace)})
    if namespace.demo:
        from imagenet_utils.demo.showing import show

        return show(options, namespace.given, console, told)
    return run(options, console, told)


def _told(values: dict[str, object]) -> dict[str, object]:
    return {name: _shown(value) for name, value in values.items() if name != "given"}


def _shown(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_shown, value))
    return without_passwords(value) if isinstance(value, str) else value
