"""`indicia validate`: files of any size, against mail hosts, and on again after an end at any moment."""

import asyncio
import csv
from pathlib import Path

from tests.api.client import Api
from tests.doubles.command_line import indicia
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
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


async def test_closed_port_is_told_by_the_command_the_check_and_the_metrics(tmp_path):
    source, output = tmp_path / "list.txt", tmp_path / "out.csv"
    source.write_text("ann@there.example\n")
    async with SmtpPeer() as peer, DnsZone() as zone:
        zone.answer("there.example", "MX", ["10 mx.there.example"])
        zone.answer("mx.there.example", "A", ["127.0.0.1"])
        for name in ("gmail.com", "outlook.com", "yahoo.com"):
            zone.answer(name, "MX", [f"5 mx.{name}"])
            zone.answer(f"mx.{name}", "A", ["127.0.0.2"])
        settings = {"DNS_SERVERS": zone.address, "SMTP_PORT": str(peer.port), "EGRESS_ALLOW": "127.0.0.0/8:*"}
        with Service(tmp_path / "service", **settings) as service:
            added = service.cli("domain", "add", "news.example.com", "--enable", "validation")
            checked = await asyncio.to_thread(
                indicia, tmp_path, "domain", "check", "news.example.com", **service.environment
            )
            listed = await asyncio.to_thread(indicia, tmp_path, "validate", source, "-o", output, **service.environment)
            async with Api(service.url, added["primary_key"]) as api:
                answer = (await api.get("/news.example.com/validate?address=ann@there.example")).json()
                metrics = (await api.get("/metrics", key=None)).body.decode()

    told = "none of mx.gmail.com, mx.outlook.com, mx.yahoo.com could be reached"
    assert f"Port 25: closed, and no mail leaves this machine but through a relay; {told}" in checked.stdout
    assert listed.stderr.endswith(
        f"Port 25 is closed: {told}; many providers open port 25 only on request. "
        "Addresses whose mail hosts had to be asked are unknown, no_connect.\n"
    )
    assert _rows(output)["ann@there.example"]["reason"] == answer["reason"] == "no_connect"
    assert answer["message"] == "No mail host can be reached from this installation: its port 25 is closed"
    assert 'indicia_smtp_way_out{state="closed"} 1.0' in metrics
    assert '"event":"smtp.way_out_closed"' in service.log.replace(" ", "")
    assert peer.connections == 0
