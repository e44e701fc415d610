"""Tags and filters that every template has (builtins): people's words, languages, forms, the menu."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from tractatus_site import menu
from tractatus_site.templatetags.moments import date_in_words, here

register = template.Library()

# ------------------------------------------------------------------------------------------- people's words


def _erased(text: Any) -> dt.datetime | None:
    return getattr(text, "erased_at", None)


def _erased_sentence(moment: dt.datetime) -> str:
    return _("erased on request, %(date)s") % {"date": date_in_words(here(moment).date(), weekday=False)}


def _body(text: Any) -> str:
    body = text if isinstance(text, str) else getattr(text, "body", text)
    return "" if body is None else str(body).replace("\r\n", "\n").replace("\r", "\n").strip()


@register.filter
def words(text: Any) -> SafeString:
    """A person's text as paragraphs, escaped, each in its own direction.

    Takes an audit Text or a str. An erased text prints that it was erased, and when. Empty gives nothing.
    """
    if moment := _erased(text):
        return format_html('<p class="erased">{}</p>', _erased_sentence(moment))
    # Escaped as a whole, since some pages print a thousand of them: no sign that is escaped ends a line.
    body = escape(_body(text))
    found = re.split(r"\n[ \t]*\n+", body) if "\n" in body else [body]
    paragraphs = [one.strip("\n").replace("\n", "<br>") for one in found if one.strip()]
    return SafeString("\n".join([f'<p dir="auto">{one}</p>' for one in paragraphs]))


@register.filter
def said(text: Any) -> SafeString:
    """A person's text on one line, inside a sentence of ours: escaped and kept apart from its direction."""
    if moment := _erased(text):
        return format_html('<span class="erased">{}</span>', _erased_sentence(moment))
    body = " ".join(_body(text).split())
    return SafeString(f"<bdi>{escape(body)}</bdi>" if body else "")


@register.filter
def stated(says: Any) -> Any:
    """What a line of facts says: a Text as paragraphs, anything else as it is."""
    return words(says) if getattr(says, "salt", None) else says


@register.filter
def figure(number: int | None) -> str:
    """A number in figures, its thousands set apart as the language does it. None gives nothing."""
    return "" if number is None else formats.number_format(number, force_grouping=True)


@register.filter
def lines(text: Any) -> list[str]:
    """The lines of a label: the first is the label, the second its hint."""
    return [line.strip() for line in str(text or "").split("\n") if line.strip()]


# ----------------------------------------------------------------------------------------------- languages


@register.simple_tag
def lang(code: str | None) -> SafeString:
    """{% lang code %}: the lang and dir attributes of a text in another language than the page's, with the space.

    <blockquote class="words"{% lang statement.language %}>
    """
    if not code or code == get_language():
        return SafeString()
    try:
        bidi = get_language_info(code)["bidi"]
    except KeyError:
        return format_html(' lang="{}"', code)
    return format_html(' lang="{}" dir="{}"', code, "rtl" if bidi else "ltr")


# ------------------------------------------------------------------------------------------ forms and errors


@register.filter
def problems(form: BaseForm | BaseFormSet | Iterable[BaseForm | BaseFormSet]) -> list[tuple[str, str]]:
    """Every error of a form, a formset or a list of them, as (id of the field, sentence), in the page's order.

    Errors that belong to no field have an empty id.
    """
    if isinstance(form, BaseForm):
        return _form_problems(form)
    if isinstance(form, BaseFormSet):
        if not form.is_bound:
            return []
        found = [("", str(error)) for error in form.non_form_errors()]
        return found + [problem for part in form.forms for problem in _form_problems(part)]
    return [problem for part in form or () if part is not None for problem in problems(part)]


def _form_problems(form: BaseForm) -> list[tuple[str, str]]:
    if not form.is_bound:
        return []
    found = [("", str(error)) for error in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        # A group of choices has no field of its own to go to: its first choice is where the answer begins.
        target = f"{bound.auto_id}_0" if bound.use_fieldset and bound.auto_id else bound.id_for_label
        found += [
            (target or bound.auto_id or "", _named(bound.label, sentence) if error.code else sentence)
            for error in bound.errors.as_data()
            for sentence in error.messages
        ]
    return found


def _named(label: Any, sentence: str) -> str:
    """A sentence of Django's own says nothing of its field, so the summary names it; ours speak for themselves."""
    if str(label)[-1:] in "?؟.…":
        return f"{label} {sentence}"
    # Translators: the label of a field, and what is wrong with it.
    return pgettext("field and problem", "%(label)s: %(sentence)s") % {"label": label, "sentence": sentence}


# ------------------------------------------------------------------------------------------------- the page


@register.simple_tag(takes_context=True)
def main_menu(context: Context) -> list[menu.Entry]:
    """{% main_menu as places %}: the places of the main menu that this reader may go to."""
    return menu.entries(context.get("request"))


@register.simple_tag
def published_outcomes() -> list[Any]:
    """{% published_outcomes as published %}: what anybody may read, the newest first."""
    # These tags are loaded before the apps are, and this one asks a table.
    from tractatus_site.published import shown_to_anybody

    return shown_to_anybody()


@register.simple_tag
def live_figures() -> Any:
    """{% live_figures as live %}: what was counted of the last 30 days, or None where nobody shows it."""
    from audit.queries.evidence import live

    return live()


@register.simple_tag
def public_surfaces() -> frozenset[str]:
    """{% public_surfaces as shown %}: the names of what at least one organisation shows to anybody."""
    from audit.queries.metrics import every_shown

    return every_shown()


@register.simple_tag
def url_if(name: str, *args: Any, **kwargs: Any) -> str:
    """{% url_if "name" … %}: like url, but nothing while no such page exists."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


NUMBERS = (
    gettext_lazy("none"), gettext_lazy("one"), gettext_lazy("two"), gettext_lazy("three"), gettext_lazy("four"),
    gettext_lazy("five"), gettext_lazy("six"), gettext_lazy("seven"), gettext_lazy("eight"), gettext_lazy("nine"),
)  # fmt: skip


@register.filter
def spelled(number: int) -> str:
    """A number as a sentence has it: in words up to nine, in figures from there."""
    return str(NUMBERS[number]) if 0 <= number < len(NUMBERS) else formats.number_format(number)


# ----------------------------------------------------------------------------------------------------- bars

BAR_LENGTH = 137.0
BAR_GAP = 3.0


@register.simple_tag
def bar(heard: int = 0, asked: int = 0, unreached: int = 0) -> list[dict[str, str]]:
    """{% bar heard asked unreached as pieces %}: the pieces of a coverage bar.

    The whole has one length however many speak, so that nothing can be read as weight. Coordinates are
    strings, or localisation would write them with a comma.
    """
    kinds = ["heard"] * (heard or 0) + ["asked"] * (asked or 0) + ["unreached"] * (unreached or 0)
    if not kinds:
        return [{"kind": "unreached", "x": "0.50", "width": f"{BAR_LENGTH - 1:.2f}"}]
    gap = min(BAR_GAP, BAR_LENGTH / (4 * len(kinds)))
    width = (BAR_LENGTH - 1 - gap * (len(kinds) - 1)) / len(kinds)
    return [
        {"kind": kind, "x": f"{0.5 + place * (width + gap):.2f}", "width": f"{width:.2f}"}
        for place, kind in enumerate(kinds)
    ]


@register.simple_tag
def heard_in_words(heard: int = 0, asked: int = 0, unreached: int = 0) -> str:
    """What a coverage bar shows, in words: "2 of 4 heard, 1 asked, 1 not reached"."""
    heard, asked, unreached = heard or 0, asked or 0, unreached or 0
    everyone = heard + asked + unreached
    if not everyone or (not heard and not asked):
        return _("nobody asked yet") if not unreached else _("nobody reached yet")
    parts = [
        _("%(heard)s of %(everyone)s heard") % {"heard": heard, "everyone": everyone}
        if heard
        else _("nobody heard yet")
    ]
    if asked:
        parts.append(_("%(number)s asked") % {"number": asked})
    if unreached:
        parts.append(_("%(number)s not reached") % {"number": unreached})
    return ", ".join(parts)
