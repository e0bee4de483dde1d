"""Spans of time on the command line."""

import re

import click

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class DurationType(click.ParamType[int]):
    """Reads `30d`, `12h`, `90m` or `45s` as seconds."""

    name = "DURATION"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Answer the seconds, or fail with an example."""
        match = re.fullmatch(r"(\d{1,9})([smhd])", value)
        if match is None:
            self.fail(f"{value!r} is not a duration such as 30d, 12h, 90m or 45s", param, ctx)
        return int(match[1]) * _UNIT_SECONDS[match[2]]
