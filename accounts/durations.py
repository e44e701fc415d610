"""How a length of time is said."""

from __future__ import annotations

from datetime import timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

FINE = timedelta(hours=6)
"""Below this the minutes beside the hours are said too."""


def how_long(time: timedelta) -> str:
    """A length of time in the unit that says it best: “40 seconds”, “2 hours and 50 minutes”, “4 days”, “2 weeks”."""
    seconds = round(time.total_seconds())
    if seconds < 90:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _minutes(minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        said = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
        if rest and time < FINE:
            return _("%(hours)s and %(minutes)s") % {"hours": said, "minutes": _minutes(rest)}
        return said
    days = hours // 24
    if days % 7 == 0:
        return ngettext("%(n)d week", "%(n)d weeks", days // 7) % {"n": days // 7}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def took(microseconds: object) -> str:
    """How long a machine took for one thing, to the microsecond or a tenth of a millisecond; nothing where unknown."""
    if not isinstance(microseconds, (int, float)):
        return ""
    if microseconds < 1000:
        return _("%(time)s µs") % {"time": round(microseconds)}
    return _("%(time)s ms") % {"time": formats.number_format(microseconds / 1000, decimal_pos=1, force_grouping=True)}


def _minutes(minutes: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
