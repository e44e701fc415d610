"""What holds of every text, order, link and date, whatever people write and choose."""

import json
import re
import string
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.domain.keys import create_api_key
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from deliberation.domain.drafts import draft_of, save_draft
from deliberation.domain.links import read_token, token_of
from deliberation.domain.timetable import working_days_after
from deliberation.models import Deliberation, Framework, Invitation
from deliberation.queries.calendar import LONGEST_LINE, escaped, folded
from deliberation.queries.conflict import drawn

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
WRITTEN = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=500)
once_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.alone
@given(TEXT)
def test_a_calendar_line_is_short_and_loses_nothing_however_it_is_folded(text):
    said = escaped(text)
    assert not re.search(r"[\r\n\x00-\x08]", said)
    pieces = list(folded(f"SUMMARY:{said}"))
    assert all(len(piece.encode()) <= LONGEST_LINE for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == f"SUMMARY:{said}"


@pytest.mark.alone
@given(st.lists(st.uuids(), unique=True, max_size=8), st.text(max_size=40), st.data())
def test_the_drawn_order_of_those_who_stay_never_changes(keys, seed, data):
    """Frameworks come and go; nobody sees the others change places for it."""
    frameworks = [Framework(pk=key) for key in keys]
    order = drawn(frameworks, seed)
    assert {one.pk for one in order} == set(keys)
    stay = data.draw(st.sets(st.sampled_from(keys)) if keys else st.just(set()))
    assert drawn([one for one in frameworks if one.pk in stay], seed) == [one for one in order if one.pk in stay]


@pytest.mark.alone
@given(st.uuids(), st.integers(1, 9999), st.data())
def test_a_link_opens_what_it_was_made_for_and_no_character_of_it_can_be_changed(key, series, data):
    token = token_of(Invitation(pk=key, link_series=series))
    assert read_token(token) == (key, series)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.").filter(lambda c: c != token[place]))
    assert read_token(token[:place] + other + token[place + 1 :]) is None


@pytest.mark.alone
@given(st.text(max_size=60))
def test_what_is_no_link_of_ours_opens_nothing(token):
    assert read_token(token) is None


@pytest.mark.alone
@given(
    st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    st.integers(1, 30),
    st.sampled_from(["UTC", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]),
)
def test_working_days_are_counted_at_home_and_keep_the_time_of_day(moment, days, zone):
    begins, ends = moment.astimezone(ZoneInfo(zone)), working_days_after(moment, days, zone)
    assert ends.weekday() < 5
    assert ends.replace(tzinfo=None).time() == begins.replace(tzinfo=None).time()
    between = [begins.date() + timedelta(days=n) for n in range(1, (ends.date() - begins.date()).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == days


@pytest.mark.django_db
@once_for_all
@given(st.dictionaries(st.sampled_from(["right", "why", "lost"]), WRITTEN, min_size=1))
def test_a_draft_is_kept_letter_for_letter(cast, fields):
    with open_organisation(cast.organisation):
        save_draft(cast.organisation, by=cast.facilitator, form="position", fields=fields)
        assert draft_of(cast.organisation, by=cast.facilitator, form="position").fields == fields


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
BODIES = (
    st.binary(max_size=200)
    | ANYTHING.map(json.dumps)
    | st.fixed_dictionaries({"decision": ANYTHING}, optional={"context": ANYTHING, "urgency": ANYTHING}).map(json.dumps)
)


@pytest.mark.long
@pytest.mark.django_db
@settings(once_for_all, max_examples=500)
@given(BODIES)
def test_no_body_breaks_the_interface(cast, body):
    """Fuzz: whatever is sent, the answer is a proposed conflict or a problem in words, and never an error of ours."""
    cache.clear()
    key = create_api_key(cast.project, "Fuzz", by=SYSTEM)
    answer = Client(raise_request_exception=False).post(
        "/api/v1/conflicts/", body, content_type="application/json", headers={"Authorization": f"Bearer {key.secret}"}
    )
    assert answer.status_code in {201, 400, 422}, (body, answer.content[:300])
    if answer.status_code == 201:
        with open_organisation(cast.organisation):
            assert Deliberation.objects.get(pk=answer.json()["id"]).state == "proposed"
    else:
        assert answer.json()["title"]
