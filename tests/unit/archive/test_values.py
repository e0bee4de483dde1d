from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.archive.model import Field
from indicia.archive.store import connect
from indicia.archive.values import MACROS, typed

UNITS = {"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
# From 1990 on: the first mail that anybody keeps, and past the weeks of 1970 in which a time is ambiguous.
MOMENTS = st.floats(631_152_000, 4_000_000_000)


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    connection = connect(tmp_path_factory.mktemp("spill"))
    connection.execute(MACROS)
    return connection


def read(database, name: Field, text: str | None) -> dict[str, object]:
    """Read a table of one text."""
    values = {**dict.fromkeys(Field), name: text}
    query = ", ".join(f"${field} AS {field}" for field in Field)
    types = ", ".join(f"CAST({field} AS VARCHAR) AS {field}" for field in Field)
    cursor = database.execute(typed(f"SELECT {types} FROM (SELECT {query})"), values)
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


@given(seconds=MOMENTS, unit=st.sampled_from(sorted(UNITS)))
def test_a_number_is_a_time_in_the_unit_that_its_size_tells(database, seconds, unit):
    found = read(database, Field.TS, repr(seconds * UNITS[unit]))

    assert found["ts_unit"] == unit
    assert found["ts"] == pytest.approx(seconds, abs=1e-3)


@given(seconds=MOMENTS, hours=st.integers(-14, 14))
def test_a_date_with_a_zone_is_a_time(database, seconds, hours):
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours)))

    found = read(database, Field.MESSAGE_TS, moment.isoformat())

    assert found["message_ts_unit"] == "dates"
    assert found["message_ts"] == pytest.approx(seconds, abs=1e-3)


@given(seconds=MOMENTS)
def test_a_date_without_a_zone_is_in_utc(database, seconds):
    moment = datetime.fromtimestamp(int(seconds), UTC)

    assert read(database, Field.TS, f"{moment:%Y-%m-%d %H:%M:%S}")["ts"] == int(seconds)


@pytest.mark.parametrize("text", ["soon", "-5", "nan", "inf", "1e40", "12:30", "2026-13-45"])
def test_what_is_no_time_is_unreadable(database, text):
    found = read(database, Field.DELIVERED_TS, text)

    assert (found["delivered_ts"], found["delivered_ts_unit"]) == (None, "unreadable")


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_no_text_breaks_the_reading_of_times_and_labels(database, text):
    assert read(database, Field.TS, text)["ts_unit"] in {*UNITS, "dates", "unreadable"}
    assert read(database, Field.LABEL, text)["label"] in {"bot", "human", "unreadable"}


@pytest.mark.parametrize(
    ("label", "texts"),
    [
        ("bot", ["true", "True", "1", "1.0", "bot", " BOT ", "machine", "yes"]),
        ("human", ["false", "FALSE", "0", "0.0", "human", "person", "no"]),
        ("unreadable", ["", "maybe", "2", "-1"]),
    ],
)
def test_labels_are_read_in_the_words_that_people_use(database, label, texts):
    assert {read(database, Field.LABEL, text)["label"] for text in texts} == {label}


@pytest.mark.parametrize("text", ["a@news.example", "news.example", "A <a@news.example>", '"a@b"@news.example'])
def test_a_domain_is_what_follows_the_last_at_sign(database, text):
    assert read(database, Field.DOMAIN, text)["domain"] == "news.example"
