"""Open what is on disk: the system of record with the capabilities that need nothing else, and the reference data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.base.clock import system_clock
from indicia.config import Settings
from indicia.datasets.registry import Datasets
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.registry import DomainRegistry
from indicia.events.log import EventLog
from indicia.messages.blobs import Blobs
from indicia.net.egress import EgressGuard
from indicia.queue.jobs import Jobs
from indicia.storage.database import Database
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault, open_vault
from indicia.templates.library import TemplateLibrary
from indicia.templates.renderer import Renderer
from indicia.tracking.keys import Keyring
from indicia.webhooks.dead_letters import DeadLetters
from indicia.webhooks.endpoints import Endpoints as WebhookEndpoints
from indicia.webhooks.outbox import Outbox
from indicia.webhooks.subscriptions import Subscriptions


class Store(NamedTuple):
    """The system of record and the capabilities that need nothing else."""

    database: Database
    vault: Vault
    jobs: Jobs
    keys: Keys
    signing_keys: SigningKeys
    domains: DomainRegistry
    dkim_keys: DkimKeys
    events: EventLog
    blobs: Blobs
    keyring: Keyring
    renderer: Renderer
    templates: TemplateLibrary
    outbox: Outbox
    subscriptions: Subscriptions
    dead_letters: DeadLetters
    webhook_endpoints: WebhookEndpoints


def open_database(settings: Settings) -> Database:
    """Open the system of record, with whatever schema it has.

    Raises:
        StorageError: It cannot be opened.
    """
    return SqliteDatabase(settings.database_path)


def open_datasets(settings: Settings) -> Datasets:
    """Open the reference data.

    Raises:
        DatasetError: A file is missing or corrupt.
    """
    return Datasets.open(settings.datasets_path)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the system of record with its schema up to date, and close it in the end.

    Raises:
        StorageError: It cannot be opened or brought up to date.
    """
    vault = open_vault(settings.secret_path)
    database = open_database(settings)
    renderer = Renderer(system_clock)
    try:
        await migrate(database, system_clock)
        keyring = await Keyring.open(database, vault, system_clock)
        yield _store(settings, database, vault, keyring, renderer)
    finally:
        await renderer.close()
        await database.close()


def _store(settings: Settings, database: Database, vault: Vault, keyring: Keyring, renderer: Renderer) -> Store:
    keys = Keys(database, vault, system_clock)
    signing_keys = SigningKeys(database, vault, system_clock)
    dkim_keys = DkimKeys(database, vault, system_clock)
    jobs = Jobs(database, system_clock)
    outbox = Outbox(jobs)
    subscriptions = Subscriptions(database, outbox, EgressGuard(settings.egress_allow))
    events = EventLog()
    events.subscribe(subscriptions.follow, outbox.announce)
    return Store(
        database=database,
        vault=vault,
        jobs=jobs,
        keys=keys,
        signing_keys=signing_keys,
        domains=DomainRegistry(database, keys, signing_keys, dkim_keys, system_clock),
        dkim_keys=dkim_keys,
        events=events,
        blobs=Blobs(settings.blobs_path),
        keyring=keyring,
        renderer=renderer,
        templates=TemplateLibrary(database, renderer, system_clock),
        outbox=outbox,
        subscriptions=subscriptions,
        dead_letters=DeadLetters(database, outbox, system_clock),
        webhook_endpoints=WebhookEndpoints(database),
    )
