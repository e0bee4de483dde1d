from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.archive.model import ColumnMap, Field, Kind, ProfileError, Source
from indicia.archive.profiles import OWN_NAMES, load_profile, preset_names, with_columns, write_profile
from indicia.detection.model import Action

EXPORTS = Path(__file__).with_name("exports")
# What all the exports tell of: one mail to one person, sent, delivered, opened and clicked.
SENT, DELIVERED, OPENED, CLICKED = 1_770_146_798.75, 1_770_146_800.25, 1_770_157_339.87, 1_770_157_399.09
# Platforms that write whole seconds.
CLOSELY = 1.0


@pytest.fixture(params=sorted(EXPORTS.iterdir()), ids=lambda path: path.stem)
def export(request):
    return request.param


def test_every_preset_has_an_export_to_prove_it():
    assert preset_names() == sorted(path.stem for path in EXPORTS.iterdir())


def test_a_preset_reads_the_interactions_of_its_platform(load, export):
    opened, clicked = load(export, columns=load_profile(export.stem))

    assert [row.interaction.action for row in (opened, clicked)] == [Action.OPEN, Action.CLICK]
    assert opened.interaction.ts == pytest.approx(OPENED, abs=CLOSELY)
    assert clicked.interaction.ts == pytest.approx(CLICKED, abs=CLOSELY)
    assert clicked.interaction.url == "https://news.example/offer"
    for row in (opened, clicked):
        assert row.interaction.ip == "50.56.129.169"
        assert row.interaction.domain == "example.com"
        assert row.campaign == "spring"
    assert clicked.interaction.uas.startswith("Mozilla/5.0 (X11; Linux x86_64)")


def test_a_preset_knows_the_mail_and_the_recipient_of_both(load, export):
    opened, clicked = (row.interaction for row in load(export, columns=load_profile(export.stem)))

    assert opened.event_id != clicked.event_id
    assert opened.message_id == clicked.message_id is not None
    assert opened.recipient_id == clicked.recipient_id is not None


def test_a_preset_finds_out_when_the_mail_was_on_its_way(load, export):
    opened, clicked = (row.interaction for row in load(export, columns=load_profile(export.stem)))

    for interaction in (opened, clicked):
        times = [time for time in (interaction.message_ts, interaction.delivered_ts) if time is not None]
        assert times
        assert all(time == pytest.approx(SENT, abs=2 * CLOSELY) for time in times)


def test_a_delivery_of_the_same_mail_dates_its_clicks(load):
    rows = load(EXPORTS / "postmark.jsonl", columns=load_profile("postmark"))

    assert [row.interaction.delivered_ts for row in rows] == [pytest.approx(DELIVERED)] * 2


def test_an_event_without_an_id_gets_one_that_its_owner_can_rebuild(load):
    _, clicked = load(EXPORTS / "postmark.jsonl", columns=load_profile("postmark"))

    assert clicked.interaction.event_id == (
        "883953f4-6105-42a2-a16a-77a8eac79483/Click/2026-02-03T22:23:19.0948910Z/https://news.example/offer"
    )


SOURCES = st.builds(Source, st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple), is_joined=st.booleans())


@given(
    sources=st.dictionaries(st.sampled_from(Field), SOURCES),
    kinds=st.dictionaries(st.text().map(str.lower), st.sampled_from(Kind)),
)
def test_a_saved_profile_reads_back(tmp_path_factory, sources, kinds):
    columns = ColumnMap(sources, kinds=kinds)
    path = tmp_path_factory.mktemp("profiles") / "saved.toml"
    path.write_text(write_profile(columns), "utf-8")

    read = load_profile(str(path))

    assert dict(read.sources) == sources
    assert dict(read.kinds) == kinds


def test_a_saved_profile_keeps_that_all_rows_are_of_one_kind(tmp_path):
    path = tmp_path / "opens.toml"
    path.write_text(write_profile(ColumnMap({}, every_row=Kind.OPEN)))

    assert load_profile(str(path)).every_row is Kind.OPEN


def test_columns_named_by_hand_win_and_are_demanded():
    columns = with_columns(load_profile("sendgrid"), {"campaign": "unique_args.campaign"})

    assert columns.sources[Field.CAMPAIGN] == Source(("unique_args.campaign",))
    assert columns.sources[Field.IP] == Source(("ip",))
    assert columns.demanded == {Field.CAMPAIGN}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[fields]\nadress = 'ip'", "unknown field adress"),
        ("[fields]\nip = 3", "ip must be a column"),
        ("[fields]\nip = []", "ip must be a column"),
        ("[columns]\nip = 'ip'", r"unknown section \[columns\]"),
        ("[actions]\nopened = 'opens'", "opens"),
        ("ip: ip", "profile"),
    ],
)
def test_a_profile_that_is_not_understood_is_refused(tmp_path, text, complaint):
    path = tmp_path / "mine.toml"
    path.write_text(text)

    with pytest.raises(ProfileError, match=complaint):
        load_profile(str(path))


def test_a_profile_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ProfileError, match="there is no profile mailgum; shipped are amazon-ses, mailgun"):
        load_profile("mailgum")


def test_an_unknown_field_is_named_with_the_likely_one():
    with pytest.raises(ProfileError, match="unknown field recipient; did you mean recipient_id"):
        with_columns(OWN_NAMES, {"recipient": "to"})
