"""Why words are erased."""

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.domain.erasure import LONGEST_REASON


class ErasureForm(forms.Form):
    reason = forms.CharField(
        label=_("Who asked, and why"),
        help_text=_("It stays in the record. Do not repeat the words here."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "short"}),
    )
