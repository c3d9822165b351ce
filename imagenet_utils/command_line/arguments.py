"""A script's options as rows of a table: what parses them, explains them and documents them.

    argv -> `spelled_out` (one `--name=value` each) -> argparse -> namespace of checked values

The README's tables, `--help` and `--help_all` are made from the same rows.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagenet_utils import __version__
from imagenet_utils.command_line.argument_values import FALSE_WORDS, Kind, Option, value_of
from imagenet_utils.errors import UsageError

PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent

HELP_FLAGS = ("-h", "--help")
HELP_ALL_FLAG = "--help_all"
VERSION_FLAG = "--version"


@dataclass(frozen=True, slots=True)
class Program:
    """One script, as its user sees it."""

    name: str  # "download_ncodes_imagenet.py"
    summary: str
    options: tuple[Option, ...]
    examples: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)  # "-j" or "--jobs" -> "processes"


def parse(program: Program, argv: Sequence[str]) -> argparse.Namespace:
    """The checked value of every option, and in `given` the names that argv itself sets.

    Raises UsageError, whose problem begins with the option's name.
    """
    words = list(spelled_out(program, argv))
    namespace = _parser(program, everything=True).parse_args(words)
    for option in program.options:
        if option.is_many:
            setattr(namespace, option.name, tuple(getattr(namespace, option.name) or ()))
    namespace.given = frozenset(word[2:].partition("=")[0] for word in words)
    return namespace


def changed_by(program: Program, options: argparse.Namespace) -> frozenset[str]:
    """The options that argv gives another value than they have without it."""
    return frozenset(option.name for option in program.options if option.name in options.given
                     and getattr(options, option.name) != option.default)


def answer_to(program: Program, argv: Sequence[str]) -> str | None:
    """The text that a call for help or for the version wants; None where it wants work done."""
    asked = {_with_underscores(word) for word in argv}
    if HELP_ALL_FLAG in asked:
        return _parser(program, everything=True).format_help()
    if asked.intersection(HELP_FLAGS):
        return _parser(program, everything=False).format_help()
    if VERSION_FLAG in asked:
        return f"{program.name} {__version__}\n"
    return None


def is_on(program: Program, name: str, argv: Sequence[str]) -> bool:
    """Whether argv switches a boolean on; what cannot be understood is for `parse` to tell."""
    try:
        values = [word.partition("=")[2] for word in spelled_out(program, argv)
                  if word.startswith(f"--{name}=")]
    except UsageError:
        return False
    return bool(values) and values[-1].strip().casefold() not in FALSE_WORDS


def markdown_table(program: Program) -> str:
    """The README's section on a script's options: one table per group."""
    lines: list[str] = []
    for group in _groups(program):
        lines += [f"**{group}**", "", "| option | default | meaning |", "|---|---|---|"]
        lines += [_markdown_row(option) for option in program.options if option.group == group]
        lines.append("")
    if program.aliases:
        spellings = (f"`{old}` = `--{new}`" for old, new in program.aliases.items())
        lines += ["Older spellings: " + ", ".join(spellings) + ".", ""]
    return "\n".join(lines)


def spelled_out(program: Program, argv: Sequence[str]) -> Iterator[str]:
    """Every option that argv gives, as one word `--name=value` that leaves nothing to guess."""
    spellings = _spellings(program)
    words = list(argv)
    while words:
        name, option, value = _opened(words.pop(0), spellings)
        if value is None:
            value = _value_after(words, name, option)
        yield f"--{option.name}={value}"
        while option.takes_list and words and not _is_flag(words[0]):
            yield f"--{option.name}={words.pop(0)}"


def _spellings(program: Program) -> dict[str, tuple[Option, str | None]]:
    """Every flag that may stand on the command line, with its option and the value it implies."""
    by_name = {option.name: option for option in program.options}
    found: dict[str, tuple[Option, str | None]] = {}
    for old, name in program.aliases.items():
        found[_with_underscores(old)] = by_name[name], None
    for option in program.options:
        found[f"--{option.name}"] = option, None
        if option.short:
            found[f"-{option.short}"] = option, None
        if option.kind is Kind.BOOL:
            found[f"--no{option.name}"] = found[f"--no_{option.name}"] = option, "False"
    return found


def _opened(
    word: str, spellings: dict[str, tuple[Option, str | None]]
) -> tuple[str, Option, str | None]:
    """The flag as typed, its option, and the value that the word itself brings."""
    if not _is_flag(word):
        raise UsageError(
            f"unexpected word {word!r}",
            "Every value follows its option; a value with blanks needs quotes around it",
        )
    typed, equals, given = word.partition("=")
    flag = _with_underscores(typed)
    if flag not in spellings:
        raise UsageError(f"unknown option {typed}", _nearest(flag, spellings))
    option, implied = spellings[flag]
    if implied is not None and equals:
        raise UsageError(f"{typed}: takes no value", f"Write --{option.name} {implied}")
    return typed, option, given if equals else implied


def _value_after(words: list[str], typed: str, option: Option) -> str:
    """The value in the next word, which is taken away; True for a boolean that stands alone."""
    if words and not _is_flag(words[0]):
        return words.pop(0)
    if option.kind is Kind.BOOL:
        return "True"
    raise UsageError(
        f"{typed}: expected {option.expectation}, found nothing",
        "A value that begins with - is joined by =" if words else "",
    )


def _is_flag(word: str) -> bool:
    """
    >>> [_is_flag(word) for word in ("--sleep", "-b", "-5", "-.5", "-", "kit fox")]
    [True, True, False, False, False, False]
    """
    return word.startswith("-") and word != "-" and word[1] not in "0123456789."


def _with_underscores(word: str) -> str:
    """
    >>> _with_underscores("--batch-size=4-5")
    '--batch_size=4-5'
    """
    flag, equals, value = word.partition("=")
    dashes = flag[: len(flag) - len(flag.lstrip("-"))]
    return dashes + flag[len(dashes):].replace("-", "_") + equals + value


def _nearest(flag: str, spellings: dict[str, tuple[Option, str | None]]) -> str:
    known = [other for other, (_, implied) in spellings.items() if implied is None]
    near = difflib.get_close_matches(flag, known, n=2, cutoff=0.6)
    near += [other for other in known if other.startswith(flag) and other not in near][:2]
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"{HELP_ALL_FLAG} lists them"


class _Parser(argparse.ArgumentParser):
    """argparse that raises instead of ending the program."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(message)


def _parser(program: Program, *, everything: bool) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program.name,
        usage=f"{program.name} [options]",
        description=program.summary,
        epilog=_epilog(program, everything=everything),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    for title in _groups(program) if everything else ["options"]:
        group = parser.add_argument_group(title)
        for option in program.options:
            if option.group == title or (not everything and option.everyday):
                _add(group, option)
    return parser


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    flags = ([f"-{option.short}"] if option.short else []) + [f"--{option.name}"]
    group.add_argument(
        *flags,
        dest=option.name,
        type=lambda text: value_of(option, text),
        action="append" if option.is_many else "store",
        default=None if option.is_many else option.default,
        metavar=option.placeholder,
        help=f"{option.help} [{option.default_words}]".replace("%", "%%"),
    )


def _groups(program: Program) -> list[str]:
    return list(dict.fromkeys(option.group for option in program.options))


def _epilog(program: Program, *, everything: bool) -> str:
    lines = [
        "examples:",
        *(f"  python {program.name} {words}".rstrip() for words in program.examples),
        "",
        "A boolean takes True/False, yes/no, on/off, 1/0; alone it means True, --noX means False.",
    ]
    if everything and program.aliases:
        spellings = (f"{old} = --{new}" for old, new in program.aliases.items())
        lines += ["Older spellings: " + ", ".join(spellings) + "."]
    if not everything:
        lines += [f"{HELP_ALL_FLAG} shows every option, {VERSION_FLAG} the version."]
    return "\n".join(lines)


def _markdown_row(option: Option) -> str:
    flags = f"-{option.short}, " if option.short else ""
    value = option.placeholder.replace("|", "\\|")
    text = option.help.replace("|", "\\|")
    return f"| `{flags}--{option.name} {value}` | {option.default_words} | {text} |"
