"""The working directory of a run beside its output, and whether a run that stopped there may go on."""

from importlib.metadata import version
from pathlib import Path

import msgspec

from indicia.archive.model import OutputError, PartSize, Request
from indicia.archive.profiles import write_profile
from indicia.datasets.registry import Datasets


def begin(request: Request, datasets: Datasets, size: PartSize, *, with_dns: bool) -> Path:
    """Make the working directory, or find the one that an interrupted run of the same request left.

    Raises:
        OutputError: The output exists, or another run stopped halfway here; nothing is touched.
    """
    inputs = {path.resolve() for path in (*request.files, *request.honeypots)}
    if request.output.resolve() in inputs:
        raise OutputError(f"{request.output} is one of the files to read; give the verdicts another name")
    if request.output.exists() and not request.replace:
        raise OutputError(f"{request.output} exists; --force writes over it")
    directory = request.output.with_name(f"{request.output.name}.unfinished")
    plan = _plan(request, datasets, size, with_dns=with_dns)
    path = directory / "plan.json"
    if path.exists():
        _compare(directory, msgspec.json.decode(path.read_bytes()), plan)
        return directory
    if not request.output.parent.is_dir():
        raise OutputError(f"{request.output.parent} is no directory")
    try:
        directory.mkdir(exist_ok=True)
        if any(directory.iterdir()):
            raise OutputError(f"{directory} is in the way, and nothing that an interrupted run left; move it")
        path.write_bytes(msgspec.json.encode(plan))
    except OSError as error:
        raise OutputError(f"cannot work in {directory}: {error.strerror}") from error
    return directory


def _plan(request: Request, datasets: Datasets, size: PartSize, *, with_dns: bool) -> dict[str, object]:
    """Write down everything that the output depends on."""
    return {
        "columns": write_profile(request.columns),
        "files": [_state(path) for path in request.files],
        "honeypots": [_state(path) for path in request.honeypots],
        "options": [request.explain, request.learn, request.allow_duplicates, with_dns, size.rows, size.look_back],
        "reference data": {info.name: info.sha256 for info in datasets.manifest},
        "version": version("indicia"),
    }


def _compare(directory: Path, begun: dict[str, object], plan: dict[str, object]) -> None:
    for name, value in plan.items():
        if begun.get(name) != value:
            raise OutputError(f"{directory} holds an unfinished run with other {name}; delete it to start anew")


def _state(path: Path) -> list[object]:
    """Tell one state of a file from another; that one is missing is said when it is read."""
    if not path.exists():
        return [str(path)]
    status = path.stat()
    return [str(path), status.st_size, status.st_mtime_ns]
