"""/{domain}/events: the whole log, page by page, in our words and in Mailgun's."""

import time
from urllib.parse import quote, urlencode

import aiohttp
import pytest

from indicia.messages.model import Options
from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, PLAIN_DOMAIN, Installation
from tests.doubles.sent_mail import SentMail

PATH = f"/{DOMAIN}/events"


@pytest.fixture
async def mail(installation: Installation):
    async with SentMail(installation.data_dir, installation.service.url) as mail:
        yield mail


def unique(name: str) -> str:
    return f"{name}-{time.monotonic_ns()}"


async def search(api: Api, path: str = PATH, **query: object):
    answer = await api.get(f"{path}?{urlencode(query)}")
    assert answer.status == 200
    return answer.json()


async def follow(api: Api, link: str):
    answer = await api.get(link.removeprefix(api.url))
    assert answer.status == 200
    return answer.json()


def kinds(page) -> list[str]:
    return [item["event"] for item in page["items"]]


@pytest.mark.parametrize("path", [PATH, f"/v3{PATH}"])
async def test_a_message_s_events_are_found_by_its_id_the_newest_first(api: Api, mail: SentMail, path: str):
    message_id = f"{unique('m')}@{DOMAIN}"
    await mail.send(DOMAIN, "ann@dest.test", message_id=message_id)

    newest = await search(api, path, message_id=f"<{message_id}>")
    oldest = await search(api, path, **{"message-id": message_id, "ascending": "yes"})

    assert kinds(newest) == ["delivered", "accepted"]
    assert kinds(oldest) == ["accepted", "delivered"]
    assert all(link.startswith(f"{api.url}{path}/") for link in newest["paging"].values())


async def test_pages_lead_through_all_events_once_and_back(api: Api, mail: SentMail):
    tag = unique("t")
    recipients = [f"u{number}@dest.test" for number in range(5)]
    await mail.send(DOMAIN, *recipients, message_id=f"{unique('m')}@{DOMAIN}", options=Options(tags=(tag,)))
    whole = [item["id"] for item in (await search(api, tags=tag, ascending="yes"))["items"]]

    page = first = await search(api, tags=tag, ascending="yes", limit=3)
    forward = []
    while page["items"]:
        forward += [item["id"] for item in page["items"]]
        page = await follow(api, page["paging"]["next"])
    page = await follow(api, page["paging"]["last"])
    backward = []
    while page["items"]:
        backward = [item["id"] for item in page["items"]] + backward
        page = await follow(api, page["paging"]["previous"])

    assert len(whole) == 10
    assert forward == backward == whole
    assert (await follow(api, first["paging"]["first"]))["items"] == first["items"]


async def test_the_page_after_the_last_shows_what_has_come_since(api: Api, mail: SentMail):
    tag = unique("t")
    await mail.send(DOMAIN, "a@dest.test", message_id=f"{unique('m')}@{DOMAIN}", ago=100, options=Options(tags=(tag,)))
    page = await search(api, tag=tag, ascending="yes")
    end = await follow(api, page["paging"]["next"])

    await mail.send(DOMAIN, "b@dest.test", message_id=f"{unique('m')}@{DOMAIN}", ago=50, options=Options(tags=(tag,)))

    more = await follow(api, end["paging"]["next"])
    assert end["items"] == []
    assert [item["recipient"] for item in more["items"]] == ["b@dest.test"] * 2


async def test_mailgun_s_filter_expressions_are_understood(api: Api, mail: SentMail):
    tag = unique("Bulk")
    options = Options(tags=(tag, "ghost-email"))
    await mail.send(DOMAIN, "ann@dest.test", message_id=f"{unique('m')}@{DOMAIN}", ago=100, options=options)
    begin, end = time.time() - 200, time.time()
    wanted = "delivered OR opened OR failed OR unsubscribed OR complained"

    page = await search(
        api, f"/v3{PATH}", event=wanted, tags=f"{tag} AND ghost-email", begin=begin, end=end, ascending="yes", limit=300
    )

    assert kinds(page) == ["delivered"]
    assert kinds(await search(api, tags=f"{tag} AND absent")) == []
    assert kinds(await search(api, tag=tag.lower(), type="accepted")) == ["accepted"]


async def test_time_can_be_given_both_ways_and_backwards(api: Api, mail: SentMail):
    recipient = f"{unique('r')}@dest.test"
    await mail.send(DOMAIN, recipient, message_id=f"{unique('m')}@{DOMAIN}", ago=1000)
    now = time.time()

    assert kinds(await search(api, recipient=recipient, begin=now - 999)) == ["delivered"]
    assert kinds(await search(api, recipient=recipient, end="Sat, 20 Jul 2024 11:25:36 +0000")) == []
    backwards = await search(
        api, recipient=recipient.upper().replace("R-", "r-"), begin=now, end=now - 2000, ascending="yes"
    )
    assert kinds(backwards) == ["delivered", "accepted"]


async def test_failures_are_told_apart_by_severity(api: Api):
    await api.post(f"/{DOMAIN}/suppress", json_body={"address": "gone@dest.test"})
    mail = {"from": f"n@{DOMAIN}", "to": "gone@dest.test", "subject": unique("s"), "text": "Hi."}
    message_id = (await api.post(f"/{DOMAIN}/messages", json_body=mail)).json()["id"]
    await api.request("DELETE", f"/{DOMAIN}/suppress/gone@dest.test")

    for query in ({"event": "permanent_fail"}, {"event": "failed"}, {"severity": "permanent"}):
        page = await search(api, message_id=message_id, **query)
        assert [item["reason"] for item in page["items"]] == ["suppress-unsubscribe"]
    for query in ({"event": "temporary_fail"}, {"severity": "temporary"}):
        assert kinds(await search(api, message_id=message_id, **query)) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("event=Opened", "event"),
        ("event=opened+OR", "event"),
        ("event=NOT+opened", "event"),
        ("severity=bad", "severity"),
        ("begin=yesterday", "begin"),
        ("begin=1&begin=2", "begin"),
        ("end=nan", "end"),
        ("recipient=nobody", "recipient"),
        ("ascending=perhaps", "ascending"),
        ("limit=0", "limit"),
    ],
)
async def test_what_cannot_be_read_is_named(api: Api, query: str, field: str):
    answer = await api.get(f"{PATH}?{query}")

    assert (answer.status, answer.json()["message"].partition(":")[0]) == (400, field)


async def test_a_page_is_one_of_its_own_domain_and_unaltered(api: Api, installation: Installation):
    link = (await search(api))["paging"]["next"].removeprefix(api.url)
    cursor = link.rpartition("/")[2]

    for path, key in (
        (f"/{FOREIGN_DOMAIN}/events/{cursor}", installation.foreign_key),
        (f"/{PLAIN_DOMAIN}/events/{cursor}", installation.plain_key),
        (f"{PATH}/{cursor[:-2]}AA", installation.sending_key),
        (f"{PATH}/{quote('…')}", installation.sending_key),
        (f"{PATH}/AAAA", installation.sending_key),
    ):
        assert (await api.get(path, key=key)).status == 400
    assert (await api.get(f"/{FOREIGN_DOMAIN}/events/{cursor}")).status == 404


async def test_links_are_https_where_a_trusted_proxy_says_so(strict_api: Api, api: Api):
    headers = {"X-Forwarded-Proto": "https", "Host": "mail.example.com"}

    trusted = (await strict_api.get(PATH, headers=headers)).json()["paging"]["next"]
    stranger = (await api.get(PATH, headers=headers)).json()["paging"]["next"]

    assert trusted.startswith(f"https://mail.example.com{PATH}/")
    assert stranger.startswith(f"http://mail.example.com{PATH}/")


async def test_mailgun_s_credentials_open_the_log(api: Api, installation: Installation):
    basic = aiohttp.encode_basic_auth("api", installation.sending_key)

    assert (await api.get(f"/v3{PATH}", key=None, headers={"Authorization": basic})).status == 200
