"""GET /test."""

from tests.api.client import Api
from tests.api.conftest import DOMAIN, Installation


async def test_sending_key_names_its_domain(api: Api):
    answer = await api.get("/test")

    auth = answer.json()["auth"]
    assert answer.status == 200
    assert (auth["domain"], auth["role"]) == (DOMAIN, "sending")
    assert all(isinstance(auth[name], int) for name in ("cid", "did", "tid"))
    assert list(auth) == sorted(auth)


async def test_primary_key_names_no_domain(api: Api, installation: Installation):
    sending = (await api.get("/test")).json()["auth"]

    primary = (await api.get("/test", key=installation.primary_key)).json()["auth"]

    assert primary == {**sending, "did": None, "domain": None, "role": "primary", "tid": primary["tid"]}
    assert primary["tid"] != sending["tid"]


async def test_answers_are_never_cached_and_name_their_request_but_no_software(api: Api):
    first, second = [await api.get("/test") for _ in range(2)]

    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert first.headers["Server"] == "indicia"
