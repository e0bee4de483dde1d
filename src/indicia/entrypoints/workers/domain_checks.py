"""Look again and again whether domains publish what they have to."""

import asyncio

from indicia.base.log import get_logger
from indicia.domains.dns_records import Validity
from indicia.domains.model import DomainState
from indicia.domains.verification import Verification, Verified
from indicia.storage.database import StorageError

log = get_logger()

INTERVAL_SECONDS = 60.0
# One after the other, some seconds each at worst.
CHECKED_AT_ONCE = 20


class DomainChecks:
    """Verifies unverified domains hourly and active ones daily."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification

    async def run(self) -> None:
        """Check what is due every minute until cancelled; what fails is made up for by the next minute."""
        while True:
            try:
                await self.check()
            except StorageError as error:
                log.warning("domains.unchecked", error=str(error))
            await asyncio.sleep(INTERVAL_SECONDS)

    async def check(self) -> None:
        """Check what is due, and tell operators what they would want to know."""
        await self._verification.verify_due(CHECKED_AT_ONCE, _report)


async def _report(verified: Verified) -> None:
    domain = verified.domain
    log.info("domain.checked", domain=domain.name, state=domain.state, may_send=verified.may_send)
    missing = [each.expected.name for each in verified.records if each.validity is Validity.INVALID]
    is_known = all(each.validity is not Validity.UNKNOWN for each in verified.records)
    if domain.state is DomainState.ACTIVE and is_known and not verified.may_send:
        log.warning("domain.records_missing", domain=domain.name, names=missing)
