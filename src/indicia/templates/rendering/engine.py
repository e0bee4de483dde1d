"""Parse and render Liquid with limits; see docs/decisions/templates.md for what these stop and what they do not."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from liquid import BoundTemplate, DictLoader, Environment, FalsyStrictUndefined, RenderContext, Undefined
from liquid.ast import Node, Partial
from liquid.builtin.expressions import StringLiteral
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    ResourceLimitError,
    TemplateNotFoundError,
    UndefinedError,
)

from indicia.templates.model import Builtins, is_plain_text
from indicia.templates.rendering.messages import Check, Checked, Done, Invalid, Missing, Render, Result, TooCostly
from indicia.templates.rendering.plain_text import plain_text_of

# A mail of 2 MiB of HTML is cut off by every reader long before its end (Gmail: 102 kB).
LARGEST_OUTPUT_BYTES = 2 * 1024 * 1024
MOST_ITERATIONS = 100_000
LARGEST_VARIABLES_BYTES = 2 * 1024 * 1024
DEEPEST_INCLUDES = 16
# Schemes by which a link runs code. No mail needs them, and the value of a variable must not bring one in.
_CODE_SCHEMES = ("javascript", "vbscript")
# URL parsers leave these out wherever they stand, so a scheme can be hidden behind them.
_IGNORED = r"[\x00-\x20]*"
_CODE_SCHEME = "|".join(_IGNORED.join(scheme) for scheme in _CODE_SCHEMES)
_CODE = re.compile(rf"((?:href|src|action)\s*=\s*[\"']?){_IGNORED}(?:{_CODE_SCHEME}){_IGNORED}:", re.IGNORECASE)
# Parsed templates that a process keeps: a batch renders one of them a thousand times.
_KEPT = 64


class _Environment(Environment):
    """Liquid as templates get it."""

    context_depth_limit = DEEPEST_INCLUDES
    loop_iteration_limit = MOST_ITERATIONS
    local_namespace_limit = LARGEST_VARIABLES_BYTES
    output_stream_limit = LARGEST_OUTPUT_BYTES


class _Compiled(NamedTuple):
    """A snapshot's templates, parsed."""

    html: BoundTemplate | None
    text: BoundTemplate | None


def check(task: Check) -> Result:
    """Answer what a template includes, or why it cannot be used."""
    environment = _environment({}, is_strict=False, escapes=not is_plain_text(task.name))
    try:
        template = environment.from_string(task.source, task.name)
        # Liquid itself finds out only where one is used, which may be at the first customer who is sent that part.
        for name, places in template.analyze(include_partials=False).filters.items():
            if name not in environment.filters:
                return Invalid(task.name, places[0].line_col(task.source)[0], f"unknown filter '{name}'")
        partials = [node.partial_scope() for node in _nodes(template)]
        return Checked(tuple(sorted({_included(partial) for partial in partials if partial is not None})))
    except LiquidError as error:
        return _failure(error, task.name)


def render(task: Render) -> Result:
    """Render a snapshot, or answer why it cannot be."""
    try:
        includes = tuple(sorted(task.includes.items()))
        compiled = _compiled(task.name, task.html, task.text, includes, is_strict=task.is_strict)
        variables = _builtin_variables(task.builtins) | msgspec.json.decode(task.variables, type=dict[str, object])
        html = None if compiled.html is None else without_code(compiled.html.render(variables))
        if compiled.text is not None:
            return Done(html, compiled.text.render(variables))
        return Done(html, plain_text_of(html or ""))
    except LiquidError as error:
        return _failure(error, task.name)


def without_code(html: str) -> str:
    """Make links of schemes that run code lead nowhere."""
    return _CODE.sub(r"\1#", html)


@lru_cache(_KEPT)
def _compiled(
    name: str, html: str | None, text: str | None, includes: tuple[tuple[str, str], ...], *, is_strict: bool
) -> _Compiled:
    sources = dict(includes)
    return _Compiled(
        None if html is None else _environment(sources, is_strict=is_strict, escapes=True).from_string(html, name),
        None if text is None else _environment(sources, is_strict=is_strict, escapes=False).from_string(text, name),
    )


def _environment(sources: dict[str, str], *, is_strict: bool, escapes: bool) -> _Environment:
    return _Environment(
        loader=DictLoader(sources),
        # A variable may still be asked whether it is there, which is what `if` and `default` do.
        undefined=FalsyStrictUndefined if is_strict else Undefined,
        strict_filters=True,
        autoescape=escapes,
    )


def _builtin_variables(builtins: Builtins) -> dict[str, object]:
    now = datetime.fromtimestamp(builtins.sent_at, UTC)
    return {
        "from": builtins.sender,
        "rcpt": builtins.recipient,
        "subject": builtins.subject,
        "date": {
            "year": now.year,
            "month": now.month,
            "day": now.day,
            "hour": now.hour,
            "minute": now.minute,
            "second": now.second,
        },
        "domain": {
            "name": builtins.domain,
            "transactional": True,
            "tracking_open": builtins.tracks_opens,
            "tracking_click": builtins.tracks_clicks,
        },
    }


def _nodes(template: BoundTemplate) -> Iterator[Node]:
    """Answer every node of a template, those of its includes left out."""
    context = RenderContext(template)
    waiting = list(template.nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children(context, include_partials=False))


def _included(partial: Partial) -> str:
    """Answer which file is included.

    Raises:
        LiquidSyntaxError: A variable names it, so that nobody can tell before it is rendered.
    """
    if isinstance(partial.name, str):
        return partial.name
    if isinstance(partial.name, StringLiteral):
        return partial.name.value
    raise LiquidSyntaxError("what is included must be named in quotes", token=partial.name.token)


def _failure(error: LiquidError, name: str) -> Result:
    where = str(error.template_name or name)
    reason = str(error.message or "cannot be read")
    if isinstance(error, ResourceLimitError):
        return TooCostly(reason)
    if isinstance(error, UndefinedError):
        return Missing(where, reason.removesuffix(" is undefined").strip("'"))
    if isinstance(error, TemplateNotFoundError):
        reason = f"{reason} is not among this domain's templates"
    context = error.context()
    return Invalid(where, context[0] if context else None, reason)
