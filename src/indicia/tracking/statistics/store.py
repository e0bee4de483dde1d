"""Results of copies and labels of messages as rows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from indicia.storage.database import Database, Statement, StatementForEach, Steps
from indicia.tracking.statistics.model import Grouping, Question, Sums

# A report of more groups than this is for a database, not for a page.
MOST_GROUPS = 1_000

_FLAGS = frozenset({"accepted", "delivered", "bounced", "suppressed", "unsubscribed", "complained"})
_HITS = {"opens": "human_opens", "clicks": "human_clicks"}
_KNOWN_PROVIDER = "CASE WHEN excluded.provider <> 'other' THEN excluded.provider ELSE copy_results.provider END"
_SUMS = """
    SUM(accepted), SUM(suppressed), SUM(delivered), SUM(bounced),
    SUM(opens), SUM(human_opens), COUNT(DISTINCT CASE WHEN human_opens > 0 THEN recipient END),
    SUM(clicks), SUM(human_clicks), COUNT(DISTINCT CASE WHEN human_clicks > 0 THEN recipient END),
    SUM(unsubscribed), SUM(complained)
"""
_KEYS = {
    None: "''",
    Grouping.DAY: "sent_on",
    Grouping.MESSAGE: "copy_results.message_id",
    Grouping.PROVIDER: "provider",
    Grouping.TAG: "labels.value",
    Grouping.VARIABLE: "labels.value",
}
_LABEL_KINDS = {Grouping.TAG: "tag", Grouping.VARIABLE: "variable"}


class Mark(NamedTuple):
    """One copy to which something happened that happens once."""

    domain_id: int
    message_id: str
    recipient: str
    sent_on: int
    provider: str


class Count(NamedTuple):
    """One copy, and what to add to its numbers."""

    domain_id: int
    message_id: str
    recipient: str
    sent_on: int
    provider: str
    raw: int
    human: int


def mark(flag: str, marks: Sequence[Mark]) -> Steps[None]:
    """Note for copies that something happened to them; noted again it changes nothing."""
    assert flag in _FLAGS
    yield StatementForEach(
        f"""
        INSERT INTO copy_results (domain_id, message_id, recipient, sent_on, provider, {flag})
        VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (domain_id, message_id, recipient) DO UPDATE SET {flag} = 1, provider = {_KNOWN_PROVIDER}
        """,
        marks,
    )


def count(column: str, counts: Sequence[Count]) -> Steps[None]:
    """Add to the opens or clicks of copies."""
    human = _HITS[column]
    yield StatementForEach(
        f"""
        INSERT INTO copy_results (domain_id, message_id, recipient, sent_on, provider, {column}, {human})
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (domain_id, message_id, recipient) DO UPDATE SET
            {column} = copy_results.{column} + excluded.{column}, {human} = copy_results.{human} + excluded.{human}
        """,
        counts,
    )


def add_labels(
    domain_id: int, message_id: str, sent_on: int, tags: Sequence[str], variables: Mapping[str, str]
) -> Steps[None]:
    """Note the tags and variables of a message of that day, to group by."""
    labels = [("tag", "", tag) for tag in tags] + [("variable", name, value) for name, value in variables.items()]
    yield StatementForEach(
        """
        INSERT INTO message_labels (domain_id, message_id, sent_on, kind, name, value) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (domain_id, message_id, kind, name, value) DO NOTHING
        """,
        [(domain_id, message_id, sent_on, *label) for label in labels],
    )


async def sums(database: Database, question: Question) -> list[Sums]:
    """Answer the sums of each group, days in their order and anything else by size."""
    parameters: list[str | int] = [question.domain_id, question.first_day, question.last_day]

    def placeholder(value: str | int) -> str:
        parameters.append(value)
        return f"${len(parameters)}"

    joined, wanted = "", "domain_id = $1 AND sent_on BETWEEN $2 AND $3"
    if question.message_id is not None:
        wanted += f" AND copy_results.message_id = {placeholder(question.message_id)}"
    if question.tag is not None:
        wanted += f""" AND EXISTS (
            SELECT 1 FROM message_labels AS tags
            WHERE tags.domain_id = copy_results.domain_id AND tags.message_id = copy_results.message_id
                AND tags.kind = 'tag' AND tags.name = '' AND tags.value = {placeholder(question.tag)})"""
    if question.by in _LABEL_KINDS:
        kind = placeholder(_LABEL_KINDS[question.by])
        name = placeholder(question.variable if question.by is Grouping.VARIABLE else "")
        joined = f"""JOIN (
            SELECT message_id AS labelled, value FROM message_labels
            WHERE domain_id = $1 AND kind = {kind} AND name = {name}
        ) AS labels ON labels.labelled = copy_results.message_id"""
    key = _KEYS[question.by]
    order = "key" if question.by is Grouping.DAY else "SUM(accepted) DESC, key"
    rows = await database.survey(
        f"""
        SELECT {key} AS key, {_SUMS} FROM copy_results {joined}
        WHERE {wanted} GROUP BY key ORDER BY {order} LIMIT {MOST_GROUPS}
        """,
        *parameters,
    )
    return [Sums(*cast("tuple[str, int, int, int, int, int, int, int, int, int, int, int, int]", row)) for row in rows]


def forget_results(before_day: int) -> Steps[None]:
    """Delete the results of copies from before a day, and the labels of messages from before it."""
    # By domain, because that is how the index by days begins.
    yield Statement(
        "DELETE FROM copy_results WHERE domain_id IN (SELECT id FROM domains) AND sent_on < $1", (before_day,)
    )
    yield Statement("DELETE FROM message_labels WHERE sent_on < $1", (before_day,))
