"""What a domain publishes is judged as receivers would judge it."""

import pytest

from indicia.domains.dns_records import (
    CheckedRecord,
    ExpectedRecord,
    Installation,
    Purpose,
    Validity,
    check,
    expected_records,
    may_send,
)
from indicia.domains.model import DkimKey
from indicia.mail.dkim import Algorithm

OURS = Installation("mail.host.example", "track.host.example", "a:mail.host.example", lambda _: "example.com")
DOMAIN = "news.example.com"
KEY = DkimKey(
    id=1,
    domain_id=1,
    algorithm=Algorithm.RSA,
    selector="rsa1",
    sealed=b"",
    public="QUJD",
    created_at=0.0,
    signs_from=0.0,
    retired_at=None,
)
VALID, INVALID, UNKNOWN = Validity.VALID, Validity.INVALID, Validity.UNKNOWN


def record(purpose: Purpose) -> ExpectedRecord:
    return next(each for each in expected_records(DOMAIN, [KEY], OURS) if each.purpose is purpose)


async def judged(purpose: Purpose, zone: dict[str, list[str] | None], record_type: str = "TXT") -> CheckedRecord:
    async def ask(name, asked):
        assert asked == record_type
        found = zone.get(name, [])
        return None if found is None else tuple(found)

    return await check(record(purpose), OURS, ask)


def test_records_are_written_as_they_are_to_be_published():
    assert [
        (each.name, each.record_type, each.priority, each.value) for each in expected_records(DOMAIN, [KEY], OURS)
    ] == [
        (DOMAIN, "TXT", None, "v=spf1 a:mail.host.example ~all"),
        (f"rsa1._domainkey.{DOMAIN}", "TXT", None, "v=DKIM1; k=rsa; p=QUJD"),
        (f"_dmarc.{DOMAIN}", "TXT", None, "v=DMARC1; p=none"),
        (f"email.{DOMAIN}", "CNAME", None, "track.host.example"),
        (DOMAIN, "MX", 10, "mail.host.example"),
    ]


@pytest.mark.parametrize(
    ("texts", "validity"),
    [
        (["v=spf1 a:mail.host.example ~all"], VALID),
        (["other", "V=spf1"], INVALID),
        (["v=spf1 ip4:192.0.2.1 +A:Mail.Host.Example -all", "google-site-verification=x"], VALID),
        (["v=spf1 -all a:mail.host.example"], INVALID),
        (["v=spf1 ~a:mail.host.example -all"], INVALID),
        (["v=spf1 a:mail.host.example -all", "v=spf1 -all"], INVALID),
        (["v=spf10 a:mail.host.example"], INVALID),
        (["v=spf1 include:spf.esp.example -all"], VALID),
        (["v=spf1 redirect=spf.esp.example"], VALID),
        (["v=spf1 include:deep.example -all"], VALID),
        (["v=spf1 include:loop.example -all"], INVALID),
        (["v=spf1 include:%{i}.example -all"], INVALID),
        (["v=spf1 include:down.example -all"], UNKNOWN),
        ([], INVALID),
        (None, UNKNOWN),
    ],
)
async def test_spf_has_to_let_us_send_directly_or_by_what_it_includes(texts, validity):
    zone = {
        DOMAIN: texts,
        "spf.esp.example": ["v=spf1 a:mail.host.example ~all"],
        "deep.example": ["v=spf1 include:spf.esp.example"],
        "loop.example": ["v=spf1 include:loop.example"],
        "down.example": None,
    }

    assert (await judged(Purpose.SPF, zone)).validity is validity


@pytest.mark.parametrize(
    ("texts", "validity"),
    [
        (["v=DKIM1; k=rsa; p=QUJD"], VALID),
        (["p=QU JD"], VALID),
        (["k=rsa;t=s;p=QUJD;"], VALID),
        (["v=DKIM1; k=ed25519; p=QUJD"], INVALID),
        (["v=DKIM1; k=rsa; p="], INVALID),
        (["v=DKIM1; k=rsa; p=QUJE"], INVALID),
        (["v=DKIM1; k=rsa; p=QUJD", "v=DKIM1; k=rsa; p=QUJD"], INVALID),
        ([], INVALID),
        (None, UNKNOWN),
    ],
)
async def test_the_key_has_to_be_ours_and_alone(texts, validity):
    assert (await judged(Purpose.DKIM, {f"rsa1._domainkey.{DOMAIN}": texts})).validity is validity


@pytest.mark.parametrize(
    ("own", "organisation", "validity"),
    [
        (["v=DMARC1; p=reject; rua=mailto:a@b.test"], [], VALID),
        ([], ["v=DMARC1;p=quarantine"], VALID),
        (["v=DMARC1; p=perhaps"], ["v=DMARC1; p=none"], INVALID),
        (["v=DMARC1; p=none", "v=DMARC1; p=none"], [], INVALID),
        ([], [], INVALID),
        ([], None, UNKNOWN),
    ],
)
async def test_the_policy_is_the_domain_s_own_or_its_organisation_s(own, organisation, validity):
    zone = {f"_dmarc.{DOMAIN}": own, "_dmarc.example.com": organisation}

    assert (await judged(Purpose.DMARC, zone)).validity is validity


async def test_tracking_and_mx_have_to_lead_to_us():
    email, mx = f"email.{DOMAIN}", [f"5 other.{DOMAIN}", "10 mail.host.example"]

    assert (await judged(Purpose.TRACKING, {email: ["track.host.example"]}, "CNAME")).validity is VALID
    assert (await judged(Purpose.TRACKING, {email: ["else.example"]}, "CNAME")).validity is INVALID
    assert (await judged(Purpose.MX, {DOMAIN: mx}, "MX")).validity is VALID
    assert (await judged(Purpose.MX, {DOMAIN: mx[:1]}, "MX")).validity is INVALID


@pytest.mark.parametrize(
    ("valid", "allowed"),
    [({Purpose.SPF, Purpose.DKIM}, True), ({Purpose.SPF}, False), ({Purpose.DKIM, Purpose.MX, Purpose.DMARC}, False)],
)
def test_spf_and_a_key_are_what_sending_needs(valid, allowed):
    records = [
        CheckedRecord(each, VALID if each.purpose in valid else INVALID, ())
        for each in expected_records(DOMAIN, [KEY], OURS)
    ]

    assert may_send(records) is allowed
