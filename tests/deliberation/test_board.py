"""The board: how late the clock was, what holds a question up, and cells no spreadsheet runs."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import clock
from deliberation.models import Heartbeat
from deliberation.tasks import tick
from tests.deliberation.pages import signed_in
from tests.deliberation.stages import at_conflict, at_round

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def board(cast, name="board"):
    return signed_in(cast.facilitator).get(reverse(name, args=[cast.organisation.slug]))


def test_the_board_says_how_late_a_round_was_closed(cast):
    """The clock stood still for a month: the row says by how much, and the page from when until when."""
    at_round(cast, 1)
    tick()
    with time_machine.travel(clock.now() + timedelta(days=40)):
        tick()
        page = board(cast)
        assert "days late" in page.content.decode()
        assert "stood still from" in page.content.decode()


def test_the_board_says_that_the_clock_stands_still_now(cast):
    at_conflict(cast)
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": clock.now() - timedelta(hours=3)})
    assert "has stood still since" in board(cast).content.decode()


def test_no_cell_of_the_csv_is_a_formula(cast):
    at_conflict(cast, question="=HYPERLINK(0) or not?")
    answer = board(cast, "board_csv")
    assert type(answer["Content-Disposition"]) is str
    lines = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK(0)" in lines


def test_the_board_of_nothing_says_so(cast):
    assert "No question stands here." in board(cast).content.decode()
