"""How long each step takes is data: four tiers, an organisation's own over the defaults, and working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from deliberation.domain.timetable import durations_of, working_days_after
from deliberation.forms.outcome import initial_of
from deliberation.models import Timetable, Urgency
from tests.deliberation.stages import at_round

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.mark.parametrize("urgency", Urgency.values)
def test_every_tier_has_a_whole_timetable(cast, urgency):
    """Core concepts, section 6: hours for critical and urgent, weeks for important, longer for routine."""
    times = durations_of(cast.organisation, urgency)
    assert all(times.of_round(number) > timedelta(0) for number in (1, 2, 3, 4))
    assert times.answer_invitation > 0
    assert times.remind_before < min(times.rounds), "a reminder comes while the round is open"
    assert times.more_time_answered_working_days == 2


def test_more_urgent_tiers_are_shorter(cast):
    whole = [
        sum((durations_of(cast.organisation, urgency).of_round(n) for n in (1, 2, 3, 4)), timedelta(0))
        for urgency in (Urgency.CRITICAL, Urgency.URGENT, Urgency.IMPORTANT, Urgency.ROUTINE)
    ]
    assert whole == sorted(whole)
    assert whole[0] < timedelta(days=2) < timedelta(weeks=2) < whole[2]


def test_an_organisation_sets_durations_of_its_own(cast):
    Timetable.objects.create(
        organisation=cast.organisation,
        urgency=Urgency.URGENT,
        durations={"rounds": [12, 12, 12]},
        set_at=datetime.now(UTC),
    )
    times = durations_of(cast.organisation, Urgency.URGENT)
    assert times.rounds == (12, 12, 12)
    assert times.dissent_window == 24, "what it did not set stays as it ships"


def test_a_new_draft_proposes_the_review_that_the_timetable_has(cast):
    """Half a year for an important question, or what the organisation set; a short month ends with its last day."""
    deliberation = at_round(cast, 4)
    with time_machine.travel(datetime(2028, 8, 30, 13, tzinfo=UTC), tick=False):  # 31 August in Auckland
        assert initial_of(None, deliberation)["review_date"] == date(2029, 2, 28)
        Timetable.objects.create(
            organisation=cast.organisation,
            urgency=Urgency.IMPORTANT,
            durations={"review_after_months": 5},
            set_at=datetime.now(UTC),
        )
        assert initial_of(None, deliberation)["review_date"] == date(2029, 1, 31)


def test_an_unknown_tier_is_refused(cast):
    with pytest.raises(ValueError, match="urgency"):
        durations_of(cast.organisation, "SOON")


def test_working_days_leave_out_the_weekend():
    friday = datetime(2027, 4, 30, 4, 0, tzinfo=UTC)  # Friday afternoon in Auckland
    assert working_days_after(friday, 2, "Pacific/Auckland").strftime("%A %d") == "Tuesday 04"
