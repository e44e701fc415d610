"""A verb's refusal, written at the fields of the form it came from."""

from django import forms

from accounts.refusals import Refused


def refuse(form: forms.BaseForm, refused: Refused) -> None:
    """Put the sentences of `refused` where they belong; what names no field of the form stands above it."""
    for field, sentence in refused.errors.items():
        form.add_error(field if field in form.fields else None, sentence)
