"""What must not become the value of a variable: whatever lets its holder in somewhere.

A value is printed on pages, in exports and in answers to agents, and its history stays for good. So what looks like a
secret is refused, by its form or by its name. A refusal says why and never repeats the value.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FORMS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY|PuTTY-User-Key-File"), _("It looks like a private key.")),
    (re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"), _("It looks like a key of AWS.")),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"), _("It looks like a token of GitHub.")),
    (re.compile(r"\bglpat-[\w-]{16,}"), _("It looks like a token of GitLab.")),
    (re.compile(r"\bxox[abeoprs]-[\w-]{8,}|hooks\.slack\.com/services/\S{8,}"), _("It looks like a token of Slack.")),
    (re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]*"), _("It looks like a signed web token.")),
    (
        re.compile(r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_]\w{6,}|\bsk-[A-Za-z0-9_-]{16,}"),
        _("It looks like a key."),
    ),
    (re.compile(r"\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"), _("It looks like a key of Google.")),
    (
        re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@]{0,100}:[^\s/@]{1,200}@"),
        _("It is an address with a password in it."),
    ),
    (
        re.compile(
            r"(?i)(?:\b|_)(?:password|passwd|pwd|secret(?:[_-]?key)?|accountkey|sharedaccesskey|(?:api|access)[_-]?key|token)"
            r"[\"']?\s{0,3}[=:]\s{0,3}\S"
        ),
        _("It sets a password or a key."),
    ),
    (re.compile(r"(?i)^\s*(?:bearer|basic)\s+[\w+/=.~-]{8,}"), _("It is what signs a request.")),
)
NAMES = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|CREDENTIAL|CREDENTIALS|KEY|APIKEY|PRIVATE)(?:_?[0-9]{1,3})?$"
)
"""The last word of a name that says that its value is secret."""
NOT_SECRET = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]+|[0-9.]+", re.IGNORECASE)
LONG, BITS = 20, 3.5
"""A run of so many letters and digits with so many bits a character is taken for something that was drawn at random."""
_RUN = re.compile(rf"[A-Za-z0-9+/=_-]{{{LONG},}}")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]{1,4}")


def why_secret(name: str, value: str) -> str | None:
    """Why a value may not be kept under a name, in a sentence; None where nothing speaks against it."""
    for form, says in FORMS:
        if form.search(value):
            return str(says)
    if NAMES.search(name):
        return str(_("By its name its value is secret."))
    if any(_is_random(run) for run in _RUN.findall(value)):
        return str(_("It looks as if it had been drawn at random, as a key is."))
    return None


def _is_random(run: str) -> bool:
    """Whether a run has the spread of characters of a key: letters with digits, and hardly a word in it."""
    if NOT_SECRET.fullmatch(run) or not (any(c.isdigit() for c in run) and any(c.isalpha() for c in run)):
        return False
    in_words = sum(len(part) for part in re.split(r"[-_/+=]", run) if _WORD.fullmatch(part))
    if in_words > 0.5 * len(run):
        return False
    hexadecimal = re.fullmatch(r"[0-9a-fA-F]+", run) is not None
    return _entropy(run) >= (3.0 if hexadecimal else BITS)


def _entropy(run: str) -> float:
    counts = Counter(run).values()
    return -sum(count / len(run) * math.log2(count / len(run)) for count in counts)
