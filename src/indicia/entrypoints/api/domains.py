"""`GET /domains`, `GET /domains/{domain}` and `PUT /domains/{domain}/verify`.

The same below `/v3` and `/v4`, where Mailgun's clients of different ages look for them.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.base.clock import http_date
from indicia.domains.dns_records import CheckedRecord, Purpose
from indicia.domains.model import Domain
from indicia.domains.registry import DomainRegistry
from indicia.domains.verification import Verification
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.caller import principal_of
from indicia.entrypoints.api.event_filters import is_true
from indicia.entrypoints.api.forms import gathered
from indicia.entrypoints.api.paging import page_size
from indicia.entrypoints.api.replies import json_reply

# A check asks some ten questions of name servers that customers name.
DNS_CHECKS = Limit("DNS checks", 30, 60.0)

_PAGE, _LARGEST_PAGE = 100, 1000
_MOST_SKIPPED = 1_000_000

# The original names the hosting zone; here it is always the operator's own machines.
_DATA_LOCATION = "self-hosted"


class DomainsApi:
    """Lists, shows and verifies the caller's domains."""

    def __init__(self, domains: DomainRegistry, verification: Verification, admission: Admission) -> None:
        self._domains = domains
        self._verification = verification
        self._admission = admission

    async def list(self, request: Request) -> Response:
        """Answer every domain that the key opens, as a bare array."""
        domains = await self._domains.all_usable_by(principal_of(request))
        return json_reply([_in_list(domain) for domain in domains])

    async def list_items(self, request: Request) -> Response:
        """Answer the same in Mailgun's form: some of them, and how many there are."""
        limit = page_size(request, _PAGE, _LARGEST_PAGE)
        skip = page_size(request, 0, _MOST_SKIPPED, name="skip", least=0)
        domains = await self._domains.all_usable_by(principal_of(request))
        items = [_in_list(domain) for domain in domains[skip : skip + limit]]
        return json_reply({"items": items, "total_count": len(domains)})

    async def show(self, request: Request) -> Response:
        """Answer one domain in detail, with its DNS records where these are asked for."""
        wants_records = is_true(gathered(request.query_params.multi_items()), "dns")
        return await self._show(request, wants_records=wants_records)

    async def show_with_records(self, request: Request) -> Response:
        """Answer one domain in detail, always with its DNS records, as clients of Mailgun expect them."""
        return await self._show(request, wants_records=True)

    async def _show(self, request: Request, *, wants_records: bool) -> Response:
        domain = await self._admission.domain_of(request)
        content: dict[str, object] = {"domain": await self._in_detail(domain)}
        if wants_records:
            self._admission.take_of_account(request, DNS_CHECKS)
            content |= _by_direction(await self._verification.look(domain))
        return json_reply(content)

    async def verify(self, request: Request) -> Response:
        """Look at a domain's DNS records, and let it send if they allow it."""
        domain = await self._admission.domain_of(request)
        self._admission.take_of_account(request, DNS_CHECKS)
        verified = await self._verification.verify(domain)
        return json_reply(
            {
                "domain": await self._in_detail(verified.domain),
                "message": "Domain DNS records have been retrieved",
                **_by_direction(verified.records),
            }
        )

    async def _in_detail(self, domain: Domain) -> dict[str, object]:
        messages, seconds = await self._domains.limit_of(domain.id)
        return {
            "channel": "email",
            "created_at": http_date(domain.created_at),
            "data_location": _DATA_LOCATION,
            "dkim_auth": True,
            "limit": f"{messages}/{seconds}" if messages and seconds else None,
            "name": domain.name,
            "seedmail": f"seed-{domain.seed_token}@{domain.name}",
            "state": domain.state,
            "transactional": True,
            "updated_at": http_date(domain.updated_at),
            "wildcard": False,
        }


def _in_list(domain: Domain) -> dict[str, object]:
    return {
        "cid": domain.account_id,
        "created_at": http_date(domain.created_at),
        "data_location": _DATA_LOCATION,
        "force_dkim_authority": False,
        "id": domain.id,
        "name": domain.name,
        "state": domain.state,
        "wildcard": False,
    }


def _by_direction(records: Sequence[CheckedRecord]) -> dict[str, object]:
    """Answer the records in Mailgun's form, those for sending and those for receiving apart."""
    receiving = [each for each in records if each.expected.purpose is Purpose.MX]
    sending = [each for each in records if each.expected.purpose is not Purpose.MX]
    return {
        "receiving_dns_records": [_record(each) for each in receiving],
        "sending_dns_records": [_record(each) for each in sending],
    }


def _record(checked: CheckedRecord) -> dict[str, object]:
    expected = checked.expected
    return {
        "name": expected.name,
        "priority": None if expected.priority is None else str(expected.priority),
        "record_type": expected.record_type,
        "valid": checked.validity,
        "value": expected.value,
    }
