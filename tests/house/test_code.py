"""The shape of the code: small, documented, with tests that can fail and nothing of one machine in it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
MODULES = sorted(Path("src/farthing").rglob("*.py"))
TESTS = sorted(Path("tests").rglob("test_*.py"))
PYTHON = sorted(
    path for folder in ("src", "tests", "benchmarks", "tools") for path in Path(folder).rglob("*.py")
)
FORBIDDEN_FILE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

# Spelled with brackets so that this file does not find itself.
MACHINE = re.compile(
    r"(?:^|[\s\"'=(:])/(?:[h]ome|[r]oot|[w]ork|[U]sers|[t]mp|[m]nt)/\w"
    r"|\b(?:[p]ypi\.org|[p]ythonhosted|registry\.[n]pmjs|deb\.[d]ebian)"
    r"|(?<!TensorRT )\b(?:10|192\.168|172\.16)(?:\.\d{1,3}){3}\b"  # a release may look like an address
    r"|--[i]ndex-url|--[f]ind-links|[-]e git\+",
    re.MULTILINE,
)


def each(paths):
    return pytest.mark.parametrize("path", [pytest.param(path, id=str(path)) for path in paths])


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def versioned():
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of versioned files")
    return [Path(name) for name in listed.stdout.split("\0") if name and Path(name).is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@each(PYTHON)
def test_modules_and_functions_are_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    long = [
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTION) and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@each(MODULES)
def test_names_of_files_say_what_is_in_them(path):
    assert path.stem not in FORBIDDEN_FILE_NAMES


@each(MODULES)
def test_what_is_public_is_documented(path):
    module = tree(path)
    public = [
        node
        for node in module.body
        if isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_")
    ]
    undocumented = [node.name for node in public if not ast.get_docstring(node)]
    assert undocumented == []
    assert ast.get_docstring(module) or not module.body, "say at the top what the module is for"


@each(TESTS)
def test_every_test_asserts_something(path):
    functions = {node.name: node for node in ast.walk(tree(path)) if isinstance(node, FUNCTION)}
    silent = [name for name in functions if name.startswith("test") and not asserts(name, functions, set())]
    assert silent == []


def asserts(name, functions, seen):
    """Whether the function checks something itself or through another function of the same file."""
    seen.add(name)
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "raises" or called.startswith("assert"):
                return True
            if called in functions and called not in seen and asserts(called, functions, seen):
                return True
    return False


def test_nothing_of_one_machine_is_kept():
    found = [
        f"{path}: {hit.group().strip()}" for path in versioned() for hit in MACHINE.finditer(text_of(path))
    ]
    assert found == []


def test_constraints_are_names_and_versions_alone():
    lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


@each(sorted(Path("src/farthing/units").glob("*.py")))
def test_of_the_calendar_units_know_only_the_day(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "datetime":
            assert [alias.name for alias in node.names] == ["date"]
        if isinstance(node, ast.Import):
            assert "datetime" not in [alias.name for alias in node.names]
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"today", "now"}, "the clock is read in app alone"


@each(sorted(path for floor in ("units", "formulas") for path in Path("src/farthing", floor).glob("*.py")))
def test_the_lower_floors_draw_nothing_and_open_nothing(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            assert not (node.attr == "random" and getattr(node.value, "id", "") in {"np", "numpy"})
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") not in {"open", "print", "input"}
