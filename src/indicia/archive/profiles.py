"""Profiles: which column of an export is which field, shipped for known platforms or saved in a file.

A profile is TOML. `[fields]` names a column for each field, or a path with dots into nested data; a list means the
first that holds something, `{ join = [...] }` all of them put together. `[actions]` says what the values of `action`
mean; `action = { always = "click" }` is for tables of one kind.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from indicia.archive.model import ColumnMap, Field, Kind, ProfileError, Source

# What a table is taken for without a profile: our own API's names, whichever of them it has.
OWN_NAMES = ColumnMap(
    {name: Source((name.value,)) for name in Field} | {Field.LABEL: Source((Field.LABEL.value, "is_bot"))}
)

_PRESETS = resources.files("indicia.archive") / "presets"


def preset_names() -> list[str]:
    """List the profiles that are shipped."""
    return sorted(entry.name.removesuffix(".toml") for entry in _PRESETS.iterdir() if entry.name.endswith(".toml"))


def load_profile(name: str) -> ColumnMap:
    """Read a shipped profile by name, or one from a file by its path.

    Raises:
        ProfileError: There is none, or it is not understood.
    """
    try:
        if name in preset_names():
            text = (_PRESETS / f"{name}.toml").read_text("utf-8")
        else:
            text = Path(name).read_text("utf-8")
        return _read(tomllib.loads(text))
    except FileNotFoundError as error:
        raise ProfileError(f"there is no profile {name}; shipped are {', '.join(preset_names())}") from error
    except (OSError, ValueError) as error:
        raise ProfileError(f"profile {name}: {error}") from error


def with_columns(columns: ColumnMap, named: Mapping[str, str]) -> ColumnMap:
    """Take the columns that a person named by hand, field by field, over those of a profile.

    Raises:
        ProfileError: A field is unknown.
    """
    try:
        sources = {_field(name): Source((path,)) for name, path in named.items()}
    except ValueError as error:
        raise ProfileError(f"--map: {error}") from error
    return replace(columns, sources={**columns.sources, **sources}, demanded=columns.demanded | sources.keys())


def write_profile(columns: ColumnMap) -> str:
    """Write a profile that `load_profile` reads."""
    lines = ["[fields]"]
    lines += [f"{name} = {_write(source)}" for name, source in columns.sources.items() if name is not Field.ACTION]
    if columns.every_row is not None:
        lines.append(f'action = {{ always = "{columns.every_row}" }}')
    elif Field.ACTION in columns.sources:
        lines.append(f"action = {_write(columns.sources[Field.ACTION])}")
    if columns.kinds:
        lines += ["", "[actions]", *(f'{_quote(value)} = "{kind}"' for value, kind in columns.kinds.items())]
    return "\n".join(lines) + "\n"


def _write(source: Source) -> str:
    if source.is_joined:
        return f"{{ join = {_quote(source.paths)} }}"
    return _quote(source.paths[0] if len(source.paths) == 1 else source.paths)


def _quote(value: str | tuple[str, ...]) -> str:
    # JSON strings and arrays of them are TOML too, but for surrogate pairs and a bare DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read(content: Mapping[str, Any]) -> ColumnMap:
    unknown = content.keys() - {"fields", "actions"}
    if unknown:
        raise ValueError(f"unknown section [{min(unknown)}]; there are [fields] and [actions]")
    written = dict(content.get("fields", {}))
    every_row = None
    action = written.get("action")
    if isinstance(action, dict) and action.keys() == {"always"}:
        del written["action"]
        every_row = Kind(action["always"])
    return ColumnMap(
        sources={_field(name): _source(name, value) for name, value in written.items()},
        kinds={value.lower(): Kind(kind) for value, kind in content.get("actions", {}).items()},
        every_row=every_row,
    )


def _source(name: str, value: object) -> Source:
    is_joined = isinstance(value, dict) and value.keys() == {"join"}
    paths = value["join"] if isinstance(value, dict) and is_joined else value
    if isinstance(paths, str):
        paths = [paths]
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) and path for path in paths):
        raise ValueError(f"{name} must be a column, a list of columns, or {{ join = [columns] }}")
    return Source(tuple(paths), is_joined)


def _field(name: str) -> Field:
    try:
        return Field(name)
    except ValueError:
        close = get_close_matches(name, list(Field), n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(Field)}"
        raise ValueError(f"unknown field {name}; {hint}") from None
