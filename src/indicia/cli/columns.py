"""The options that say what the columns of a table mean, for every command that reads tables."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path

import click

from indicia.archive.model import ColumnMap, Kind
from indicia.archive.profiles import OWN_NAMES, load_profile, preset_names, with_columns, write_profile


class _AssignmentType(click.ParamType[tuple[str, str]]):
    name = "FIELD=COLUMN"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        field, _, column = value.partition("=")
        if not field or not column:
            self.fail(f"{value!r} is not FIELD=COLUMN, such as ip=client_ip", param, ctx)
        return field, column


def column_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--profile`, `--map`, `--action` and `--save-profile`, and what they say as `columns`."""

    @click.option("--profile", metavar="NAME|FILE", help=f"What columns mean: {', '.join(preset_names())}, or a file.")
    @click.option("--map", "named", multiple=True, type=_AssignmentType(), help="A field's column; may be repeated.")
    @click.option("--action", type=click.Choice(["open", "click"]), help="What every row is, where no column says it.")
    @click.option(
        "--save-profile", type=click.Path(dir_okay=False, path_type=Path), help="Keep these options in a file."
    )
    @wraps(command)
    def read_columns(
        *,
        profile: str | None,
        named: tuple[tuple[str, str], ...],
        action: str | None,
        save_profile: Path | None,
        **others: object,
    ) -> None:
        columns = _read(profile, dict(named), action)
        if save_profile is not None:
            save_profile.write_text(write_profile(columns), "utf-8")
        command(columns=columns, **others)

    return read_columns


def _read(profile: str | None, named: dict[str, str], action: str | None) -> ColumnMap:
    columns = with_columns(OWN_NAMES if profile is None else load_profile(profile), named)
    return columns if action is None else replace(columns, every_row=Kind(action))
