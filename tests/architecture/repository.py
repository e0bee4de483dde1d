"""The repository's files as a clone of it holds them, for the tests that read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "indicia"


def kept_files() -> list[Path]:
    """List the files that are committed or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return [path for name in sorted(set(names)) if name and (path := ROOT / name).is_file()]


def kept_modules() -> list[Path]:
    """List the Python files among them."""
    return [path for path in kept_files() if path.suffix == ".py"]


def documents() -> list[Path]:
    """List the documents among them."""
    return [path for path in kept_files() if path.suffix == ".md"]


def imports(module: Path) -> Iterator[str]:
    """Name every module that a Python file imports, in full."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def table_rows(document: Path, heading: str) -> list[list[str]]:
    """Read the cells of the table below `heading`, without its head."""
    section = document.read_text("utf-8").partition(f"\n{heading}\n")[2]
    lines = section.partition("\n#")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]
