"""Statistics as they are shown: read what is asked for, and write what came of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from indicia.base.clock import Clock
from indicia.base.errors import AppError
from indicia.storage.database import Database
from indicia.tracking.statistics import store
from indicia.tracking.statistics.model import Grouping, Question, Sums

USUAL_DAYS = 30
MOST_DAYS = 400
_EPOCH = date(1970, 1, 1)
_NUMBERS = ("accepted", "suppressed", "delivered", "bounced", "unsubscribed", "complained")


class InvalidQuestionError(AppError, ValueError):
    """What was asked for cannot be answered; `problems` names every fault as `parameter: why`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


class Statistics:
    """Answers what became of a domain's mail."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def report(self, domain_id: int, asked: Mapping[str, str]) -> dict[str, object]:
        """Answer the sums that the parameters `asked` for, as JSON values.

        They are `by` (`day`, `message`, `provider`, `tag` or `variable`), `variable` (its name), `from` and `to`
        (dates, both counted), `tag` and `message_id`.

        Raises:
            InvalidQuestionError: They make no sense.
            StorageError: The store cannot be read.
        """
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        question = _read(domain_id, asked, today)
        groups = await store.sums(self._database, question)
        total = await store.sums(self._database, question._replace(by=None))
        return {
            "by": str(question.by),
            "from": _day(question.first_day),
            "stats": [_group(question, sums) for sums in groups],
            "to": _day(question.last_day),
            "total": _numbers(total[0]) if total else _numbers(_NOTHING),
        }


_NOTHING = Sums("", *([0] * 12))


def _read(domain_id: int, asked: Mapping[str, str], today: date) -> Question:
    problems: list[str] = []
    by = asked.get("by") or Grouping.DAY
    if by not in list(Grouping):
        problems.append(f"by: must be one of {', '.join(Grouping)}")
        by = Grouping.DAY
    variable = asked.get("variable", "")
    if by == Grouping.VARIABLE and not variable:
        problems.append("variable: name the variable to group by")
    last = _date("to", asked, today, problems)
    first = _date("from", asked, last - timedelta(days=USUAL_DAYS - 1), problems)
    if first > last:
        problems.append("from: must not be after to")
    elif (last - first).days >= MOST_DAYS:
        problems.append(f"from: must be less than {MOST_DAYS} days before to")
    if problems:
        raise InvalidQuestionError(problems)
    return Question(
        domain_id,
        (first - _EPOCH).days,
        (last - _EPOCH).days,
        Grouping(by),
        variable,
        asked.get("tag") or None,
        asked.get("message_id", "").strip("<>") or None,
    )


def _date(name: str, asked: Mapping[str, str], default: date, problems: list[str]) -> date:
    text = asked.get(name)
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(f"{name}: must be a date such as {default.isoformat()}")
        return default


def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


def _group(question: Question, sums: Sums) -> dict[str, object]:
    key = _day(int(sums.key)) if question.by is Grouping.DAY else sums.key
    return {str(question.by): key, **_numbers(sums)}


def _numbers(sums: Sums) -> dict[str, object]:
    numbers: dict[str, object] = {name: getattr(sums, name) or 0 for name in _NUMBERS}
    numbers["sent"] = (sums.accepted or 0) - (sums.suppressed or 0)
    numbers["opens"] = {"all": sums.opens or 0, "human": sums.human_opens or 0, "people": sums.openers}
    numbers["clicks"] = {"all": sums.clicks or 0, "human": sums.human_clicks or 0, "people": sums.clickers}
    return numbers
