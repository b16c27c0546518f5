"""The house: what import-linter cannot say."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPLICATION = ("app.py", "fintrack", "pages")
LONGEST_FUNCTION = 59
LONGEST_FILE = 350
FORBIDDEN_MODULES = set(
    "utils util helpers helper manager service repository base data info process handle".split()
)
# st.download_button's link needs no login, the caches share rows between tenants, and raw HTML
# runs what a tenant typed (DESIGN.md section 4).
FORBIDDEN_NAMES = {
    "download_button",
    "cache_data",
    "cache_resource",
    "unsafe_allow_html",
    "unsafe_allow_javascript",
}
ENGINE_MAKERS = {
    "fintrack/db.py",
    # Before the doors exist, and to look at them from outside, operations connect once.
    "fintrack/operations/installation.py",
    # The database of the older FinTrack is none of ours.
    "fintrack/operations/founding/source.py",
    "fintrack/operations/health.py",
}


def modules(*tops: str) -> list[Path]:
    """Return the Python files beneath the tops, in order."""
    found = [ROOT / top for top in tops if top.endswith(".py") and (ROOT / top).exists()]
    return found + [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]


def name_of(path: Path) -> str:
    """Return the path as messages show it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def calls(path: Path, function: str) -> Iterator[ast.Call]:
    """Yield the calls of a function of that name, however it was imported."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == function:
                yield node


def callers(function: str) -> set[str]:
    """Return the application's files that call a function of that name."""
    return {name_of(path) for path in modules(*APPLICATION) if any(calls(path, function))}


def imported(path: Path) -> Iterator[str]:
    """Yield the first part of every absolute import of the file."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(name)):
                yield name.split(".")[0]


def identifiers(path: Path) -> Iterator[str]:
    """Yield every name, attribute, keyword and imported name of the file."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.alias(name=name):
                yield name


def is_quiet(statement: ast.stmt) -> bool:
    """Return whether importing runs nothing by the statement but definitions and constants."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Assign | ast.AnnAssign) and not any(
        isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "st"
        for node in ast.walk(statement)
    )


@pytest.mark.parametrize(
    ("package", "places"),
    [
        ("streamlit", ("app.py", "pages/", "fintrack/ui/")),
        ("starlette", ("app.py", "fintrack/web/", "fintrack/api/")),
        ("fastapi", ("fintrack/api/",)),
        ("pydantic", ("fintrack/api/",)),
        ("jwt", ("fintrack/access/tokens.py",)),
        (
            "psycopg",
            (
                "fintrack/db.py",
                "fintrack/one_statement.py",
                "fintrack/operations/",
                "fintrack/sqlstates.py",
                "fintrack/streams.py",
            ),
        ),
        ("plotly", ("fintrack/analytics/charts/", "fintrack/ui/")),
    ],
)
def test_a_package_stays_in_its_place(package: str, places: tuple[str, ...]) -> None:
    users = {name_of(path) for path in modules(*APPLICATION) if package in imported(path)}
    assert {name for name in users if not name.startswith(places)} == set()


def test_engines_are_made_in_one_place() -> None:
    assert callers("create_engine") <= ENGINE_MAKERS


def test_raw_sql_is_written_at_the_doors_and_by_operations() -> None:
    writers = {
        name_of(path)
        for path in modules(*APPLICATION)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
        if "text" in {alias.name for alias in node.names}
    }
    allowed = ("fintrack/db.py", "fintrack/operations/")
    assert {
        name for name in writers | callers("exec_driver_sql") if not name.startswith(allowed)
    } == set()


def test_only_access_opens_the_sign_in_door() -> None:
    outside = {
        name for name in callers("sign_in_transaction") if not name.startswith("fintrack/access/")
    }
    assert outside == set()


def test_only_operations_and_access_open_the_maintenance_door() -> None:
    doors = ("fintrack/operations/", "fintrack/access/")
    outside = {name for name in callers("maintenance_transaction") if not name.startswith(doors)}
    assert outside == set()


def test_pages_web_api_and_command_line_open_no_door() -> None:
    floors = ("pages/", "fintrack/ui/", "fintrack/web/", "fintrack/api/", "fintrack/commands/")
    tops = ("app.py", "fintrack/__main__.py", *floors)
    doors = callers("tenant_transaction") | callers("tenant_snapshot")
    assert {name for name in doors if name.startswith(tops)} == set()


def test_only_access_makes_the_proof_of_a_membership() -> None:
    makers = callers("TenantContext")
    assert {name for name in makers if not name.startswith("fintrack/access/")} == set()


@pytest.mark.parametrize("path", modules("pages"), ids=name_of)
def test_a_page_defines_page_and_does_nothing_on_import(path: Path) -> None:
    body = tree(path).body
    defined = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    loud = [ast.unparse(statement) for statement in body if not is_quiet(statement)]
    assert loud == []
    assert path.stem == "__init__" or "page" in defined


def test_no_function_is_too_long() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in modules(*APPLICATION, "migrations", "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_too_long() -> None:
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(*APPLICATION, "tests")
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_nothing_uses_what_leaks_between_tenants() -> None:
    used = {
        f"{name_of(path)} {name}"
        for path in modules(*APPLICATION)
        for name in FORBIDDEN_NAMES.intersection(identifiers(path))
    }
    assert used == set()


def test_e10_sql_text_is_never_put_together() -> None:
    assembled = [
        f"{name_of(path)}:{call.lineno}"
        for path in modules(*APPLICATION)
        if "sqlalchemy" in path.read_text(encoding="utf-8")
        for call in calls(path, "text")
        if not all(isinstance(given, ast.Constant | ast.Name) for given in call.args)
    ]
    assert assembled == []


def test_modules_are_named_after_nouns_of_the_field() -> None:
    names = [Path(name_of(path)).with_suffix("") for path in modules(*APPLICATION)]
    parts = {part for name in names for part in name.parts}
    assert parts & FORBIDDEN_MODULES == set()


def test_nothing_on_the_top_floor_is_imported() -> None:
    tops = {"app", "fintrack.ui.main", "fintrack.__main__"}
    importers = {
        f"{name_of(path)} imports {node.module}"
        for path in modules("fintrack", "pages")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in tops
    }
    assert importers == set()
