"""GET /address/parse."""

from urllib.parse import quote

import pytest

from indicia.entrypoints.api.address import MOST_CHARACTERS
from tests.api.client import Answer, Api


async def _parse(api: Api, text: str) -> Answer:
    return await api.get(f"/address/parse?addresses={quote(text, safe='')}")


async def test_body_is_that_of_the_original(api: Api):
    answer = await _parse(api, "johndoe@example.com, jane.doe@wildwest.org")

    assert answer.status == 200
    assert answer.body == (
        b'{"parsed":[{"domain":"example.com","email":"johndoe@example.com","localpart":"johndoe"},'
        b'{"domain":"wildwest.org","email":"jane.doe@wildwest.org","localpart":"jane.doe"}],"unparseable":[]}'
    )


async def test_names_are_shown_and_bad_pieces_handed_back(api: Api):
    answer = await _parse(api, "Alice <alice@example.com>;Bob@BÜCHER.example,example.com")

    assert answer.json() == {
        "parsed": [
            {"domain": "example.com", "email": "alice@example.com", "localpart": "alice", "name": "Alice"},
            {"domain": "bücher.example", "email": "Bob@bücher.example", "localpart": "Bob"},
        ],
        "unparseable": ["example.com"],
    }


async def test_repeated_parameter_is_a_list(api: Api):
    answer = await api.get("/address/parse?addresses=a@example.com&addresses=b@example.com")

    assert [found["localpart"] for found in answer.json()["parsed"]] == ["a", "b"]


@pytest.mark.parametrize("query", ["", "?addresses=", "?addresses=%20", "?address=a@example.com"])
async def test_missing_addresses_are_refused(api: Api, query: str):
    answer = await api.get(f"/address/parse{query}")

    assert answer.status == 400
    assert answer.json() == {"message": "addresses parameter is missing", "status": 400}


async def test_8000_characters_are_parsed_and_no_more(api: Api):
    longest = "ü" * (MOST_CHARACTERS - 9) + "@b.example"[1:]
    assert len(longest) == MOST_CHARACTERS

    assert (await _parse(api, longest)).status == 200
    assert (await _parse(api, longest + "x")).status == 400


@pytest.mark.parametrize("text", ["%00", "%ff%fe", "%ED%A0%80@b.example", "a%0D%0ABcc:x@b.example", "%"])
async def test_bytes_that_are_no_text_are_handed_back(api: Api, text: str):
    answer = await api.get(f"/address/parse?addresses={text}")

    assert answer.status == 200
    assert answer.json()["parsed"] == []


async def test_a_key_is_needed(api: Api):
    assert (await api.get("/address/parse?addresses=a@example.com", key=None)).status == 401
