"""Suppressions as CSV: other platforms' files are read, and what is written is harmless and read again."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.address import parse_one
from indicia.suppressions.csv_files import read_csv, write_csv
from indicia.suppressions.guard import suppression
from indicia.suppressions.model import SuppressionType, UnreadableListError

NOW = 1_790_000_000.0
BLOCK = SuppressionType.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "ann@b.test\n",
        "address\nann@b.test\n",
        "\ufeffEmail Address,Name\r\nann@b.test,Ann\r\n",
        "\n\naddress,type\n\nann@b.test,\n",
        'address\n"Ann <ann@b.test>"\n',
    ],
)
def test_lists_of_all_kinds_are_read(text):
    assert read_csv(text, BLOCK, NOW) == [suppression(parse_one("ann@b.test"), BLOCK, "", NOW)]


@pytest.mark.parametrize(
    "date", ["1721474736", "2024-07-20T11:25:36Z", "2024-07-20 11:25:36", "Sat, 20 Jul 2024 11:25:36 GMT"]
)
def test_dates_are_read_as_people_write_them(date):
    (read,) = read_csv(f'address,created_at\nann@b.test,"{date}"\n', BLOCK, NOW)

    assert read.created_at == 1721474736.0


def test_nothing_is_from_the_future():
    (read,) = read_csv("address,created_at\nann@b.test,99999999999\n", BLOCK, NOW)

    assert read.created_at == NOW


def test_lines_at_fault_are_named_up_to_twenty():
    with pytest.raises(UnreadableListError) as refused:
        read_csv("address,type,created_at\nx,,\na@b.test,spam,\na@b.test,,soon\n" + "y,,\n" * 50, BLOCK, NOW)

    assert refused.value.problems[:3] == [
        "line 2: 'x' is no address",
        "line 3: type must be one of block, bounce, complaint, unsubscribe",
        "line 4: 'soon' is no date",
    ]
    assert len(refused.value.problems) == 20


@given(st.text(), st.text(max_size=50))
def test_any_text_is_read_or_refused(text, error):
    for content in (text, f"address,error\na@b.test,{error}\n"):
        with suppress(UnreadableListError):
            read_csv(content, BLOCK, NOW)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30), st.sampled_from(SuppressionType))
def test_what_is_written_is_no_formula_and_reads_the_same(error, kind):
    items = [suppression(parse_one("=cmd@b.test"), kind, error, NOW)]

    text = write_csv(items, with_header=True)

    assert read_csv(text, BLOCK, NOW + 1) == items or error.startswith("'")
    assert text.splitlines()[1].startswith("'=cmd")
