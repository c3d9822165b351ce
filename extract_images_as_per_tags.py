"""Downloads the images of the marked categories, proves each, and reports on every URL."""

from collections.abc import Sequence

from imagenet_utils.command_line.arguments import answer_to, is_on
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.endings import run_script
from imagenet_utils.command_line.extract_options import PROGRAM


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, progress and errors to stderr."""
    text = answer_to(PROGRAM, argv)
    if text:
        Console().say(text.rstrip())
        return 0
    if is_on(PROGRAM, "doctor", argv):
        from imagenet_utils.command_line.examination import examine

        return examine(PROGRAM, argv)
    from imagenet_utils.command_line.extraction import extract

    return extract(argv)


if __name__ == "__main__":
    run_script(main)
