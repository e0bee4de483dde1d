"""Events as clients of Mailgun's API read them."""

import msgspec


def in_mailgun_words(data: bytes) -> msgspec.Raw:
    """Answer an event's data with what the mail host said as one text, where the original has a list of lines.

    Clients such as Ghost's take a failure with anything else for one without a reason, and never learn of it.
    """
    if b'"delivery-status"' not in data:
        return msgspec.Raw(data)
    event = msgspec.json.decode(data)
    status = event["delivery-status"]
    if isinstance(status.get("message"), list):
        status["message"] = " ".join(status["message"])
    return msgspec.Raw(msgspec.json.encode(event, order="sorted"))
