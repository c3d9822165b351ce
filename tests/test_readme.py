"""What the README says is what the code does.

`python -m tests.test_readme` writes the README's generated tables anew.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import download_ncodes_imagenet
from imagenet_utils.categories.marks import MARK_WORDS
from imagenet_utils.categories.catalogues import OPEN_IMAGES
from imagenet_utils.categories.naming import OF_IMAGENET
from imagenet_utils.categories.picking import Reader
from imagenet_utils.categories.presets import persons_in, presets
from imagenet_utils.categories.presets_file import SIGN, Preset
from imagenet_utils.command_line import download_options, extract_options, listing
from imagenet_utils.command_line.arguments import Program, answer_to, markdown_table, parse
from imagenet_utils.doctor.checks import CHECKS
from imagenet_utils.errors import ExitCode, UsageError
from imagenet_utils.model import Follow, Reason, Verdict
from imagenet_utils.results.report import COLUMNS
from imagenet_utils.results.summary import RunFacts, write_summary

PROJECT = Path(__file__).resolve().parent.parent
README = PROJECT / "README.md"
PROGRAMS = {program.name: program
            for program in (download_options.PROGRAM, extract_options.PROGRAM)}
# Of those that need nothing but the catalogue.
LISTING = re.compile(r"download_\w+\.py --(search|tree|parents|list --lower|presets)\b")
WHAT_FOLLOWS = {
    Follow.KEPT: "kept",
    Follow.SETTLED: "not tried for 30 days",
    Follow.AGAIN: "in the next",
}
NAMING = ("categories", "mark", "unmark", "except", "tree", "parents")  # options of categories
SHOWN_TO_FAIL = ["--mark", "crane=300"]


def text() -> str:
    return README.read_text(encoding="utf-8")


def options_block(program: Program) -> str:
    # Outside of backticks, Markdown would take <wnid> for a tag and show nothing.
    lines = markdown_table(program).splitlines()
    return "\n".join(re.sub(r"<(\w+)>", r"&lt;\1&gt;", line) for line in lines)


def words_block() -> str:
    rows = [f"| {language} | {' · '.join(yes)} | {' · '.join(no)} |"  # words may hold commas
            for language, (yes, no) in MARK_WORDS.items()]
    return "\n".join(["| | yes | no |", "|---|---|---|", *rows])


def title_with_persons(preset: Preset) -> str:
    persons = persons_in(preset)
    return preset.title + (f" ({persons} {'is a person' if persons == 1 else 'are persons'})"
                           if persons else "")


def presets_block() -> str:
    rows = [f"| {' · '.join(f'`{SIGN}{name}`' for name in (preset.name, *preset.also))} "
            f"| {len(preset.codes):,} | {title_with_persons(preset)} | <{preset.source}> |"
            for preset in presets().values()]
    head = ["| preset | categories | what it holds | source |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def generated_blocks() -> dict[str, str]:
    """Marker in the README -> what stands between it and the next `end of`."""
    blocks = {f"options of {name}": options_block(program) for name, program in PROGRAMS.items()}
    return {**blocks, "words": words_block(), "presets": presets_block()}


def block_in_readme(marker: str) -> str:
    found = re.search(rf"<!-- {re.escape(marker)} -->\n(.*?)<!-- end of", text(), re.DOTALL)
    return found[1] if found else ""


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the first table of a section, without its head; backticks taken off."""
    section = text().partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)[2:]
    return [[cell.strip().strip("`") for cell in line.split(" | ")] for line in lines]


def shell_lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", text(), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def script_calls() -> list[tuple[str, list[str]]]:
    """Every call of one of the scripts, wherever it stands: (script, its arguments)."""
    visible = re.sub("<!--.*?-->", "", text())
    calls = re.findall(r"(?<=[/\\ ])(\w+\.py)((?: [^\n`\"]+)?)[\"\n`]", visible)
    return [(name, shlex.split(words.partition(" | ")[0]))
            for name, words in calls if name in PROGRAMS]


@pytest.mark.parametrize("marker", generated_blocks())
def test_generated_tables(marker: str) -> None:
    """Tables of options, of words and of presets are made from the code's own tables."""
    expected = f"\n{generated_blocks()[marker].strip()}\n\n"

    assert block_in_readme(marker) == expected, "run python -m tests.test_readme"


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_flag_of_the_help_is_in_the_readme(program: Program) -> None:
    """Options, short flags, choices and older spellings."""
    shown = set(re.findall(r"(?<![\w-])--?[a-z]\w*", answer_to(program, ["--help_all"]) or ""))
    documented = set(re.findall(r"(?<![\w-])--?[a-z]\w*", text()))

    assert shown - documented == set()


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_choice_is_in_the_readme(program: Program) -> None:
    """Each word that an option with choices takes stands in its script's table."""
    block = block_in_readme(f"options of {program.name}")
    choices = {word for option in program.options for word in option.choices}

    assert {word for word in choices if not re.search(rf"\b{word}\b", block)} == set()


def read_call(name: str, arguments: list[str]) -> None:
    """Raises UsageError for options that the script does not take, and for what is no category."""
    values = vars(parse(PROGRAMS[name], arguments))
    is_open_images = values["source"] == OPEN_IMAGES
    reader = Reader(lambda code: False, (OPEN_IMAGES,) if is_open_images else OF_IMAGENET)
    for option in NAMING:
        words = values.get(option) or ()
        reader.read(option, [words] if isinstance(words, str) else words)
    reader.check()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the examples look for what a browser has saved."""
    (tmp_path / "Downloads").mkdir()
    for name in ("imagenet_fall11_urls.tgz", "exclude_images.csv", "manifest.csv"):
        (tmp_path / "Downloads" / name).touch()
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))


@pytest.mark.usefixtures("home")
def test_every_call_is_understood() -> None:
    """No example has an option that the scripts do not take, or a category that is in doubt."""
    calls = script_calls()

    assert len(calls) >= 10
    for name, arguments in calls:
        if arguments != SHOWN_TO_FAIL:
            read_call(name, arguments)


def test_the_call_that_is_shown_to_fail_fails() -> None:
    """It is there for what is said of a name that is in doubt."""
    shown = [name for name, arguments in script_calls() if arguments == SHOWN_TO_FAIL]

    assert shown
    with pytest.raises(UsageError, match="is the name of 2 categories"):
        read_call(shown[0], SHOWN_TO_FAIL)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_example_of_the_help_is_understood(program: Program) -> None:
    """In the same way."""
    assert program.examples
    for example in program.examples:
        read_call(program.name, shlex.split(example))


@pytest.mark.parametrize("purpose", ["--demo True", "-m pytest"])
def test_the_two_commands(purpose: str) -> None:
    """Each is one line, once, that begins with a fresh environment."""
    lines = [line for line in shell_lines() if purpose in line]

    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install ")


def shown_listings() -> dict[str, list[str]]:
    """Command line -> the lines below it, of every listing that is shown."""
    blocks = re.findall(r"^```\n(\$ .*?)^```$", text(), re.DOTALL | re.MULTILINE)
    calls = [call for block in blocks for call in block.split("$ python ")[1:]]
    shown = {call.splitlines()[0]: call.splitlines()[1:] for call in calls}
    return {call: lines for call, lines in shown.items() if LISTING.match(call)}


@pytest.mark.parametrize("call", shown_listings())
def test_listings(
    call: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown is how it begins, on a terminal of 80 columns or in a pipe."""
    words, is_pipe, _ = call.partition(" | ")
    monkeypatch.setattr(listing, "_terminal_width", lambda: None if is_pipe else 80)
    download_ncodes_imagenet.main(shlex.split(words)[1:])
    shown = shown_listings()[call]

    assert len(shown) > 1
    assert capsys.readouterr().out.splitlines()[: len(shown)] == shown


def test_every_kind_of_listing_is_shown() -> None:
    """So that a changed column does not go unseen."""
    assert [call.split()[1] for call in shown_listings()] == [
        "--search", "--search", "--tree", "--parents", "--list", "--presets"]


def test_report_columns() -> None:
    """In the report's order."""
    assert [row[0] for row in rows_below("The report")] == list(COLUMNS)


def test_reasons() -> None:
    """Each reason of the closed list, in its order, with its status."""
    documented = [(row[0], row[1]) for row in rows_below("The reasons")]

    assert documented == [(reason.word, reason.status.value) for reason in Reason]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.REMOVED],
                         ids=lambda reason: reason.word)
def test_what_follows_a_reason(reason: Reason) -> None:
    """Kept, left alone for 30 days, or tried again."""
    follows = {row[0]: row[3] for row in rows_below("The reasons")}

    assert WHAT_FOLLOWS[reason.follow] in follows[reason.word]


def test_verdicts_on_annotations() -> None:
    """Each word that the column `annotation` may hold."""
    told = {row[0]: row[1] for row in rows_below("The report")}["annotation"]

    assert re.findall(r"`(\w+)`?", f"`{told}") == [verdict.value for verdict in Verdict]


def test_every_check_of_the_doctor() -> None:
    """The output that is shown has a line for each, in its order."""
    section = text().partition("\n## When something is wrong: --doctor\n")[2].partition("\n## ")[0]
    shown = re.findall(r"^(?:ok|warning|problem) +(\S.*?)  ", section, re.MULTILINE)

    assert list(dict.fromkeys(shown)) == [check.what for check in CHECKS]


def test_exit_codes() -> None:
    """Each code, with its name."""
    documented = [(int(row[0]), row[1]) for row in rows_below("Exit codes")]

    assert documented == [(code.value, code.name.lower().replace("_", " ")) for code in ExitCode]


def test_run_summary(tmp_path: Path) -> None:
    """Each key of the file, in its order."""
    path = tmp_path / "run_summary.json"
    write_summary(path, RunFacts(0.0, {}, "url_list"), [], None)

    documented = [row[0] for row in rows_below("run_summary.json")]
    assert documented == list(json.loads(path.read_text(encoding="utf-8")))


def test_links_within_the_project() -> None:
    """A link leads to a heading of the README or to a file that is there."""
    headings = re.findall(r"^#+ (.*)$", text(), re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
               for heading in headings}
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", text())

    lost = [target for target in targets
            if target not in anchors and not (PROJECT / target).is_file()]
    assert targets and lost == []


def write_generated_blocks() -> None:
    readme = text()
    for marker, block in generated_blocks().items():
        head, mark, rest = readme.partition(f"<!-- {marker} -->\n")
        _old, end, tail = rest.partition("<!-- end of")
        readme = f"{head}{mark}\n{block.strip()}\n\n{end}{tail}"
    README.write_text(readme, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_generated_blocks()
