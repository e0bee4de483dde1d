"""A verification as customers see it: the fields of the original, and on demand what they are made of."""

from indicia.messages.model import Destination
from indicia.validation.model import RESULTS, AcceptAll, Result, Verification


def answer(verification: Verification, *, explain: bool) -> dict[str, object]:
    """Write a verification; with `explain` also why the score is no higher and where the finding is from."""
    is_unknown = RESULTS[verification.reason] is Result.UNKNOWN
    shown: dict[str, object] = {
        "accept_all": verification.accept_all is AcceptAll.YES,
        "did_you_mean": verification.did_you_mean,
        "disposable": verification.disposable,
        "domain": verification.domain,
        "email": verification.email,
        "free": verification.free,
        "message": (verification.detail or None) if is_unknown else None,
        "reason": verification.reason,
        "result": verification.result,
        "role": verification.role,
        "sendex": verification.sendex,
        "success": True,
        "timeLogged": int(verification.verified_at),
        "user": verification.user,
    }
    if explain:
        shown["explanation"] = _explanation(verification)
    return shown


def _explanation(verification: Verification) -> dict[str, object]:
    return {
        "accept_all": verification.accept_all,
        "ask_again_at": _seconds(verification.ask_again_at),
        "detail": verification.detail,
        "domain": None if verification.shown is None else _domain(verification.shown),
        "origin": verification.origin,
        "sendex": verification.caps,
    }


def _domain(shown: Destination) -> dict[str, object]:
    """Write what our own mail has shown about the domain, in unix seconds."""
    return {
        "came_back": shown.came_back,
        "came_back_at": _seconds(shown.came_back_at),
        "refused_a_mailbox_at": _seconds(shown.refused_at),
        "took_mail_at": _seconds(shown.took_at),
        "unreached_since": _seconds(shown.unreached_since),
    }


def _seconds(moment: float | None) -> int | None:
    return None if moment is None else int(moment)
