"""Look for what only shows over time, and offer other verdicts where it was found."""

import asyncio

from indicia.base.log import get_logger
from indicia.detection.revisions import Revisions
from indicia.detection.study import Study

log = get_logger()

INTERVAL_SECONDS = 5.0


class Patterns:
    """Studies the stored history, again and again."""

    def __init__(self, study: Study, revisions: Revisions) -> None:
        self._study = study
        self._revisions = revisions

    async def run(self) -> None:
        """Take up what was learned, then study until cancelled; a pass that fails is made up for by the next."""
        resumed = False
        while True:
            try:
                if resumed:
                    await self.study()
                else:
                    await self._study.resume()
                    resumed = True
            except Exception:
                # Verdicts go on with what was learned before; the next pass finds the same rows.
                log.exception("patterns.failed")
            await asyncio.sleep(INTERVAL_SECONDS)

    async def study(self) -> None:
        """Make one pass, and revise the verdicts on whom it shows in another light."""
        recipients = await self._study.advance()
        if recipients:
            revised = await self._revisions.revise(recipients)
            log.info("patterns.learned", recipients=len(recipients), revised_verdicts=revised)
