"""The documentation shows the table that decides."""

from pathlib import Path

from indicia.detection.weights import WEIGHTS

PAGE = Path(__file__).parents[3] / "docs" / "detection.md"


def table() -> str:
    lines = ["| signal | group | nats | origin |", "|---|---|---|---|"]
    for signal, row in WEIGHTS.items():
        nats = sorted({nats for _, nats in row.curve}, key=abs)
        ends = [nats[0], nats[-1]] if len(nats) > 1 else nats
        if len(nats) > 1 and min(nats) < 0 < max(nats):
            ends = [min(nats), max(nats)]
        shown = " … ".join(f"{end:+.1f}" for end in ends)
        lines.append(f"| `{signal}` | {row.group.title} | {shown} | {row.origin} |")
    return "\n".join(lines)


def test_the_table_in_the_documentation_is_the_one_that_decides():
    assert table() in PAGE.read_text(), f"put this table into {PAGE.name}:\n{table()}"
