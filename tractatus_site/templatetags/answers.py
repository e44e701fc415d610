"""What people said, one after the other, as every page shows it.

In Python, because a round of 200 people prints a thousand texts: see decision 34.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from tractatus_site.templatetags.page import lang, said, words

register = template.Library()

LONG = 12
"""Answers in one column, from which on those below it are out of sight on a phone."""


@register.simple_tag
def answers(given: Iterable[Mapping[str, Any]]) -> SafeString:
    """{% answers voice.answers %}: what each said. Each is {stance?, text, by, how?, language?, parts?}.

    stance   in words: "Can accept if…"
    text     Text or str; or parts, each {heading, text}, for a position's four questions
    by       who speaks, as they chose
    how      how it was given: "Spoken, written down by the facilitator"
    """
    return SafeString("\n".join(_answer(one) for one in given or ()))


@register.filter
def any_long(voices: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the columns are worth links above them: one of several holds more than a screen or two."""
    return len(voices) > 1 and any("key" in one and len(one["answers"]) > LONG for one in voices)


def _answer(one: Mapping[str, Any]) -> str:
    quote = f'<blockquote class="words"{lang(one.get("language"))}>'
    found = ['<div class="answer">']
    if stance := one.get("stance"):
        found.append(f"<p><strong>{escape(str(stance))}</strong></p>")
    if text := one.get("text"):
        found.append(f"{quote}{words(text)}</blockquote>")
    for part in one.get("parts") or ():
        if part["text"]:
            found.append(f'<p class="label">{escape(str(part["heading"]))}</p>')
            found.append(f"{quote}{words(part['text'])}</blockquote>")
    if by := ". ".join(filter(None, [said(one.get("by")), escape(str(one.get("how") or ""))])):
        found.append(f'<p class="by">{by}</p>')
    found.append("</div>")
    return "\n".join(found)
