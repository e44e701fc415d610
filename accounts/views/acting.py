"""From a form or a button to a verb and back: what was refused is said in a sentence, where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.forms.refusals import refuse
from accounts.refusals import Refused

T = TypeVar("T")


def sent(
    form: forms.BaseForm, verb: Callable[[dict[str, Any]], T], *, hears: Callable[[Refused], None] | None = None
) -> T | None:
    """What `verb` gave for the fields of a form that was sent, right and not refused.

    None otherwise; why then stands at the fields. `hears` is told of a refusal before that, and may raise it: then it
    is a page of its own and no matter of this form.
    """
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return verb(form.cleaned_data)
    except Refused as refused:
        if hears is not None:
            hears(refused)
        refuse(form, refused)
    except IntegrityError as error:
        form.add_error(None, sentence_of(error))
    return None


def tries(request: HttpRequest, verb: Callable[[], Any], *, done: str = "") -> bool:
    """Run a verb behind a plain button: say `done`, or say as a message why it was refused. Gives whether it ran."""
    try:
        verb()
    except Refused as refused:
        for sentence in refused.errors.values():
            messages.error(request, sentence)
        return False
    except IntegrityError as error:
        messages.error(request, sentence_of(error))
        return False
    if done:
        messages.success(request, done)
    return True


def sentence_of(error: IntegrityError) -> str:
    """What a database guard or a unique constraint refused, in a sentence for people."""
    text = str(error).split("\n")[0]
    name, colon, says = text.partition(": ")
    if colon and " " not in name:
        return says[:1].upper() + says[1:]
    return _("Somebody else changed this at the same moment. Please look again; what you wrote is kept.")
