"""A verification as customers see it: the fields of the original, and on demand what they are made of."""

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
    ask_again_at = verification.ask_again_at
    return {
        "accept_all": verification.accept_all,
        "ask_again_at": None if ask_again_at is None else int(ask_again_at),
        "detail": verification.detail,
        "origin": verification.origin,
        "sendex": verification.caps,
    }
