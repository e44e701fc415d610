"""The pages of the instruction history: who comes in, what they show, what happens when something is wrong."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.scope import open_organisation
from audit.models import Text
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from instructions.queries.origins import FINDERS, Origin
from tests.cast import Cast

PORT = "Always use MongoDB on port 27027."
OTHER_PORT = "MongoDB runs on port 27017."


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def proposed(house: Cast, text: str = PORT, **facts: object) -> Instruction:
    return propose_instruction(house.organisation, Wording(text), by=house.editor, project=house.project, **facts)


def in_force(house: Cast, text: str = PORT) -> Instruction:
    return publish_instruction(proposed(house, text), by=house.editor)


def at(name: str, *args: object) -> str:
    return reverse(name, args=["care", *args])


@pytest.mark.django_db
def test_members_read_and_strangers_find_nothing(house: Cast) -> None:
    """Every member reads; an outsider gets 404, whoever is signed out is sent to sign in."""
    made = in_force(house)
    for address in (at("instructions"), at("instruction", made.pk)):
        assert PORT in signed_in(house.auditor).get(address).content.decode()
        assert signed_in(house.outsider).get(address).status_code == 404
        assert signed_in(house.operator).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(house.auditor).get(at("instruction_new")).status_code == 403


@pytest.mark.django_db
def test_editor_writes_and_puts_in_force(house: Cast) -> None:
    client = signed_in(house.editor)
    sent = {"text": PORT, "project": str(house.project.pk), "do": "publish"}
    client.post(at("instruction_new"), sent)
    client.post(at("instruction_new"), sent | {"text": "Never commit to main without a review.", "do": "propose"})
    twice = client.post(at("instruction_new"), sent)
    assert twice.status_code == 422
    assert "a moment ago" in twice.content.decode()
    assert sorted(Instruction.objects.values_list("key", "state")) == [("inst_001", "active"), ("inst_002", "proposed")]


@pytest.mark.django_db
def test_reading_says_what_is_unclear_and_stores_nothing(house: Cast) -> None:
    """What htmx asks for while somebody types, and what the button without script asks for."""
    client = signed_in(house.editor)
    sent = {"text": "Make it better", "project": str(house.project.pk)}
    said = client.post(at("instruction_new"), sent, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in said
    assert "too vague" in said
    assert "<mark>better</mark>" in said
    whole = client.post(at("instruction_new"), sent | {"do": "read"})
    assert whole.status_code == 200
    assert "too vague" in whole.content.decode()
    refused = client.post(at("instruction_new"), sent | {"do": "publish"})
    assert refused.status_code == 422
    assert "Make it better" in refused.content.decode()
    assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_conflict_is_shown_answered_and_kept(house: Cast) -> None:
    old = in_force(house)
    client = signed_in(house.editor)
    sent = {"text": OTHER_PORT, "project": str(house.project.pk), "do": "publish"}
    read = client.post(at("instruction_new"), sent | {"do": "read"}).content.decode()
    assert at("instruction", old.pk) in read
    assert re.search(r"<u>[^<]*27027", read)
    unanswered = client.post(at("instruction_new"), sent)
    assert unanswered.status_code == 422
    no_reason = client.post(at("instruction_new"), sent | {"answer_inst_001": "scope"})
    assert no_reason.status_code == 422
    assert "Say in a sentence why." in no_reason.content.decode()
    given_way = client.post(at("instruction_new"), sent | {"answer_inst_001": "withdraw", "why_inst_001": "It moved."})
    assert given_way.status_code == 302
    client.post(at("instruction_new"), sent | {"answer_inst_001": "supersede"})
    assert list(Instruction.objects.order_by("key").values_list("state", flat=True)) == [
        "superseded", "withdrawn", "active"
    ]  # fmt: skip
    page = client.get(at("instruction", Instruction.objects.get(state="active").pk)).content.decode()
    assert at("instruction", old.pk) in page
    assert "the new one holds" in page.lower()


@pytest.mark.django_db
def test_overruling_needs_a_reason_and_both_are_shown(house: Cast) -> None:
    client = signed_in(house.editor)
    sent = {"text": PORT, "project": "universal", "do": "publish", "quadrant": "STRATEGIC"}
    refused = client.post(at("instruction_new"), sent)
    assert refused.status_code == 422
    assert "id_quadrant_problem" in refused.content.decode()
    client.post(at("instruction_new"), sent | {"quadrant_why": "It is who we are."})
    made = Instruction.objects.get()
    page = client.get(at("instruction", made.pk)).content.decode()
    assert (made.key, made.quadrant) == ("org_001", "STRATEGIC")
    assert "The software read: System" in page
    assert "It is who we are." in page


@pytest.mark.django_db
def test_revising_shows_what_changed(house: Cast) -> None:
    made = in_force(house)
    client = signed_in(house.editor)
    before = client.get(at("instruction_revise", made.pk)).content.decode()
    assert PORT in before
    sent = {"text": PORT.replace("27027", "27028"), "do": "publish"}
    assert client.post(at("instruction_revise", made.pk), sent).status_code == 422
    client.post(at("instruction_revise", made.pk), sent | {"why": "It moved.", "environment": "production"})
    page = client.get(at("instruction", made.pk)).content.decode()
    assert "<del>" in page
    assert "27027" in page
    assert "It moved." in page
    made.refresh_from_db()
    assert (made.current.number, made.environment) == (2, "production")


@pytest.mark.django_db
def test_two_who_revise_at_once_see_each_other(house: Cast) -> None:
    """Whoever sends second is shown what the first made of it, and nothing of theirs is lost."""
    made = in_force(house)
    client = signed_in(house.editor)
    sent = {"text": PORT.replace("27027", "27028"), "do": "publish", "why": "It moved.", "seen": "1"}
    assert client.post(at("instruction_revise", made.pk), sent).status_code == 302
    mine = sent | {"text": PORT.replace("27027", "27029")}
    refused = client.post(at("instruction_revise", made.pk), mine)
    assert refused.status_code == 422
    assert all(port in refused.content.decode() for port in ("27028", "27029"))
    assert 'name="seen" value="2"' in refused.content.decode()
    assert client.post(at("instruction_revise", made.pk), mine | {"seen": "2"}).status_code == 302


@pytest.mark.django_db
def test_each_act_is_asked_once_more_and_refused_in_another_state(house: Cast) -> None:
    client = signed_in(house.editor)
    one, two = proposed(house), proposed(house, "Never commit to main without a review.")
    assert client.get(at("instruction_retire", one.pk)).status_code == 409
    assert client.get(at("instruction_publish", one.pk)).status_code == 200
    client.post(at("instruction_publish", one.pk))
    assert client.post(at("instruction_retire", one.pk), {"why": " "}).status_code == 422
    client.post(at("instruction_retire", one.pk), {"why": "Nobody uses it."})
    client.post(at("instruction_reinstate", one.pk), {"why": "They do."})
    client.post(at("instruction_reject", two.pk), {"why": "We do it otherwise."})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == ("active", "rejected")
    assert signed_in(house.administrator).post(at("instruction_retire", one.pk), {"why": "x"}).status_code == 403


@pytest.mark.django_db
def test_what_somebody_writes_is_kept_and_theirs(house: Cast) -> None:
    client = signed_in(house.editor)
    kept = client.post(at("instruction_draft", "new"), {"text": "Never", "do": "publish", "quadrant": "SYSTEM"})
    assert "saved_at" in kept.json()
    page = client.get(at("instruction_new")).content.decode()
    assert ">\nNever</textarea>" in page
    assert "What you wrote before is here again." in page
    assert client.post(at("instruction_draft", "else"), {}).status_code == 404
    client.post(at("instruction_new"), {"do": "forget"})
    assert "is here again" not in client.get(at("instruction_new")).content.decode()


ACTS = ("publish", "reject", "withdraw", "retire", "reinstate", "revise", "supersede")


@pytest.mark.django_db
def test_only_editors_of_this_organisation_act(house: Cast) -> None:
    """Whoever is no editor is refused every act, a stranger finds nothing, also at the address of their own house."""
    one = proposed(house)
    with open_organisation(house.other):
        theirs = propose_instruction(house.other, Wording(PORT), by=house.outsider, project=house.other_project)
    others = [signed_in(who) for who in (house.administrator, house.holder, house.facilitator, house.auditor)]
    stranger, editor = signed_in(house.outsider), signed_in(house.editor)
    for act in ACTS:
        for client in others:
            assert client.post(at(f"instruction_{act}", one.pk), {"why": "x"}).status_code == 403, act
        assert stranger.post(at(f"instruction_{act}", one.pk), {"why": "x"}).status_code == 404, act
        own = reverse(f"instruction_{act}", args=["harbour", one.pk])
        assert stranger.post(own, {"why": "x"}).status_code == 404, act
        assert editor.post(at(f"instruction_{act}", theirs.pk), {"why": "x"}).status_code == 404, act
        assert Client().post(at(f"instruction_{act}", one.pk), {"why": "x"}).status_code == 302, act
    assert stranger.get(reverse("instruction", args=["harbour", one.pk])).status_code == 404
    assert stranger.post(reverse("instruction_new", args=["care"]), {"text": PORT}).status_code == 404
    one.refresh_from_db()
    assert one.state == "proposed"


@pytest.mark.django_db
def test_a_project_of_others_and_nonsense_are_refused(house: Cast) -> None:
    client = signed_in(house.editor)
    good = {"text": PORT, "project": str(house.project.pk), "do": "publish"}
    wrong = [
        {"project": str(house.other_project.pk)}, {"project": ""}, {"environment": "moon"}, {"ends_on": "2001-01-01"},
        {"period": str(house.project.pk)}, {"quadrant": "HUGE"}, {"text": "x" * 30_001}, {"text": "\x00"},
        {"new_period": "Beta"}, {"place": "x" * 301},
    ]  # fmt: skip
    for one in wrong:
        assert client.post(at("instruction_new"), good | one).status_code == 422, one
    for address in ("?after=nonsense", "?quadrant=HUGE", "?project=nonsense", "?words=%00", "?show=nonsense"):
        assert client.get(at("instructions") + address).status_code == 200, address
    assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_superseding_and_a_phase_begun_on_the_way(house: Cast) -> None:
    old = in_force(house)
    client = signed_in(house.editor)
    sent = {
        "text": OTHER_PORT, "do": "publish", "temporal_scope": "PHASE", "temporal_scope_why": "Until we move.",
        "new_period": "Move", "ends_on": "2999-12-31",
    }  # fmt: skip
    assert client.post(at("instruction_supersede", old.pk), sent).status_code == 302
    old.refresh_from_db()
    new = Instruction.objects.get(state="active")
    assert (old.state, new.supersedes, new.period.name) == ("superseded", old, "Move")
    page = client.get(at("instruction", new.pk)).content.decode()
    assert "phase “Move”" in page
    assert at("instruction", old.pk) in page
    assert client.get(at("instruction_supersede", old.pk)).status_code == 409
    assert client.get(at("instruction_revise", old.pk)).status_code == 409


@pytest.mark.django_db
def test_list_is_filtered_searched_and_paged(house: Cast) -> None:
    """Pages of thirty follow each other without a row twice or missing."""
    for number in range(31):
        proposed(house, f"Always use port {20000 + number}.")
    client = signed_in(house.auditor)
    first = client.get(at("instructions"), {"show": "proposed"}).content.decode()
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    second = client.get(at("instructions") + unescape(more[1])).content.decode()
    keys = [re.findall(r"<strong>(inst_\d+)</strong>", page) for page in (first, second)]
    assert [len(some) for some in keys] == [30, 1]
    assert len({*keys[0], *keys[1]}) == 31
    assert re.findall(r"inst_\d+", client.get(at("instructions"), {"show": "all", "words": "20007"}).content.decode())
    none = client.get(at("instructions"), {"quadrant": "STOCHASTIC"}).content.decode()
    assert "None is like that." in none
    assert "Proposals waiting (31)" in none
    assert "There is none here." in client.get(at("instructions")).content.decode()


@pytest.mark.django_db
def test_what_was_erased_is_said_to_be_on_every_page(house: Cast) -> None:
    made = in_force(house)
    client = signed_in(house.editor)
    revised = {"text": PORT.replace("27027", "27028"), "do": "publish", "why": "It moved."}
    client.post(at("instruction_revise", made.pk), revised)
    made.refresh_from_db()
    Text.objects.filter(pk=made.current.text_id).update(body="", salt=b"", erased_at=clock.now())
    for address in (at("instructions"), at("instruction", made.pk), at("instruction_retire", made.pk)):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "erased on request" in page.content.decode(), address
        assert "27028" not in page.content.decode(), address
    assert client.get(at("instruction_revise", made.pk)).status_code == 200
    client.post(at("instruction_retire", made.pk), {"why": "Its words are gone."})
    assert client.get(at("instruction_reinstate", made.pk)).status_code == 200


@pytest.mark.django_db
def test_origin_is_shown_and_marked_overdue(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever app knows where an instruction comes from is asked by its source."""
    made = in_force(house)
    late = Origin("D-7, Who reads?", "/o/care/d/7/outcome/", date(2020, 1, 1))
    monkeypatch.setitem(FINDERS, made.source, lambda rows: {row.pk: late for row in rows})
    for address in (at("instructions"), at("instruction", made.pk)):
        page = signed_in(house.auditor).get(address).content.decode()
        assert "D-7, Who reads?" in page
        assert "/o/care/d/7/outcome/" in page
        assert "overdue" in page
