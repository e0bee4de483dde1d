import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.range_table import RangeTable, Span, pack, unpack

LABELS = ["", "a", "b", "c"]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    found = []
    for _ in range(draw(st.integers(0, 8))):
        version = draw(st.sampled_from([4, 6]))
        top = 2**32 - 1 if version == 4 else 2**64 - 1
        first, last = sorted(draw(st.tuples(st.integers(0, top), st.integers(0, top))))
        found.append(Span(version, first, last, draw(st.integers(1, 3)), draw(st.integers(0, 2))))
    return found


def expected_label(found: list[Span], version: int, number: int) -> str:
    holding = [span for span in found if span.version == version and span.first <= number <= span.last]
    if not holding:
        return ""
    return LABELS[min(holding, key=lambda span: (span.rank, span.last - span.first, span.last, span.label)).label]


@given(spans())
def test_every_edge_has_the_label_of_the_best_span_over_it(found: list[Span]) -> None:
    table = RangeTable(LABELS, list(found))

    for span in found:
        top = 2**32 - 1 if span.version == 4 else 2**64 - 1
        for number in {span.first, span.last, max(span.first - 1, 0), min(span.last + 1, top), 0, top}:
            assert table.find(span.version, number) == expected_label(found, span.version, number)


@given(spans())
def test_a_packed_table_answers_the_same(found: list[Span]) -> None:
    table = RangeTable(LABELS, list(found))

    restored = unpack(pack(table))

    assert restored.rows == table.rows
    for span in found:
        for number in (span.first, span.last):
            assert restored.find(span.version, number) == table.find(span.version, number)


def test_addresses_outside_every_span_have_no_label() -> None:
    table = RangeTable(LABELS, [Span(4, 10, 20, 1)])

    assert [table.find(4, number) for number in (9, 10, 20, 21)] == ["", "a", "a", ""]
    assert table.find(6, 15) == ""


@pytest.mark.parametrize("keep", [0, 1, 20, -1])
def test_a_truncated_file_is_refused(keep: int) -> None:
    data = pack(RangeTable(LABELS, [Span(4, 10, 20, 1)]))

    with pytest.raises(ValueError, match=r".+"):
        unpack(data[:keep])


def test_a_file_that_names_a_missing_label_is_refused() -> None:
    data = pack(RangeTable(["", "a"], [Span(4, 10, 20, 7)]))

    with pytest.raises(ValueError, match="label"):
        unpack(data)
