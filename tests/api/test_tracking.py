"""What comes back through the addresses of our own mail: recorded at once, judged whole, reported and counted."""

import asyncio
import time

import aiohttp
import pytest
from yarl import URL

from indicia.messages.model import Options
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN
from tests.doubles.sent_mail import SentMail

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Mobile/15E148 Safari/604.1"
)
SCANNER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.88 Safari/537.36"
)
AT_HOME, AT_MICROSOFT = "156.17.201.170", "40.107.218.12"


@pytest.fixture
async def mail(strict):
    """Mail of the service that trusts this machine as a proxy, so that visitors come from where a test says."""
    async with SentMail(strict.directory / "data", strict.url) as mail:
        yield mail


@pytest.fixture
async def web():
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield Web(session)


class Web:
    """Asks as a client at some address does, and follows nothing."""

    def __init__(self, session) -> None:
        self._session = session

    async def ask(self, url, *, method="GET", ip=AT_HOME, uas=IPHONE, data=None, **headers):
        sent = {"X-Forwarded-For": ip, "User-Agent": uas, "Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = URL(url, encoded=True)
        async with self._session.request(method, url, headers=sent, data=data, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.read()


async def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.1)
    return found


async def test_a_person_s_click_leads_on_and_is_reported_with_all_that_is_known(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "ann@example.org", message_id="a1@news", options=Options(variables={"k": "v"}))

    status, headers, _ = await web.ask(copy.links.link(3, "https://shop.example/?a=1&b=ü".replace("ü", "%C3%BC"), "ad"))
    await web.ask(copy.links.pixel())

    assert (status, headers["Location"]) == (302, "https://shop.example/?a=1&b=%C3%BC")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers.getall("Server") == ["indicia"]
    assert len(headers.getall("X-Request-Id")) == 1
    assert "no-store" in headers["Cache-Control"]

    async def reported():
        found = await mail.events(DOMAIN, "opened", "clicked")
        return [event for event in found if event["recipient"] == "ann@example.org"][1:] and found

    events = {event["event"]: event for event in await until(reported)}
    clicked = events["clicked"]
    assert clicked["url"] == "https://shop.example/?a=1&b=%C3%BC"
    assert clicked["link"] == {"class": "ad", "index": 3}
    assert clicked["ip"] == AT_HOME
    assert clicked["user-variables"] == {"k": "v"}
    assert clicked["geolocation"]["country"] == "PL"
    assert clicked["client-info"] == {
        "bot": "",
        "client-name": "Mobile Safari",
        "client-os": "iOS",
        "client-type": "mobile browser",
        "device-type": "mobile",
        "suspected-bot": False,
        "user-agent": IPHONE,
    }
    assert events["opened"]["client-info"]["suspected-bot"] is False


async def test_a_sweep_is_judged_whole_and_never_counts_as_people(strict, mail, web):
    (copy,) = await mail.send(
        DOMAIN, "bob@example.org", message_id="b1@news", ago=40, options=Options(tags=("spring",))
    )

    for number in range(1, 5):
        await web.ask(copy.links.link(number, f"https://x.example/{number}"), ip=AT_MICROSOFT, uas=SCANNER)

    async def reported():
        found = await mail.events(DOMAIN, "clicked")
        return [event for event in found if event["recipient"] == "bob@example.org"][3:] and found

    events = [event for event in await until(reported) if event["recipient"] == "bob@example.org"]
    assert [event["client-info"]["suspected-bot"] for event in events] == [True] * 4
    assert {event["client-info"]["bot"] for event in events} == {"generic"}


async def test_a_hidden_link_leads_where_a_link_leads_and_speaks_against_whoever_followed_it(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "eve@example.org", message_id="e1@news", ago=300)
    ip, uas = "51.15.20.30", SCANNER.replace("79.0.3945.88", "140.0.0.0")

    hidden, _, _ = await web.ask(copy.links.hidden_link(1, "https://x.example/1"), ip=ip, uas=uas)
    shown, _, _ = await web.ask(copy.links.link(1, "https://x.example/1"), ip=ip, uas=uas)

    assert (hidden, shown) == (302, 302)

    async def reported():
        return [event for event in await mail.events(DOMAIN, "clicked") if event["recipient"] == "eve@example.org"]

    (event,) = await until(reported)
    assert event["client-info"]["suspected-bot"] is True


async def test_addresses_that_are_not_ours_lead_nowhere_and_leave_no_trace(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "fay@example.org", message_id="f1@news")
    ours = copy.links.link(1, "https://x.example/")
    elsewhere = copy.links._replace(base_url=f"{strict.url}/other.example")
    before = len(await mail.hits())

    answers = [
        await web.ask(url)
        for url in (
            ours[:-1],
            ours[:-12],
            ours + "A",
            ours + "?url=https://evil.test",
            ours.replace("/c/", "/o/"),
            ours.replace("/c/", "/u/"),
            ours.replace("/c/", "/c//"),
            ours.rpartition("/")[0] + "/" + ours.rpartition("/")[2].swapcase(),
            elsewhere.link(1, "https://x.example/"),
            f"{strict.url}/{DOMAIN}/c/https://evil.test",
            f"{strict.url}/{DOMAIN}/c/%0d%0aLocation:%20https://evil.test",
            f"{strict.url}/{DOMAIN}/c/{'A' * 9000}",
            f"{strict.url}/{DOMAIN}/o/x",
        )
    ]

    assert [status for status, _, _ in answers if status != 404] == [302]  # The query is no part of a token.
    assert answers[3][1]["Location"] == "https://x.example/"
    assert len({body for status, _, body in answers if status == 404}) <= 2
    assert len(await mail.hits()) == before + 1


async def test_a_link_of_one_domain_leads_nowhere_at_another_domain_s_host(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "gil@example.org", message_id="g1@news")
    token = copy.links.link(1, "https://x.example/").rpartition("/")[2]

    own, _, _ = await web.ask(f"{strict.url}/c/{token}", Host=f"Email.{DOMAIN.upper()}.:8443")
    foreign, _, _ = await web.ask(f"{strict.url}/c/{token}", Host=f"email.{FOREIGN_DOMAIN}")
    nobody, _, _ = await web.ask(f"{strict.url}/c/{token}")
    by_path, _, _ = await web.ask(f"{strict.url}/{DOMAIN}/c/{token}", Host=f"email.{FOREIGN_DOMAIN}")
    own_by_path, _, _ = await web.ask(f"{strict.url}/{DOMAIN}/c/{token}", Host=f"email.{DOMAIN}")

    assert (own, foreign, nobody) == (302, 404, 404)
    assert (by_path, own_by_path) == (404, 302)


async def test_every_answer_to_a_visitor_has_a_request_id(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "ida@example.org", message_id="id1@news")
    urls = [copy.links.pixel(), copy.links.link(1, "https://x.example/"), copy.links.unsubscribe()]

    answers = [
        await web.ask(url) for url in [*urls, f"{strict.url}/{DOMAIN}/c/none", f"{strict.url}/{DOMAIN}/m/hclick"]
    ]

    assert len({headers["X-Request-Id"] for _, headers, _ in answers}) == len(answers)


async def test_head_and_prefetch_are_recorded_as_such(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "hal@example.org", message_id="h1@news")

    status, headers, body = await web.ask(
        copy.links.link(1, "https://x.example/"), method="HEAD", Sec_Purpose="prefetch"
    )

    assert (status, headers["Location"], body) == (302, "https://x.example/", b"")
    (hit,) = await mail.hits(copy.recipient.id)
    assert hit.method == "HEAD"
    assert '"sec-purpose":"prefetch"' in hit.headers


async def test_a_replayed_link_works_and_is_recorded_so_often_only(strict, mail, web):
    (copy,) = await mail.send(DOMAIN, "ian@example.org", message_id="i1@news")
    link = copy.links.link(1, "https://x.example/")

    statuses = {(await web.ask(link))[0] for _ in range(150)}

    assert statuses == {302}
    assert 60 <= len(await mail.hits(copy.recipient.id)) <= 120


async def test_a_forged_forwarded_address_is_never_recorded(installation, web):
    async with SentMail(installation.data_dir, installation.service.url) as mail:
        (copy,) = await mail.send(DOMAIN, "jan@example.org", message_id="j1@news")
        await web.ask(copy.links.pixel(), ip="203.0.113.9", X_Real_IP="203.0.113.9", Forwarded="for=203.0.113.9")

        (hit,) = await mail.hits(copy.recipient.id)

    assert hit.ip == "127.0.0.1"
