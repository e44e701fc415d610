"""Moments in words, for the sentences of verbs and mails."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Organisation


def in_words(moment: datetime, organisation: Organisation) -> str:
    """Weekday, date and time in the organisation's time zone: "Friday 30 April 2027, 17:00"."""
    local = moment.astimezone(ZoneInfo(organisation.time_zone or "UTC"))
    return _("%(weekday)s %(date)s, %(time)s") % {
        "weekday": formats.date_format(local, "l"),
        "date": formats.date_format(local.date(), "DATE_FORMAT"),
        "time": formats.time_format(local, "TIME_FORMAT"),
    }
