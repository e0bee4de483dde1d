"""`indicia evaluate`: measure detection on labelled opens and clicks."""

from datetime import UTC, datetime, time
from pathlib import Path

import click
from rich.console import Console

from indicia.archive.model import ColumnMap, OutputError
from indicia.base.interpreter import expect_many_objects
from indicia.bootstrap.opening import open_datasets
from indicia.cli.columns import column_options
from indicia.cli.progress import progress_bar
from indicia.config import load_settings
from indicia.datasets.registry import Datasets
from indicia.detection.options import DetectionOptions
from indicia.evaluation.measuring import Measuring
from indicia.evaluation.page import as_page
from indicia.evaluation.reading import LabelledTables, read_labelled, read_zone
from indicia.evaluation.report import as_json
from indicia.evaluation.terminal import as_text

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@column_options
@click.option("--honeypots", multiple=True, type=_FILE, help="Visits to hidden links; may be repeated.")
@click.option("--mx", type=_FILE, help="MX hosts of recipient domains, as JSON: {domain: [hosts]}.")
@click.option("--html", type=_FILE, help="Write a page with plots here.")
@click.option("--json", is_flag=True, help="Print one JSON object.")
@click.option("--allow-duplicates", is_flag=True, help="Measure every row, even those that share an event_id.")
def evaluate(
    *,
    files: tuple[Path, ...],
    columns: ColumnMap,
    honeypots: tuple[Path, ...],
    mx: Path | None,
    html: Path | None,
    json: bool,
    allow_duplicates: bool,
) -> None:
    """Measure how people and bots in FILES (Parquet, CSV, JSON) are judged, next to published rules.

    Every row needs a label, in a column `label` or `is_bot`: true or false, 1 or 0, bot or human. A column `family`
    splits the figures by kind of person and of bot.
    """
    if html is not None and not html.parent.is_dir():
        raise click.UsageError(f"--html: there is no directory {html.parent}")
    zone = read_zone(mx) if mx else {}
    expect_many_objects()
    settings = load_settings()
    datasets = open_datasets(settings)
    tables = LabelledTables(
        files=files,
        columns=columns,
        honeypots=honeypots,
        allow_duplicates=allow_duplicates,
        undated_at=_newest(datasets),
    )
    measuring = Measuring(datasets, DetectionOptions(settings.settle_seconds))
    source = ", ".join(path.name for path in files)
    with progress_bar() as progress:
        report = measuring.measure(source, read_labelled(tables, zone, progress), progress=progress)
    if json:
        click.echo(as_json(report), nl=False)
    else:
        Console().print(as_text(report))
    if html is not None:
        try:
            html.write_text(as_page([report], title=f"Detection measured on {source}"), "utf-8")
        except OSError as error:
            raise OutputError(f"{html} cannot be written: {error.strerror}") from error


def _newest(datasets: Datasets) -> float:
    """Date rows without a time like the reference data; the machine's clock would make every run another."""
    return datetime.combine(max(info.date for info in datasets.manifest), time(), UTC).timestamp()
