"""Build what takes the mail that comes back."""

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import hello_name
from indicia.bootstrap.tracking import opt_outs
from indicia.config import Settings
from indicia.entrypoints.smtpd.certificates import make_certificate, server_tls
from indicia.entrypoints.smtpd.inbound import Inbound
from indicia.entrypoints.smtpd.listener import InboundMail, Listener
from indicia.messages.destinations import Destinations
from indicia.suppressions.guard import Suppressions
from indicia.tracking.returned_mail import ReturnedMail


def inbound_listener(settings: Settings, store: Store) -> Listener:
    """Build the listener, with a certificate that is made now if there is none.

    Raises:
        CertificateError: STARTTLS cannot be offered.
    """
    name = hello_name(settings)
    certificate = settings.smtpd_certificate
    if certificate is None:
        certificate = settings.data_dir / "smtpd.pem"
        make_certificate(certificate, name, system_clock())
    returned_mail = ReturnedMail(
        store.database,
        store.keyring,
        domains=store.domains,
        suppressions=Suppressions(store.database, system_clock),
        events=store.events,
        destinations=Destinations(),
        opt_outs=opt_outs(store),
        clock=system_clock,
    )
    inbound = Inbound(store.keyring.sealing, returned_mail)
    return Listener(InboundMail(inbound.accept, inbound.take), name=name, tls=server_tls(certificate))
