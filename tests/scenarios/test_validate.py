"""`indicia validate`: files of any size, against mail hosts, and on again after an end at any moment."""

import asyncio
import csv
from pathlib import Path

from tests.doubles.command_line import indicia
from tests.doubles.dns_zone import DnsZone
from tests.doubles.smtp_peer import SmtpPeer, reply


def _rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row["address"]: row for row in csv.DictReader(file)}


async def test_a_file_is_verified_and_an_interrupted_run_goes_on(tmp_path):
    source, output = tmp_path / "list.csv", tmp_path / "out.csv"
    source.write_text("email,name\nann@there.example,Ann\nno address,\nsupport@gamil.com,\nbob@there.example,Bob\n")
    async with SmtpPeer() as peer, DnsZone() as zone:
        zone.answer("there.example", "MX", ["10 mx.there.example"])
        zone.answer("mx.there.example", "A", ["127.0.0.1"])
        peer.always["RCPT"] = reply("550 5.1.1 no such user")
        settings = {
            "INDICIA_DNS_SERVERS": zone.address,
            "INDICIA_SMTP_PORT": str(peer.port),
            "INDICIA_EGRESS_ALLOW": peer.allow,
        }
        first = await _run(tmp_path, source, output, settings)
        whole = output.read_text()
        # As a kill in the middle of a row leaves it.
        lines = whole.splitlines(keepends=True)
        output.write_text("".join(lines[:3]) + lines[3][:7])
        asked = peer.connections
        second = await _run(tmp_path, source, output, settings)

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    rows = _rows(output)
    assert sorted(output.read_text().splitlines()) == sorted(whole.splitlines())
    assert {address: row["reason"] for address, row in rows.items()} == {
        "ann@there.example": "rejected_email",
        "no address": "invalid_email",
        "support@gamil.com": "invalid_domain",
        "bob@there.example": "rejected_email",
    }
    assert (rows["support@gamil.com"]["did_you_mean"], rows["support@gamil.com"]["role"]) == (
        "support@gmail.com",
        "true",
    )
    assert peer.connections == asked


async def _run(tmp_path, source, output, settings):
    return await asyncio.to_thread(indicia, tmp_path, "validate", source, "-o", output, **settings)


def test_a_file_that_is_something_else_is_not_written_over(tmp_path):
    source, output = tmp_path / "list.txt", tmp_path / "out.csv"
    source.write_text("ann@example.com\n")
    output.write_text("my thesis\n")

    finished = indicia(tmp_path, "validate", source, "-o", output)

    assert finished.returncode == 2
    assert "name another file" in finished.stderr
    assert output.read_text() == "my thesis\n"
