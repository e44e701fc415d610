"""Tags and filters that every template has (builtins): days and times in words, where the reader is."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.clock import now

register = template.Library()

# Zones whose usual name is not that of their city. Others are named by it: "Auckland time".
ZONE_NAMES = {
    "Pacific/Auckland": lambda: _("New Zealand time"),
    "UTC": lambda: _("UTC"),
    "Etc/UTC": lambda: _("UTC"),
}


def zone_in_words() -> str:
    """The time zone the page is written in, as people call it."""
    name = timezone.get_current_timezone_name()
    if name in ZONE_NAMES:
        return ZONE_NAMES[name]()
    place = name.rsplit("/", 1)[-1].replace("_", " ")
    # Translators: the name of a time zone, by its city: "Berlin time".
    return _("%(place)s time") % {"place": place}


def here(moment: dt.datetime) -> dt.datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def date_in_words(date: dt.date, *, weekday: bool = True, year: bool = True) -> str:
    return _date_in_words(date, weekday, year, get_language())


@lru_cache(maxsize=2000)  # lists print the same few days over and over
def _date_in_words(date: dt.date, weekday: bool, year: bool, _language: str | None) -> str:
    written = formats.date_format(date, "DATE_FORMAT" if year else "MONTH_DAY_FORMAT")
    if not weekday:
        return written
    # Translators: weekday and date, as in "Friday 30 April 2027".
    return pgettext("weekday and date", "%(weekday)s %(date)s") % {
        "weekday": formats.date_format(date, "l"),
        "date": written,
    }


@lru_cache(maxsize=2000)
def _time_in_words(time: dt.time, _language: str | None) -> str:
    return formats.time_format(time, "TIME_FORMAT")


def moment_in_words(moment: dt.datetime, *, weekday: bool = True, year: bool = True, zone: bool = True) -> str:
    """A moment as "Friday 30 April 2027, 17:00, New Zealand time", in the zone and language that are active."""
    local = here(moment)
    written = pgettext("date and time", "%(date)s, %(time)s") % {
        "date": date_in_words(local.date(), weekday=weekday, year=year),
        "time": _time_in_words(local.time().replace(second=0, microsecond=0), get_language()),
    }
    if zone:
        written = pgettext("moment and zone", "%(moment)s, %(zone)s") % {
            "moment": written,
            "zone": zone_in_words(),
        }
    return written


def _time_element(stamp: str, written: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', stamp, written)


@register.simple_tag(name="when")
def when_tag(moment: dt.datetime | None, style: str = "full") -> SafeString:
    """{% when moment %} in words, in the organisation's zone.

    Styles: "full" (Friday 30 April 2027, 17:00, New Zealand time), "plain" (the same without the zone),
    "short" (Friday 30 April, 17:00: where the year is plain from the page), "time" (17:00). None gives nothing.
    """
    if moment is None or moment == "":
        return mark_safe("")
    local = here(moment)
    if style == "time":
        written = _time_in_words(local.time().replace(second=0, microsecond=0), get_language())
    elif style == "short":
        written = moment_in_words(moment, year=False, zone=False)
    else:
        written = moment_in_words(moment, zone=style == "full")
    return _time_element(local.isoformat(timespec="seconds"), written)


@register.simple_tag(name="day")
def day_tag(date: dt.date | dt.datetime | None, style: str = "plain") -> SafeString:
    """{% day date %}: 12 November 2027. Styles: "plain", "full" (with the weekday), "short" (12 November)."""
    if date is None or date == "":
        return mark_safe("")
    if isinstance(date, dt.datetime):
        date = here(date).date()
    written = date_in_words(date, weekday=style == "full", year=style != "short")
    return _time_element(date.isoformat(), written)


@register.filter
def in_words(moment: dt.date | dt.datetime | None) -> str:
    """A moment or a date in words and nothing else, for mails and labels: no HTML."""
    if not moment:
        return ""
    if isinstance(moment, dt.datetime):
        return moment_in_words(moment)
    return date_in_words(moment)


@register.simple_tag
def today(style: str = "full") -> SafeString:
    """{% today %}: the date this page was made, by the clock the page lives by."""
    return day_tag(now(), style)


@register.simple_tag
def since(moment: dt.date | dt.datetime | None) -> str:
    """{% since moment %}: how far off it is, in words: "today", "in 16 days", "3 days ago"."""
    if moment is None or moment == "":
        return ""
    present = here(now())
    if isinstance(moment, dt.datetime):
        seconds = (moment - present).total_seconds()
        if abs(seconds) < 20 * 3600 and here(moment).date() == present.date():
            return _close_by(seconds)
        days = (here(moment).date() - present.date()).days
    else:
        days = (moment - present.date()).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": formats.number_format(days)}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": formats.number_format(-days)}


@register.filter
def passed(moment: dt.date | dt.datetime | None) -> bool:
    """Whether a date is over, or a moment gone by."""
    if not moment:
        return False
    if isinstance(moment, dt.datetime):
        return moment < now()
    return moment < here(now()).date()


@register.simple_tag
def overdue(moment: dt.date | dt.datetime) -> str:
    """{% overdue date %}: "3 days overdue", of something whose date has passed."""
    date = here(moment).date() if isinstance(moment, dt.datetime) else moment
    days = (here(now()).date() - date).days
    if days < 1:
        return _("overdue since today")
    return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": formats.number_format(days)}


def _close_by(seconds: float) -> str:
    hours, minutes = divmod(int(abs(seconds)) // 60, 60)
    if hours:
        if seconds > 0:
            return ngettext("in %(hours)s hour", "in %(hours)s hours", hours) % {"hours": hours}
        return ngettext("%(hours)s hour ago", "%(hours)s hours ago", hours) % {"hours": hours}
    if minutes < 1:
        return _("now")
    if seconds > 0:
        return ngettext("in %(minutes)s minute", "in %(minutes)s minutes", minutes) % {"minutes": minutes}
    return ngettext("%(minutes)s minute ago", "%(minutes)s minutes ago", minutes) % {"minutes": minutes}


@register.simple_tag
def zone() -> str:
    """{% zone %}: the name of the page's time zone, to say once above a list of times."""
    return zone_in_words()


@register.simple_tag
def zone_key() -> str:
    """{% zone_key %}: its key, for the script that writes "Saved at 14:32"."""
    return timezone.get_current_timezone_name()


@register.filter
def localday(moment: dt.datetime) -> dt.date:
    """The day of a moment where the reader is: what a list is grouped by."""
    return here(moment).date()
