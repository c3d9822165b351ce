"""What ARCHITECTURE.md and the style of the project promise, held against the code."""

from __future__ import annotations

import ast
import importlib
import inspect
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from imagenet_utils.errors import ExitCode

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "imagenet_utils"
ARCHITECTURE = PACKAGE / "ARCHITECTURE.md"
SCRIPTS = ("download_ncodes_imagenet", "extract_images_as_per_tags")

LONGEST_MODULE = 300  # lines
LONGEST_BODY = 40  # lines, without the docstring
HEAVY = {"pandas", "requests", "PIL", "lxml", "openpyxl", "numpy", "pycurl", "tqdm", "filelock"}

# What a module may import of ours at most, where that is more than its layer asks.
KNOWS_NOTHING_BUT = {
    "errors": set(),
    "model": {"errors", "transform.asked"},
    "transform.asked": set(),
    "transform.modes": {"transform.asked"},
    "transform.orientation": {"transform.modes"},
    "engine.executors": {"engine.nursery", "engine.serving", "errors"},
    "engine.serving": set(),
    "network.hosts": {"model", "network.replies"},
    "network.replies": {"model"},
    "results.layout": {"categories.labels"},
    "job.decide": {"model", "results.row", "transform.asked"},
}
# Of one machine or of work that is left; written so that this file does not contain them.
UNWANTED = "|".join((r"(?<![\w.~])/(?:work|root|opt)/", r"/home/\w", "contract" r"\.md",
                     "TO" "DO", "FIX" "ME", "X" "XX"))


@cache
def modules() -> dict[str, Path]:
    """Name below the package -> file; "" is the package itself."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def code_files() -> list[Path]:
    return [*modules().values(), *(PROJECT / f"{script}.py" for script in SCRIPTS)]


def imports_of(name: str) -> set[str]:
    """The modules of ours that it imports, anywhere in it but for the type checker alone."""
    tree = tree_of(modules()[name])
    for_checker = {id(inner) for node in ast.walk(tree)
                   if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
                   for inner in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in for_checker:
            found |= set(_named(node))
    return found - {""}


def _named(node: ast.ImportFrom) -> Iterator[str]:
    """`from imagenet_utils.job import decide` and `from imagenet_utils.job.decide import x`."""
    whole, _, below = (node.module or "").partition(".")
    if whole == "imagenet_utils":
        for alias in node.names:
            full = f"{below}.{alias.name}".lstrip(".")
            yield full if full in modules() else below


def architecture() -> str:
    return ARCHITECTURE.read_text(encoding="utf-8")


@cache
def layers() -> tuple[tuple[str, ...], ...]:
    """The rows of the table of layers, the lowest first."""
    table = architecture().partition("| layer |")[2].partition("\n\n")[0]
    rows = [re.findall(r"`([\w.]+)`", line.split("|")[1]) for line in table.splitlines()[2:]]
    return tuple(tuple(row) for row in reversed(rows))


def layer_of(name: str) -> int:
    """That of the longest entry that is the module or a package around it."""
    entries = [(len(entry), number) for number, row in enumerate(layers()) for entry in row
               if f"{name}.".startswith(f"{entry}.")]
    return max(entries, default=(0, -1))[1]


def own_errors() -> list[type[BaseException]]:
    found = []
    for name, path in modules().items():
        classes = [node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
        module = importlib.import_module(f"imagenet_utils.{name}".rstrip("."))
        members = (getattr(module, class_name, None) for class_name in classes)
        found += [each for each in members
                  if isinstance(each, type) and issubclass(each, BaseException)]
    return found


def sample(error: type[BaseException]) -> BaseException:
    """One made from arguments of the kinds that it names."""
    if not inspect.isfunction(error.__init__):
        return error("words")
    values = {"str": "words", "object": "words", "float | None": 2.5, "ExitCode": ExitCode.USAGE,
              "tuple[str, ...]": ("a", "b")}
    parameters = inspect.signature(error).parameters.values()
    return error(*(values[str(parameter.annotation)] for parameter in parameters))


@pytest.mark.parametrize("name", [name for name in modules() if name])
def test_imports_point_downwards(name: str) -> None:
    """As the table of layers in ARCHITECTURE.md has it."""
    above = {other for other in imports_of(name) if layer_of(other) > layer_of(name)}

    assert above == set()


def test_no_circle() -> None:
    """No module imports itself by way of others."""
    waiting = {name: imports_of(name) for name in modules()}
    while free := [name for name, needs in waiting.items() if not needs & set(waiting)]:
        for name in free:
            del waiting[name]

    assert sorted(waiting) == []


@pytest.mark.parametrize("name", KNOWS_NOTHING_BUT)
def test_modules_that_know_little(name: str) -> None:
    """Values know no work, executors no images, decisions no disk."""
    assert imports_of(name) <= KNOWS_NOTHING_BUT[name]


def test_layers_name_what_is_there() -> None:
    """Each entry of the table of layers is a module or a package."""
    entries = {entry for row in layers() for entry in row}

    assert len(layers()) > 5
    assert entries - set(modules()) - {"data"} == set()


def test_code_map_names_every_package() -> None:
    """A package that is not in the map would not be found."""
    packages = {path.parent.name for path in PACKAGE.glob("*/*.py")}
    code_map = architecture().partition("| package |")[2].partition("\n\n")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", code_map, re.MULTILINE)) == packages


def test_architecture_names_files_that_exist() -> None:
    """No module is spoken of that is gone."""
    named = re.findall(r"`([\w/]+\.py)`", architecture())
    lost = [name for name in named
            if not (PACKAGE / name).is_file() and not (PROJECT / name).is_file()]

    assert len(named) > 20
    assert lost == []


def test_every_module_says_what_it_is_for() -> None:
    """A docstring at its head."""
    silent = [path.name for path in code_files() if not ast.get_docstring(tree_of(path))]

    assert silent == []


def test_every_test_has_a_sentence() -> None:
    """Tests read as documentation."""
    files = sorted((PROJECT / "tests").glob("test_*.py"))
    silent = [f"{path.name}: {node.name}" for path in files for node in ast.walk(tree_of(path))
              if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
              and not ast.get_docstring(node)]

    assert silent == []


def test_modules_are_short() -> None:
    """A longer one has more than one idea."""
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines())
               for path in code_files()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_bodies_are_short() -> None:
    """A function fits on a screen."""
    long = [f"{path.name}: {node.name}" for path in code_files() for node in ast.walk(tree_of(path))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and _length_of_body(node) > LONGEST_BODY]

    assert long == []


def _length_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_only_the_command_line_prints() -> None:
    """And nothing else ends the program."""
    own = {name: path for name, path in modules().items() if not name.startswith("command_line")}
    words = {"print", "sys.exit", "exit", "quit", "sys.stdout.write", "sys.stderr.write", "input"}
    calls = {f"{name}: {ast.unparse(node.func)}" for name, path in own.items()
             for node in ast.walk(tree_of(path))
             if isinstance(node, ast.Call) and ast.unparse(node.func) in words}

    assert calls == set()


def test_errors_survive_the_way_between_processes() -> None:
    """One that cannot be rebuilt could hang a pool for ever."""
    errors = own_errors()
    lost = [error.__name__ for error in errors if not _survives(sample(error))]

    assert len(errors) > 10
    assert lost == []


def _survives(error: BaseException) -> bool:
    try:
        after = pickle.loads(pickle.dumps(error))
    except TypeError:
        return False
    return (type(after), str(after), vars(after)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("script", SCRIPTS)
def test_start_up_is_light(script: str) -> None:
    """What is heavy is imported where it is used."""
    program = f"import {script}, sys; {script}.main(['--help']); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True,
                          capture_output=True, text=True)

    assert "imagenet_utils.command_line.arguments" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()


def test_files_speak_of_the_project_alone() -> None:
    """Not of the machine they were written on, nor of work that is left."""
    found = [f"{path.relative_to(PROJECT)}: {match[0]}" for path in project_texts()
             for match in re.finditer(UNWANTED, path.read_text(encoding="utf-8"))]

    assert found == []


def project_texts() -> Iterator[Path]:
    """What belongs to the project; the user's table may lie beside it."""
    paths = [*PROJECT.glob("*.py"), *PROJECT.glob("*.md"), PROJECT / "requirements.txt",
             PROJECT / "setup.cfg", PROJECT / ".ci" / "run"]
    for folder in (PACKAGE, PROJECT / "tests"):
        paths += [path for path in folder.rglob("*") if path.suffix in (".py", ".md", ".txt")
                  and not any(part.startswith(".") for part in path.relative_to(PROJECT).parts)]
    yield from paths
