"""The rules of the source tree that no linter checks."""

import ast

import pytest

from tests.architecture.repository import ROOT, SOURCE, imports, kept_modules

# A reader keeps this much in mind; a table is not read from end to end.
LONGEST_MODULE = 500
TABLES = {SOURCE / "detection" / "weights.py"}
# Names that say where something was put and not what it is.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "services", "misc"}


def _names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_module_is_longer_than_a_reader_keeps_in_mind():
    long = {path for path in kept_modules() if len(path.read_text("utf-8").splitlines()) > LONGEST_MODULE}

    assert _names(long - TABLES) == []


def test_every_module_of_the_product_is_named_for_what_it_is():
    badly_named = [path for path in SOURCE.rglob("*.py") if {path.stem, *path.relative_to(SOURCE).parts} & EMPTY_NAMES]

    assert _names(badly_named) == []


@pytest.mark.parametrize("package", sorted(SOURCE.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_a_package_file_holds_its_docstring_and_nothing_else(package):
    body = ast.parse(package.read_text("utf-8")).body

    assert len(body) == 1
    assert ast.get_docstring(ast.Module(body, [])) is not None


def test_only_stores_write_sql():
    database = "indicia.storage.database"
    writers = [
        path for path in SOURCE.rglob("*.py") if database in imports(path) and "Statement(" in path.read_text("utf-8")
    ]

    outside = [path for path in writers if path.name != "store.py" and path.parent.name != "storage"]

    assert _names(outside) == []
