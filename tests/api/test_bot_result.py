"""GET /{domain}/bot/{request_id}: one answer for whatever is not there to be seen."""

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation
from tests.api.interactions import batch, click

NOT_FOUND = (
    b'{"message":"Request with matching UUID not found. It may not have been processed yet or has already expired.",'
    b'"status":404}'
)
UNKNOWN = "01890000-0000-7000-8000-000000000000"


async def test_result_is_found_by_any_spelling_of_its_id(api: Api):
    accepted = await api.post(f"/{DOMAIN}/bot", json_body=batch(click()))
    request_id = accepted.json()["request_id"]

    result = await api.result(DOMAIN, request_id)
    upper = await api.get(f"/{DOMAIN}/bot/{request_id.upper()}")

    assert upper.json() == result


async def test_foreign_and_unknown_results_cannot_be_told_apart(api: Api, installation: Installation):
    foreign_key = installation.foreign_key
    accepted = await api.post(f"/{FOREIGN_DOMAIN}/bot", key=foreign_key, json_body=batch(click()))
    request_id = accepted.json()["request_id"]
    assert (await api.get(f"/{FOREIGN_DOMAIN}/bot/{request_id}", key=foreign_key)).status in {200, 404}

    ids = [request_id, UNKNOWN, f"{{{request_id}}}", f"{request_id}%00", "'%20OR%201=1--", "1", "%2e%2e", "a" * 5000]
    answers = [await api.get(f"/{DOMAIN}/bot/{name}") for name in ids]

    assert {(answer.status, answer.body) for answer in answers} == {(404, NOT_FOUND)}
    assert len({frozenset(answer.headers) for answer in answers}) == 1
