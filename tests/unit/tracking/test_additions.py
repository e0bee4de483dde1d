"""What a copy gets: as the message and its domain ask, and AMP nothing but its way out."""

import pytest

from indicia.base.clock import system_clock
from indicia.domains.model import Domain, DomainState, Feature
from indicia.mail.verp import Purpose, read_address
from indicia.messages.model import Message, Options, Recipient, RecipientKind, RecipientState
from indicia.storage.database import Statement
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.tracking.additions import Additions
from indicia.tracking.model import TrackingSettings
from indicia.tracking.store import save_settings

HTML = '<body><a href="https://shop.example/">x</a></body>'


@pytest.fixture
async def database(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, system_clock)
    yield database
    await database.close()


@pytest.fixture
def additions_of(database, sealing):
    async def make(options, *, detects_bots=True, has_host=False, takes_complaints=False):
        domain = Domain(
            id=1,
            account_id=1,
            name="news.example.com",
            state=DomainState.ACTIVE,
            features=frozenset({Feature.BOT_DETECTION} if detects_bots else ()),
            tracking=True,
            seed_token="",
            created_at=0.0,
            updated_at=0.0,
        )
        if has_host:
            await database.run(_with_host())

        async def domain_of(_):
            return domain

        message = Message(
            id=1,
            account_id=1,
            domain_id=1,
            message_id="m@x",
            submitted_at=0.0,
            deliver_at=0.0,
            size_bytes=1,
            headers={},
            options=options,
        )
        recipient = Recipient(
            id=7,
            message_row=1,
            domain_id=1,
            address="ann@example.org",
            canonical="ann@example.org",
            kind=RecipientKind.TO,
            state=RecipientState.QUEUED,
            expires_at=0.0,
        )
        base_url = "https://links.example/i/"
        additions = Additions(database, sealing, domain_of, base_url, takes_complaints=takes_complaints)
        return await additions.for_copy(message, recipient)

    return make


def _with_host():
    yield Statement("INSERT INTO accounts (id, name, created_at) VALUES (1, 'a', 0)")
    yield Statement(
        """
        INSERT INTO domains
            (id, account_id, name, state, bot_detection, validation, tracking, seed_token, created_at, updated_at)
        VALUES (1, 1, 'news.example.com', 'active', 1, 0, 1, '', 0, 0)
        """
    )
    yield from save_settings(1, TrackingSettings(has_host=True))


async def test_everything_is_there_where_everything_is_asked_for(additions_of):
    added = await additions_of(Options(track_opens=True, track_clicks=True, wants_unsubscribe=True))

    html = added.html(HTML)
    assert html.count("https://links.example/i/news.example.com/c/") == 3
    assert html.count("https://links.example/i/news.example.com/o/") == 1
    named = dict(added.fields)
    assert named["List-Unsubscribe"].startswith("<https://links.example/i/news.example.com/u/")
    assert "<mailto:unsubscribe-" in named["List-Unsubscribe"]
    assert named["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_nothing_is_there_where_nothing_is_asked_for(additions_of):
    added = await additions_of(Options())

    assert added.html(HTML) == HTML
    assert added.text("https://shop.example/") == "https://shop.example/"
    assert added.fields == ()


async def test_a_copy_names_its_own_feedback_address_where_complaints_arrive(additions_of, sealing):
    added = await additions_of(Options(), takes_complaints=True)

    ((name, value),) = added.fields
    address, report = value.split("; ")
    ours = read_address(address)
    assert (name, report) == ("CFBL-Address", "report=arf")
    assert (ours.purpose, ours.domain) == (Purpose.FEEDBACK, "news.example.com")
    assert sealing.open(ours.purpose, ours.domain, ours.token) == (7).to_bytes(6, "big")


async def test_there_are_no_hidden_links_without_bot_detection_or_tracked_clicks(additions_of):
    without_detection = await additions_of(Options(track_clicks=True), detects_bots=False)
    without_clicks = await additions_of(Options(track_opens=True))

    assert without_detection.html(HTML).count("/c/") == 1
    assert without_clicks.html(HTML).count("/c/") == 0


async def test_links_are_at_the_tracking_host_of_a_domain_that_has_one(additions_of):
    added = await additions_of(Options(track_clicks=True), has_host=True)

    assert "https://email.news.example.com/c/" in added.html(HTML)


async def test_links_of_the_text_are_tracked_where_asked_and_counted_apart(additions_of):
    added = await additions_of(Options(track_text_clicks=True))

    assert "/news.example.com/c/" in added.text("See https://shop.example/.")


@pytest.mark.parametrize("root", ["<html ⚡4email>", '<html lang="en" amp4email data-css-strict>'])
async def test_amp_gets_its_way_out_and_nothing_else(additions_of, root):
    added = await additions_of(Options(track_opens=True, track_clicks=True))

    html = added.html(f"<!doctype html>{root}{HTML}%unsubscribe_url%</html>")

    assert html.startswith(f"<!doctype html>{root}{HTML}https://links.example/i/news.example.com/u/")


async def test_fields_of_the_customer_get_their_ways_out(additions_of):
    added = await additions_of(Options())

    field = added.field("<%unsubscribe_url%>, <%tag_unsubscribe_email%>, <https://x.example/100%>")

    url, mail, other = field.split(", ")
    assert url.startswith("<https://links.example/i/news.example.com/u/")
    assert mail.startswith("<mailto:unsubscribe-")
    assert mail.endswith("@news.example.com?subject=unsubscribe>")
    assert other == "<https://x.example/100%>"
