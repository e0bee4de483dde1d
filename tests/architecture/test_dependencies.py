"""What Indicia imports, what it declares and what it explains are the same packages."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture.repository import ROOT, SOURCE, imports, table_rows

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def _slug(distribution):
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {_slug(_NAME.match(requirement)[0]) for requirement in project["dependencies"]}


def _imported():
    names = {name.partition(".")[0] for module in SOURCE.rglob("*.py") for name in imports(module)}
    foreign = names - sys.stdlib_module_names - {"indicia"}
    providers = packages_distributions()
    return {_slug(distribution) for name in foreign for distribution in providers.get(name, [name])}


def test_every_import_is_declared_and_every_declared_package_is_imported():
    assert _declared() == _imported()


def test_the_lock_is_made_from_what_is_declared():
    lines = (ROOT / "requirements" / "run.in").read_text("utf-8").split()

    assert {_slug(_NAME.match(line)[0]) for line in lines} >= _declared()


def test_every_dependency_has_its_reason_in_the_decisions():
    rows = table_rows(ROOT / "docs" / "decisions" / "README.md", "## Dependencies")

    assert {row[0].strip("`") for row in rows} == _declared()
