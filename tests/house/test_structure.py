"""The habits of the house: small rooms, no swallowed errors, nothing unfinished, nothing of one machine, thin notebooks."""

from __future__ import annotations

import ast
import re
import tokenize

from places import CODE, ROOT, functions, modules, notebooks, project_files, trees

TOP_LEVEL = {
    "cslib", "params", "notebooks", "outputs", "tests", "benchmarks", "docs", "README.md", "CHANGELOG.md", "DECISIONS.md", "LICENSE", "Makefile",
    "pyproject.toml", "requirements.lock", "environment.yml",
}  # fmt: skip
UNFINISHED = re.compile("|".join(rf"\b{mark}\b" for mark in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK", "NotImplemented" + "Error")))
MACHINE = re.compile(r"(?<![\w.~$})/-])/(?:work|root|home|tmp|Users|mnt|private|var/folders)/\w|[A-Z]:\\\\?Users")
HOST = re.compile(
    r"(?:pypi|pythonhosted|npmjs|anaconda|conda)\.(?:org|com|io)|--(?:extra-)?index-url|PIP_[A-Z_]*INDEX|//[\w.-]*(?:artifactory|nexus|devpi)"
)
ASIDE = "beside the checkout"  # the one reason for which a test may be left out: data that are not part of the project


def offenders(found) -> list[str]:
    return sorted(f"{path}: {what}" for path, what in found)


def test_modules_have_at_most_350_lines():
    assert not offenders((path, f"{len(text.splitlines())} lines") for path, text in modules().items() if len(text.splitlines()) > 350)


def test_functions_have_at_most_60_lines():
    found = ((path, f, f.end_lineno - f.lineno + 1) for path, tree in trees().items() for f in functions(tree))
    assert not offenders((path, f"{f.name} has {size} lines") for path, f, size in found if size > 60)


def test_nothing_is_caught_broadly():
    """A bare or general except may only clean up and raise again."""

    def broad(handler: ast.ExceptHandler) -> bool:
        names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else {"BaseException"}
        again = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
        return bool(names & {"Exception", "BaseException"}) and not again

    handlers = ((path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
    assert not offenders((path, f"line {node.lineno}") for path, node in handlers if broad(node))
    calls = ((path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.Call))
    suppressed = (
        (path, node.lineno) for path, node in calls if ast.unparse(node.func).endswith("suppress") and "Exception" in map(ast.unparse, node.args)
    )
    assert not offenders((path, f"line {line} suppresses everything") for path, line in suppressed)


def test_nothing_is_unfinished():
    assert not offenders((path, match.group()) for path, text in modules().items() for match in UNFINISHED.finditer(text))


def test_no_function_is_empty():
    """A body of a docstring, ``pass`` or ``...`` alone is a stub, unless a decorator gives it one (a command group)."""

    def empty(statement: ast.stmt) -> bool:
        return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))

    assert not offenders(
        (path, f.name) for path, tree in trees("cslib").items() for f in functions(tree) if not f.decorator_list and all(map(empty, f.body))
    )


def test_imports_are_absolute():
    found = ((path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    assert not offenders((path, f"line {node.lineno}") for path, node in found if node.level)


def test_public_functions_and_classes_and_modules_say_what_they_do():
    missing = []
    for path, tree in trees("cslib").items():
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        things = [tree, *(node for node in tree.body if isinstance(node, ast.FunctionDef)), *classes]
        things += [node for kind in classes if not kind.name.startswith("_") for node in kind.body if isinstance(node, ast.FunctionDef)]
        missing += [
            (path, getattr(node, "name", "module"))
            for node in things
            if not getattr(node, "name", "").startswith("_") and not ast.get_docstring(node)
        ]
    assert not offenders(missing)


def test_every_room_says_what_it_exports():
    for path, tree in trees("cslib").items():
        if path.name == "__init__.py" and len(path.parts) == 3 and path.parts[1] != "core":
            named = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"]
            assert named, path


def test_every_test_module_mirrors_a_room():
    rooms = {path.name for path in (ROOT / "cslib").iterdir() if (path / "__init__.py").is_file()}
    folders = {path.parts[1] for path in modules("tests") if len(path.parts) > 2}
    assert folders <= rooms | {"benchmarks", "house", "law", "desktop", "notebooks"}, folders - rooms
    assert rooms <= folders, rooms - folders


def test_tests_are_not_left_out():
    """skipif only for data beside the checkout; xfail and skip not at all."""
    wrong = []
    for path, tree in trees("tests").items():
        for node in ast.walk(tree):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if re.fullmatch(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)", name):
                wrong.append((path, f"line {node.lineno}: {name}"))
            if isinstance(node, ast.Call) and name.endswith("mark.skipif") and ASIDE not in ast.unparse(tree):
                wrong.append((path, f"line {node.lineno}: left out for another reason than data {ASIDE}"))
    assert not offenders(wrong)


def test_nothing_names_a_machine_or_a_package_host():
    wrong = []
    for path in project_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="ignore")
        for pattern in (MACHINE, HOST):
            wrong += [(path, f"line {text.count(chr(10), 0, match.start()) + 1}: {match.group()}") for match in pattern.finditer(text)]
    assert not offenders(wrong)


def test_machine_paths_are_recognised():
    for text in ("open('/" + "tmp/x')", "see /" + "home/someone", " /" + "work/main", "C:" + "\\Users\\x"):
        assert MACHINE.search(text), text
    for text in ("params/work/x", "~/" + "tmp/x", "https://example.org/" + "root/x", "a/" + "tmp/b", "$HOME/" + "tmp/x"):
        assert not MACHINE.search(text), text


def test_the_top_level_is_what_the_design_says():
    assert {path.parts[0] for path in project_files() if not path.parts[0].startswith(".")} <= TOP_LEVEL


def test_python_files_are_plain_utf8():
    for path, text in modules(*CODE).items():
        with (ROOT / path).open("rb") as file:
            assert tokenize.detect_encoding(file.readline)[0] == "utf-8", path
        assert "\r" not in text and (not text or text.endswith("\n")), path


def test_notebooks_are_thin():
    wrong = []
    for path, cells in notebooks().items():
        wrong += [(path, "no parameters cell")] * (sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) != 1)
        for number, cell in enumerate(cells, start=1):
            lines = cell["text"].splitlines()
            wrong += [(path, f"code cell {number} has {len(lines)} lines")] * (len(lines) > 15)
            wrong += [(path, f"code cell {number} defines something")] * bool(
                re.search(r"^\s*(?:async )?(?:def|class) |\blambda\b", cell["text"], re.M)
            )
            wrong += [(path, f"code cell {number} carries outputs")] * bool(cell["outputs"] or cell["execution_count"])
    assert notebooks() and not offenders(wrong)


def test_notebook_parameters_are_typed_and_explained():
    for path, cells in notebooks().items():
        cell = next(cell for cell in cells if "parameters" in cell["metadata"].get("tags", []))
        for line in filter(None, map(str.strip, cell["text"].splitlines())):
            assert line.startswith("#") or re.fullmatch(r"\w+: \w+ = .+  # \S.*", line), f"{path}: {line}"


def test_notebook_names_are_those_of_the_design():
    allowed = {
        "00_guide",
        "10_demand",
        "20_staffing",
        "25_hiring",
        "30_roster",
        "35_cover",
        "40_kpi",
        "45_grades",
        "50_pay",
        "60_review",
        "90_whatif",
    }
    assert {path.stem for path in notebooks()} <= allowed
