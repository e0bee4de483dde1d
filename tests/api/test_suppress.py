"""/{domain}/suppress and its Mailgun-shaped twins: who is not mailed, whatever the spelling."""

import re
from urllib.parse import quote, urlsplit

import pytest

from indicia.storage.sqlite import SqliteDatabase
from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation

PATH = f"/{DOMAIN}/suppress"


@pytest.fixture(autouse=True)
async def clean(api: Api):
    """Leaves no address behind, for other tests mail some."""
    yield
    for item in (await api.get(f"{PATH}?limit=1000")).json()["items"]:
        await api.request("DELETE", f"{PATH}/{quote(item['address'], safe='')}")


async def add(api: Api, address: str, kind: str = "bounce", **more: str):
    return await api.post(PATH, json_body={"address": address, "type": kind, **more})


async def listed(api: Api) -> list[tuple[str, str]]:
    return [(item["address"], item["type"]) for item in (await api.get(PATH)).json()["items"]]


async def test_an_address_is_added_shown_and_removed(api: Api):
    answer = await add(api, "sample@example.org", "complaint", error="Some text")

    message = "Address has been added to the suppression list"
    assert (answer.status, answer.json()) == (
        200,
        {"address": "sample@example.org", "message": message, "type": "complaint"},
    )
    shown = (await api.get(f"{PATH}/sample@example.org")).json()
    assert re.search(r" GMT$", shown.pop("created_at"))
    assert shown == {"address": "sample@example.org", "error": "Some text", "type": "complaint"}
    assert (await api.request("DELETE", f"{PATH}/sample@example.org")).status == 200
    for method in ("GET", "DELETE"):
        gone = await api.request(method, f"{PATH}/sample@example.org")
        assert (gone.status, gone.json()["message"]) == (404, "Address not found in the suppression list")


async def test_a_type_may_be_plural_and_is_unsubscribe_by_default(api: Api):
    plural = await api.post(PATH, form={"address": "a@b.test", "type": "Complaints"})
    default = await api.post(PATH, form={"address": "c@b.test", "type": ""})

    assert [answer.json()["type"] for answer in (plural, default)] == ["complaint", "unsubscribe"]


async def test_in_json_a_number_is_what_its_digits_are_in_a_form(api: Api):
    await api.post(PATH, json_body={"address": "a@b.test", "error": 550})

    assert (await api.get(f"{PATH}/a@b.test")).json()["error"] == "550"


async def test_adding_again_changes_what_is_known_and_adds_nothing(api: Api):
    await add(api, "a@b.test", error="first")
    await add(api, "A@B.test", error="second")

    assert await listed(api) == [("a@b.test", "bounce")]
    assert (await api.get(f"{PATH}/a@b.test")).json()["error"] == "second"


@pytest.mark.parametrize("spelling", ["U@B.TEST", '"u"@b.test', "u(x)@b.test", "u@ｂ.test"])
async def test_any_spelling_finds_the_address_and_is_not_mailed(api: Api, installation: Installation, spelling: str):
    await add(api, "u@b.test")

    shown = await api.get(f"{PATH}/{quote(spelling, safe='')}")
    mail = {"from": f"n@{DOMAIN}", "to": f"{spelling}, other@b.test", "subject": spelling, "text": "Hi."}
    accepted = await api.post(f"/{DOMAIN}/messages", json_body=mail)

    assert shown.json()["address"] == "u@b.test"
    database = SqliteDatabase(installation.data_dir / "indicia.sqlite3")
    states = await database.fetch(
        "SELECT state FROM recipients WHERE message_id = (SELECT id FROM messages WHERE message_id = $1) ORDER BY id",
        accepted.json()["id"].strip("<>"),
    )
    await database.close()
    assert states == [("suppressed",), ("queued",)]


async def test_removing_one_reason_leaves_the_others(api: Api):
    await add(api, "a@b.test", "bounce")
    await add(api, "a@b.test", "block")

    await api.request("DELETE", f"{PATH}/a@b.test?type=blocks")

    assert await listed(api) == [("a@b.test", "bounce")]
    assert (await api.request("DELETE", f"{PATH}/a@b.test?type=block")).status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "address: must be one email address"),
        ({"address": "nobody"}, "address: must be one email address"),
        ({"address": "a@b.test, c@b.test"}, "address: must be one email address"),
        ({"address": ["a@b.test", "c@b.test"]}, "address: must be given once"),
        ({"address": True}, "address: must be a text"),
        ({"address": "a@b.test", "type": "spam"}, "type: must be one of block, bounce, complaint, unsubscribe"),
        ({"address": "a@b.test", "error": {}}, "error: must be a text"),
    ],
)
async def test_what_is_no_suppression_is_refused(api: Api, body, message: str):
    answer = await api.post(PATH, json_body=body)

    assert (answer.status, answer.json()["message"]) == (400, message)
    assert await listed(api) == []


async def test_pages_lead_through_the_whole_list(api: Api):
    addresses = [f"u{number}@b.test" for number in range(5)]
    for address in addresses:
        await add(api, address)
    seen: list[str] = []
    path = f"{PATH}?limit=2&type=bounce"

    while path:
        page = (await api.get(path)).json()
        seen += [item["address"] for item in page["items"]]
        following = page["paging"]["next"]
        path = following and following.removeprefix(api.url)

    assert seen == addresses


async def test_a_page_s_cursor_works_in_its_own_list_alone(api: Api, installation: Installation):
    for number in range(2):
        await add(api, f"u{number}@b.test")
    following = (await api.get(f"{PATH}?limit=1")).json()["paging"]["next"]
    query = urlsplit(following).query

    assert (await api.get(f"{PATH}?{query}")).status == 200
    for elsewhere in (f"/{FOREIGN_DOMAIN}/suppress?{query}", f"/{FOREIGN_DOMAIN}/suppress?cursor=AAAA"):
        assert (await api.get(elsewhere, key=installation.foreign_key)).status == 400
    for altered in (query[:-1] + ("A" if query[-1] != "A" else "B"), query.replace("cursor=", "cursor=%FF")):
        assert (await api.get(f"{PATH}?{altered}")).status == 400


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1e3", "９"])
async def test_a_strange_page_size_is_refused(api: Api, limit: str):
    assert (await api.get(f"{PATH}?limit={quote(limit)}")).status == 400


async def test_a_list_is_brought_in_and_out_as_csv(api: Api):
    text = "email,type,reason\r\na@b.test,bounces,550 gone\r\n+plus@b.test,,\r\n"

    imported = await api.post(
        f"{PATH}?type=block", body=text.encode(), headers={"Content-Type": "text/csv; charset=utf-8"}
    )
    exported = await api.get(PATH, headers={"Accept": "text/csv"})

    assert (imported.status, imported.json()["imported"]) == (200, 2)
    header, *lines = exported.body.decode().splitlines()
    assert header == "address,type,error,created_at"
    assert sorted(line[: line.index('"') - 1] for line in lines) == ["'+plus@b.test,block,", "a@b.test,bounce,550 gone"]
    again = await api.post(PATH, body=exported.body, headers={"Content-Type": "text/csv"})
    assert again.json()["imported"] == 2
    assert len(await listed(api)) == 2


async def test_a_file_with_a_fault_is_refused_whole_and_the_lines_are_named(api: Api):
    answer = await api.post(PATH, body=b"address\na@b.test\nnobody\n", headers={"Content-Type": "text/csv"})

    assert (answer.status, answer.json()["errors"]) == (400, ["line 3: 'nobody' is no address"])
    assert await listed(api) == []


async def test_lists_of_another_account_are_unknown(api: Api):
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/a@b.test"), ("DELETE", "/a@b.test")):
        assert (await api.request(method, f"/{FOREIGN_DOMAIN}/suppress{path}")).status == 404


MAILGUN = [
    ("bounces", "Address not found in bounces table", "Bounced address has been removed"),
    ("complaints", "No spam complaints found for this address", "Spam complaint has been removed"),
    ("unsubscribes", "Address not found in unsubscribers table", "Unsubscribe event has been removed"),
]


@pytest.mark.parametrize(("name", "absent", "removed"), MAILGUN)
async def test_mailgun_s_clients_find_their_lists(api: Api, name: str, absent: str, removed: str):
    path = f"/v3/{DOMAIN}/{name}"

    added = await api.post(path, form={"address": "a@b.test"})
    several = await api.post(path, json_body=[{"address": "c@b.test"}, {"address": "d@b.test"}])
    page = (await api.get(f"{path}?limit=2")).json()
    rest = (await api.get(page["paging"]["next"].removeprefix(api.url))).json()
    end = (await api.get(rest["paging"]["next"].removeprefix(api.url))).json()
    deleted = await api.request("DELETE", f"{path}/a@B.test")
    gone = await api.get(f"{path}/a@b.test")

    assert added.json() == {"address": "a@b.test", "message": f"Address has been added to the {name} table"}
    assert several.json() == {"message": f"2 addresses have been added to the {name} table"}
    assert [[item["address"] for item in each["items"]] for each in (page, rest, end)] == [
        ["a@b.test", "c@b.test"],
        ["d@b.test"],
        [],
    ]
    assert (deleted.status, deleted.json()) == (200, {"address": "a@b.test", "message": removed})
    assert (gone.status, gone.json()["message"]) == (404, absent)
    assert {kind for _, kind in await listed(api)} == {name.removesuffix("s")}


@pytest.mark.parametrize("body", [[], [{}], [{"address": "nobody"}], ["a@b.test"], [{"address": "a@b.test"}] * 1001])
async def test_mailgun_s_lists_take_arrays_whole_or_not_at_all(api: Api, body):
    assert (await api.post(f"/v3/{DOMAIN}/bounces", json_body=body)).status == 400
    assert await listed(api) == []


async def test_an_address_with_a_slash_is_found_by_its_path(api: Api):
    await add(api, "sales/eu@b.test")

    answers = [await api.get(f"{PATH}/sales%2Feu@b.test"), await api.get(f"/v3/{DOMAIN}/bounces/sales%2Feu@b.test")]

    assert [answer.json()["address"] for answer in answers] == ["sales/eu@b.test"] * 2


async def test_an_error_is_kept_without_its_nul_characters(api: Api):
    await add(api, "a@b.test", error="550\0 gone")

    assert (await api.get(f"{PATH}/a@b.test")).json()["error"] == "550 gone"
