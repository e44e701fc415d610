import pytest

from accounts.scope import open_organisation
from deliberation.domain import conflict
from tests.cast import Cast
from tests.deliberation.stages import at_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cast = Cast()
    with open_organisation(cast.organisation):
        yield cast


def test_submit_moves_a_complete_draft_to_its_list(cast):
    deliberation = at_draft(cast)
    assert conflict.missing(deliberation) == []
    conflict.submit(deliberation, by=cast.facilitator)
    deliberation.refresh_from_db()
    assert deliberation.state == "stakeholders"
