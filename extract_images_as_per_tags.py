"""Downloads the images of the marked categories, proves each, and reports on every URL."""

from __future__ import annotations

from collections.abc import Sequence

from imagenet_utils.command_line.arguments import answer_to
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.endings import run_script
from imagenet_utils.command_line.extract_options import PROGRAM


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, progress and errors to stderr."""
    if text := answer_to(PROGRAM, argv):
        Console().say(text.rstrip())
        return 0
    from imagenet_utils.command_line.extraction import extract

    return extract(argv)


if __name__ == "__main__":
    run_script(main)
