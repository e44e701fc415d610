from datetime import UTC, datetime, timedelta

import pytest

from accounts import clock
from accounts.ids import uuid7
from tests.cast import make_organisation


def test_ids_are_version_7_of_rfc_9562():
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    milliseconds = made.int >> 80
    assert abs(milliseconds / 1000 - datetime.now(UTC).timestamp()) < 5


def test_ids_sort_in_the_order_they_were_made_and_do_not_repeat():
    made = [uuid7() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert [m.int >> 64 for m in made] == sorted(m.int >> 64 for m in made)


@pytest.mark.django_db
def test_the_clock_can_be_set_for_the_demo_alone():
    moment = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
    demo = make_organisation("demo", is_demo=True)
    with clock.at(moment, demo):
        assert clock.now() == moment
        with clock.at(moment + timedelta(days=1), demo):
            assert clock.now() == moment + timedelta(days=1)
        assert clock.now() == moment
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="demo"), clock.at(moment, make_organisation("real")):
        pass
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2025, 3, 1), demo):  # noqa: DTZ001
        pass
