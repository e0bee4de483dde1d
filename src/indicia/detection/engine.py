"""Judges interactions: observes each among its neighbours, asks every rule, adds up the evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from indicia.base.clock import Clock
from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.clients import Clients
from indicia.detection.gatherings import Gatherings
from indicia.detection.history import History, message_key
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.model import Finding, Honeypot, Interaction, Scope, Verdict
from indicia.detection.observations import Signals
from indicia.detection.options import DetectionOptions
from indicia.detection.reader_pace import UNKNOWN
from indicia.detection.rulebook import ask
from indicia.detection.signals.company import colleagues_of, company_of, habitat_of, reach_of
from indicia.detection.signals.hidden_links import visits_of
from indicia.detection.signals.neighbours import neighbours_of
from indicia.detection.signals.recipient import familiar_hours, provider_of
from indicia.detection.signals.timing import timing_of, usual_of
from indicia.detection.verdict import decide, weigh
from indicia.detection.visits import VisitBook


class Engine:
    """Decides who opened and clicked, without any I/O; `observe` everything first, then `judge`."""

    def __init__(self, datasets: Datasets, options: DetectionOptions, clock: Clock) -> None:
        self._datasets = datasets
        self._clients = Clients(datasets)
        self._options = options
        self._clock = clock
        self._history = History(options.remembered_messages)
        self._visits = VisitBook()
        self._knowledge = Knowledge()
        self._gatherings = Gatherings()

    def observe(self, scope: Scope, interactions: Sequence[Interaction], received_at: float) -> None:
        """Remember a request's interactions, so that they and their neighbours can be judged."""
        interactions = self._knowledge.dated(scope, interactions)
        self._clients.refresh(received_at)
        identify = self._clients.identify
        clients = [(interaction, identify(scope.account_id, interaction)) for interaction in interactions]
        self._history.record(scope, clients, received_at)
        self._gatherings.note(self._knowledge, scope, interactions)

    def visit(self, honeypot: Honeypot) -> None:
        """Remember a visit to a hidden link, for half an hour."""
        self._visits.note(honeypot)

    def learn(self, knowledge: Knowledge) -> None:
        """Judge from now on with this knowledge, in place of what was learned before."""
        self._knowledge = knowledge

    def unresolved(self, interactions: Iterable[Interaction]) -> set[str]:
        """Name the recipient domains whose mail provider only DNS can tell."""
        domains = {interaction.domain for interaction in interactions if interaction.domain}
        return {name for name in domains if self._datasets.mail_providers.of_domain(name) is None}

    def judge(
        self,
        scope: Scope,
        interactions: Sequence[Interaction],
        received_at: float,
        mx: Mapping[str, MailProvider],
    ) -> list[Verdict]:
        """Judge observed interactions, in their order; any slice of a request may be judged at a time.

        `mx` holds the providers of those `unresolved` domains that DNS answered in time.
        """
        threshold = self._options.threshold
        found = self.findings(scope, interactions, received_at, mx)
        return [
            weigh(findings, threshold, is_undated=interaction.ts is None)
            for interaction, findings in zip(interactions, found, strict=True)
        ]

    def decide(
        self,
        scope: Scope,
        interactions: Sequence[Interaction],
        received_at: float,
        mx: Mapping[str, MailProvider],
    ) -> list[bool]:
        """Tell which interactions `judge` would call a bot's, for who does not ask why."""
        threshold = self._options.threshold
        return [decide(findings, threshold) for findings in self.findings(scope, interactions, received_at, mx)]

    def findings(
        self,
        scope: Scope,
        interactions: Sequence[Interaction],
        received_at: float,
        mx: Mapping[str, MailProvider],
    ) -> Iterator[list[Finding]]:
        """Conclude what `judge` would weigh, for who wants to weigh it otherwise."""
        interactions = self._knowledge.dated(scope, interactions)
        return (ask(self._signals(scope, interaction, received_at, mx)) for interaction in interactions)

    def final_at(self, interactions: Iterable[Interaction], received_at: float) -> float:
        """Tell when nothing that still matters can follow: at `received_at`, or when the last fresh one settled.

        An interaction without `ts` never waits, one from the future as if it came at `received_at`.
        """
        newest = max((min(one.ts, received_at) for one in interactions if one.ts is not None), default=None)
        if newest is None:
            return received_at
        return max(received_at, newest + self._options.settle_seconds)

    def _signals(
        self, scope: Scope, interaction: Interaction, received_at: float, mx: Mapping[str, MailProvider]
    ) -> Signals:
        client = self._clients.identify(scope.account_id, interaction)
        at = received_at if interaction.ts is None else interaction.ts
        history = self._history
        message = message_key(scope, interaction, client)
        timing = timing_of(interaction)
        usual = usual_of(
            history, scope, interaction, timing, client.crowd, self._knowledge.paces.get(scope.domain_id, UNKNOWN)
        )
        neighbours = neighbours_of(history, interaction, client, message)
        return Signals(
            interaction=interaction,
            network=client.network,
            crowd=client.crowd,
            agent=client.agent,
            outdated_days=self._clients.outdated_days(scope.account_id, client, at),
            timing=timing,
            provider=provider_of(interaction, self._datasets, mx),
            sweep=neighbours.sweep,
            raid=neighbours.raid,
            rhythm=neighbours.rhythm,
            companion=neighbours.companion,
            opened_before=neighbours.opened_before,
            rush=neighbours.rush,
            company=company_of(history, client, message, at, timing),
            colleagues=colleagues_of(history, scope, interaction, client, timing),
            reach=reach_of(history, interaction, client, message, at),
            habitat=habitat_of(history, client, at),
            visits=visits_of(history, self._visits, scope, interaction, at=at, now=self._clock()),
            familiar_hours=familiar_hours(history, scope, interaction, client),
            early_share=usual.early_share,
            early_mails=usual.early_mails,
            conduct=self._gatherings.conduct_of(self._knowledge, scope, interaction),
            repute=self._knowledge.repute_of(scope, interaction),
        )
