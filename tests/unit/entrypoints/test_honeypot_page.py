"""Hidden links under a flood: everyone gets the same answer, and only so much is recorded."""

from indicia.aggregates.rate_limits import RateLimits
from indicia.entrypoints.public.honeypot import VISITS, HoneypotPage
from tests.doubles.clock import FakeClock


class Recorder:
    """Takes the place of the stored visits."""

    def __init__(self) -> None:
        self.visits = []

    async def record(self, domain, message_id, *, ip, uas):
        self.visits.append((domain, message_id, ip, uas))


async def follow(page, ip, number):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/a1.test/m{number}/hclick",
        "client": (ip, 1),
        "headers": [(b"user-agent", b"Chrome")],
    }
    await page(scope, None, send)
    return sent


async def test_a_flood_from_one_subscriber_is_answered_and_not_recorded():
    recorder = Recorder()
    page = HoneypotPage(recorder, (), RateLimits(FakeClock()))

    answers = [await follow(page, f"2001:db8::{number:x}", number) for number in range(VISITS.quota + 50)]

    assert VISITS.quota - 1 <= len(recorder.visits) <= VISITS.quota
    assert all(answer == answers[0] for answer in answers)


async def test_a_flood_from_one_address_stops_nobody_else():
    recorder = Recorder()
    page = HoneypotPage(recorder, (), RateLimits(FakeClock()))
    for number in range(VISITS.quota + 50):
        await follow(page, "192.0.2.1", number)

    await follow(page, "192.0.2.2", 1)

    assert recorder.visits[-1][2] == "192.0.2.2"
