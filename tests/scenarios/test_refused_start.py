"""What an operator did wrong ends the start with one clear sentence, on an installation left as it was."""

import shutil
import socket
from importlib import resources
from pathlib import Path

import pytest
from starlette.types import Message

from indicia.bootstrap import running
from indicia.config import read_settings
from tests.doubles.service import Service


@pytest.fixture
def copied_datasets(tmp_path: Path) -> Path:
    """The data directory's own reference data, as a refresh leaves it."""
    copy = tmp_path / "data" / "datasets"
    shutil.copytree(str(resources.files("indicia.datasets") / "data"), copy)
    return copy


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_damaged_dataset_is_named_with_its_remedy(tmp_path: Path, copied_datasets: Path, command: str):
    damaged = copied_datasets / "crawler-agents.txt"
    damaged.write_bytes(damaged.read_bytes()[:1000])

    complaint = _refusal(Service(tmp_path), command)

    assert str(damaged) in complaint
    assert "is damaged" in complaint
    assert "delete" in complaint


def test_missing_dataset_is_named(tmp_path: Path, copied_datasets: Path):
    (copied_datasets / "as-numbers.zst").unlink()

    complaint = _refusal(Service(tmp_path), "serve")

    assert str(copied_datasets / "as-numbers.zst") in complaint


def test_misspelt_setting_is_named_with_the_right_spelling(tmp_path: Path):
    complaint = _refusal(Service(tmp_path, RATE_LIMIT="off"), "serve")

    assert "INDICIA_RATE_LIMIT: unknown setting; did you mean INDICIA_RATE_LIMITS?" in complaint


def test_unreadable_setting_is_named(tmp_path: Path):
    complaint = _refusal(Service(tmp_path, SETTLE_SECONDS="soon"), "serve")

    assert "INDICIA_SETTLE_SECONDS" in complaint


def test_taken_port_for_mail_is_named_too(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        complaint = _refusal(Service(tmp_path, SMTPD_LISTEN=f"127.0.0.1:{port}"), "serve")

    assert f"cannot listen on 127.0.0.1:{port}" in complaint
    assert "INDICIA_SMTPD_LISTEN" in complaint


async def test_a_service_that_cannot_start_whole_tells_its_server(tmp_path: Path):
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = read_settings({"INDICIA_DATA_DIR": str(tmp_path), "INDICIA_SMTPD_LISTEN": listen})
        await running.Service(settings, with_workers=False, with_smtpd=True)({"type": "lifespan"}, receive, send)

    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]


@pytest.mark.parametrize("command", ["serve", "api"])
def test_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path, command: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        complaint = _refusal(Service(tmp_path, LISTEN=f"127.0.0.1:{port}"), command)

    assert f"cannot listen on 127.0.0.1:{port}" in complaint
    assert "INDICIA_LISTEN" in complaint


@pytest.mark.parametrize("first", ["serve", "worker"])
@pytest.mark.parametrize("second", ["serve", "worker"])
def test_second_who_would_work_on_a_store_is_refused_and_the_first_goes_on(tmp_path: Path, first: str, second: str):
    with Service(tmp_path, command=first) as service:
        other = Service(tmp_path)

        complaint = _refusal(other, second)

        assert f"works on {tmp_path / 'data'} already" in complaint
        assert "run `indicia api` beside it" in complaint
        holder = int(complaint.partition("process ")[2].partition(" ")[0])
        assert holder in {service.pid, *service.servers}
        service.kill()
        with Service(tmp_path, command=second):
            pass


def _refusal(service: Service, command: str) -> str:
    """Run a command that must refuse, and answer its one sentence."""
    finished = service.run(command)
    assert finished.returncode == 2
    assert finished.stdout == ""
    [sentence] = finished.stderr.splitlines()
    return sentence
