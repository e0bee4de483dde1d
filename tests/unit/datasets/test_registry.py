import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from indicia.datasets import manifest
from indicia.datasets.manifest import (
    SHIPPED,
    DatasetInfo,
    DatasetKind,
    checksum,
    find_datasets,
    read_manifest,
    write_durably,
    write_manifest,
)
from indicia.datasets.model import DatasetError, NetworkClass
from indicia.datasets.registry import Datasets

EXIT = "192.0.66.1"


def put(directory: Path, name: str, content: bytes, *, day: date = date(2099, 1, 1)) -> DatasetInfo:
    """Leave a dataset in `directory` as a refresh would."""
    info = DatasetInfo(
        name=name,
        kind=DatasetKind.NETWORKS,
        file=f"{name}-{checksum(content)[:8]}",
        source="test",
        date=day,
        rows=1,
        licence="none",
        sha256=checksum(content),
        directory=directory,
    )
    write_durably(directory / info.file, content)
    write_manifest(directory, {**read_manifest(directory), name: info}.values())
    return info


def test_shipped_files_are_what_the_manifest_says(shipped: Datasets) -> None:
    listed = {info.file for info in shipped.manifest}
    present = {str(path.relative_to(SHIPPED)) for path in SHIPPED.rglob("*") if path.is_file()}

    assert {info.origin for info in shipped.manifest} == {"shipped"}
    assert present - listed == {"manifest.json", "SOURCES.md"}
    assert all((SHIPPED / info.file).stat().st_size < 3_000_000 for info in shipped.manifest)


def test_sources_page_names_every_dataset(shipped: Datasets) -> None:
    text = (SHIPPED / "SOURCES.md").read_text()

    assert [info.name for info in shipped.manifest if f"`{info.name}`" not in text] == []


def test_a_refreshed_file_wins_over_the_shipped_one(tmp_path: Path) -> None:
    put(tmp_path, "tor-exits", f"[tor tor]\n{EXIT}\n".encode())

    datasets = Datasets.open(tmp_path)

    assert datasets.ip_ranges.look_up(EXIT).network_class is NetworkClass.TOR
    assert next(info.origin for info in datasets.manifest if info.name == "tor-exits") == "refreshed"


def test_a_newer_shipped_file_wins_over_a_refreshed_one(tmp_path: Path) -> None:
    put(tmp_path, "tor-exits", f"[tor tor]\n{EXIT}\n".encode(), day=date(2020, 1, 1))

    assert find_datasets(tmp_path)["tor-exits"].origin == "shipped"


def test_a_running_server_follows_a_refresh(tmp_path: Path) -> None:
    datasets = Datasets.open(tmp_path)
    ranges = datasets.ip_ranges
    before = ranges.look_up(EXIT).network_class

    put(tmp_path, "tor-exits", f"[tor tor]\n{EXIT}\n".encode())
    followed = datasets.reload_if_changed()

    assert before is not NetworkClass.TOR
    assert followed
    assert ranges.look_up(EXIT).network_class is NetworkClass.TOR
    assert not datasets.reload_if_changed()


def test_a_bad_refresh_leaves_a_running_server_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, "tor-exits", f"[tor tor]\n{EXIT}\n".encode())
    datasets = Datasets.open(tmp_path)

    (tmp_path / put(tmp_path, "tor-exits", b"[tor tor]\n192.0.66.2\n").file).write_bytes(b"damaged")

    assert not datasets.reload_if_changed()
    assert datasets.ip_ranges.look_up(EXIT).network_class is NetworkClass.TOR


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[tor tor]\nnot an address\n", "not an address"),
        (b"[no_such_class x]\n192.0.2.0/24\n", "no_such_class"),
        (b"\xff\xfe", "utf-8"),
        (b"192.0.2.0/24\n", "line 1"),
    ],
)
def test_content_that_makes_no_sense_stops_the_start_with_one_sentence(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    put(tmp_path, "tor-exits", content)

    with pytest.raises(DatasetError, match=reason) as caught:
        Datasets.open(tmp_path)

    assert "\n" not in str(caught.value)


def test_a_damaged_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    info = put(tmp_path, "tor-exits", b"[tor tor]\n192.0.66.1\n")
    (tmp_path / info.file).write_bytes(b"damaged")

    with pytest.raises(DatasetError, match=rf"dataset tor-exits: .*{info.file} is damaged .*refresh again"):
        Datasets.open(tmp_path)


def test_a_missing_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    (tmp_path / put(tmp_path, "tor-exits", b"[tor tor]\n192.0.66.1\n").file).unlink()

    with pytest.raises(DatasetError, match=r"tor-exits.*cannot be read"):
        Datasets.open(tmp_path)


def test_a_broken_manifest_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[")

    with pytest.raises(DatasetError, match=r"manifest\.json cannot be read"):
        Datasets.open(tmp_path)


def test_a_missing_shipped_manifest_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path)

    with pytest.raises(DatasetError, match="reinstall"):
        Datasets.open(None)


def test_a_missing_shipped_file_says_to_reinstall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(SHIPPED / "manifest.json", tmp_path)
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path)

    with pytest.raises(DatasetError, match=r"as-numbers\.zst cannot be read"):
        Datasets.open(None)


def test_a_manifest_survives_writing_and_reading(tmp_path: Path) -> None:
    info = put(tmp_path, "tor-exits", b"[tor tor]\n")

    assert read_manifest(tmp_path) == {"tor-exits": info}
    assert msgspec.json.decode((tmp_path / "manifest.json").read_bytes())
