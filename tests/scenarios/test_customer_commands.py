"""An operator saves templates and changes DKIM keys by the command line."""

import json

from tests.doubles.command_line import indicia


def test_templates_are_saved_listed_rendered_and_deleted(tmp_path):
    (tmp_path / "hello.html").write_text("<p>Hello {{ name }}</p>", "utf-8")
    indicia(tmp_path, "domain", "add", "d.example")

    assert indicia(tmp_path, "template", "put", "d.example", "hello.html").stdout == "hello.html: version 1\n"
    listed = json.loads(indicia(tmp_path, "template", "list", "d.example", "--json").stdout)
    assert [(each["name"], each["version"]) for each in listed] == [("hello.html", 1)]
    assert indicia(tmp_path, "template", "get", "d.example", "hello.html").stdout == "<p>Hello {{ name }}</p>"

    variables = ("--variables", '{"name": "<Ann>"}')
    rendered = indicia(tmp_path, "template", "render", "d.example", "hello.html", *variables)
    assert rendered.stdout == "<p>Hello &lt;Ann&gt;</p>"
    text = indicia(tmp_path, "template", "render", "d.example", "hello.html", *variables, "--text")
    assert text.stdout == "Hello <Ann>\n"

    strict = indicia(tmp_path, "template", "render", "d.example", "hello.html", "--strict")
    assert (strict.returncode, strict.stderr) == (1, "Error: The template hello.html needs the variable name\n")
    assert indicia(tmp_path, "template", "delete", "d.example", "hello.html").returncode == 0
    assert indicia(tmp_path, "template", "list", "d.example").stdout == "None.\n"


def test_a_rotation_shows_old_and_new_records_that_fit_a_zone_file(tmp_path):
    indicia(tmp_path, "domain", "add", "d.example")
    before = json.loads(indicia(tmp_path, "dkim", "show", "d.example", "--json").stdout)

    after = json.loads(indicia(tmp_path, "dkim", "rotate", "d.example", "--overlap", "1h", "--json").stdout)
    zone = indicia(tmp_path, "dkim", "show", "d.example").stdout

    assert [each["algorithm"] for each in before] == ["rsa-sha256", "ed25519-sha256"]
    assert [each["state"] for each in after] == ["signing", "signing", "waiting", "waiting"]
    assert {each["name"] for each in before} < {each["name"] for each in after}
    for each in after:
        assert f"{each['name']}. IN TXT " in zone
        assert each["value"] in zone.replace('" "', "")
    assert max(len(string) for string in zone.split('"')[1::2]) <= 255


def test_keys_are_listed_by_what_they_end_in_and_closed_ones_on_demand(tmp_path):
    added = json.loads(indicia(tmp_path, "domain", "add", "d.example", "--account", "ann", "--json").stdout)
    made = ("key", "create", "--role", "sending", "--domain", "d.example", "--allow-ip", "10.0.0.0/8", "--expires-in")
    created = json.loads(indicia(tmp_path, *made, "30d", "--json").stdout)
    indicia(tmp_path, "domain", "add", "e.example", "--account", "bob", "--state", "active", "--enable", "validation")

    def keys(*options):
        return json.loads(indicia(tmp_path, "key", "list", *options, "--json").stdout)

    by_id = {each["id"]: each for each in keys("--account", "ann")}
    last = by_id[created["id"]]
    assert {each["ends_in"] for each in by_id.values()} == {
        key[-4:] for key in (added["primary_key"], added["sending_key"], created["key"])
    }
    assert (last["role"], last["domain"], last["allowed_from"]) == ("sending", "d.example", "10.0.0.0/8")
    assert last["expires_at"] - last["created_at"] == 30 * 86_400
    assert {each["account"] for each in keys()} == {"ann", "bob"}

    indicia(tmp_path, "key", "revoke", str(created["id"]))
    assert created["id"] not in {each["id"] for each in keys()}
    assert created["id"] in {each["id"] for each in keys("--all") if each["revoked_at"] is not None}
    shown = indicia(tmp_path, "key", "list", "--account", "bob").stdout
    assert created["key"] not in indicia(tmp_path, "key", "list", "--all").stdout
    assert "allowed" not in shown
    assert "…" not in shown

    domains = json.loads(indicia(tmp_path, "domain", "list", "--json").stdout)
    assert [(each["domain"], each["account"], each["state"], each["features"]) for each in domains] == [
        ("d.example", "ann", "unverified", None),
        ("e.example", "bob", "active", "validation"),
    ]


def test_a_domain_that_is_not_there_is_named(tmp_path):
    refused = indicia(tmp_path, "dkim", "show", "nowhere.example")

    assert refused.returncode == 2
    assert "There is no domain nowhere.example" in refused.stderr
