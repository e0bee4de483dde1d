"""Log lines: JSON whatever is in them, and never a reason for work to fail."""

import io
import json
import sys

import pytest
import structlog

from indicia.base.log import get_logger, set_up_logging


@pytest.fixture(autouse=True)
def _as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


class Full(io.RawIOBase):
    """A file on a full disk."""

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        raise OSError(28, "No space left on device")


def logged(monkeypatch, file: io.RawIOBase, *, as_json: bool = True):
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BufferedWriter(file, buffer_size=64), write_through=True))
    set_up_logging(level="info", as_json=as_json)
    return get_logger().bind()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_that_finds_no_room_is_dropped(monkeypatch, as_json):
    file = Full()
    log = logged(monkeypatch, file, as_json=as_json)

    for _ in range(10):
        log.info("mail.attempted", detail="x" * 100)

    # What it holds back would be an error when it is closed.
    monkeypatch.setattr(file, "write", len)


@pytest.mark.parametrize("text", ["Zoë", "half a pair: \ud83d", 'quoted "\n"'])
def test_a_line_is_json_whatever_is_in_it(monkeypatch, text):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written))
    set_up_logging(level="info", as_json=True)

    get_logger().bind().info("something.happened", text=text, other=object)

    line = json.loads(written.getvalue())
    assert (line["event"], line["text"], line["other"]) == ("something.happened", text, "<class 'object'>")
