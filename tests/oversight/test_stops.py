"""Freeze, break glass, observe then enforce: who may, from when on, until when, who is told, and the pages."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.urls import reverse

from accounts.domain.keys import create_api_key, set_key_mode
from accounts.domain.members import set_roles
from accounts.models import Membership
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.models import Notice
from deliberation.notifications import send_due
from oversight.domain.answers import Question
from oversight.domain.glass import break_glass, mend_glass, review_glass
from oversight.domain.modes import mark_stop
from oversight.domain.sessions import open_session
from oversight.domain.stands import what_stands
from oversight.domain.stops import freeze, lift_freeze, stops_on
from oversight.models import BrokenGlass, Check, JudgmentRequest, Mark, Session, Stop
from oversight.tasks import tick_organisation
from tests.cast import Cast, make_project
from tests.deliberation.pages import signed_in
from tests.oversight.house import DROP, LOOK, PORT, RIGHT_PORT, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


# --- Freeze


def test_a_freeze_stops_the_next_act_also_of_a_key_that_observes(house: Cast) -> None:
    key, other = key_of(house.project, house), key_of(house.project, house, "Observer", enforces=False)
    ask(key, LOOK, session="s")
    session = Session.objects.get()
    stop = freeze(house.project, by=house.holder, session=session, why="It runs in circles.")
    told = ask(key, LOOK, session="s")
    assert (told.decision, told.enforced) == ("deny", True)
    assert (ask(key, LOOK, session="t").decision, ask(other, LOOK).decision) == ("allow", "allow")
    lift_freeze(stop, by=house.administrator, why="It was a loop in a test.")
    assert ask(key, LOOK, session="s").decision == "allow"

    of_key = freeze(house.project, by=house.administrator, key=other)
    assert [ask(one, LOOK, session="s").decision for one in (key, other)] == ["allow", "deny"]
    whole = freeze(house.project, by=house.holder)
    assert [ask(one, LOOK, session="s").decision for one in (key, other)] == ["deny", "deny"]
    with pytest.raises(WrongState):
        freeze(house.project, by=house.administrator)
    for one in (of_key, whole):
        lift_freeze(one, by=house.holder, why="Looked at.")
    with pytest.raises(WrongState):
        lift_freeze(whole, by=house.holder, why="Again.")
    assert [ask(one, LOOK, session="s").decision for one in (key, other)] == ["allow", "allow"]


def test_who_made_a_key_freezes_it_and_only_those_in_charge_the_rest(house: Cast) -> None:
    key = key_of(house.project, house)
    mine = create_api_key(house.project, "Mine", by=house.administrator).key
    made_by = Membership.objects.get(user=house.administrator)
    set_roles(Membership.objects.get(user=house.editor), [Role.EDITOR, Role.ADMINISTRATOR], by=house.administrator)
    set_roles(made_by, [Role.FACILITATOR], by=house.editor)
    freeze(house.project, by=house.administrator, key=mine)
    with pytest.raises(NotAllowed):
        freeze(house.project, by=house.administrator)
    with pytest.raises(NotAllowed):
        lift_freeze(Stop.objects.get(), by=house.administrator, why="Mine.")
    for by in (house.facilitator, house.auditor, house.outsider, key):
        with pytest.raises(NotAllowed):
            freeze(house.project, by=by, key=key)
    with pytest.raises(Invalid):
        freeze(house.other_project, by=house.holder, key=key)
    assert Stop.objects.count() == 1


def test_those_in_charge_are_told_of_a_freeze(house: Cast) -> None:
    freeze(house.project, by=house.holder, why="Why.")
    assert send_due(house.organisation) == 2
    assert {address for one in mail.outbox for address in one.to} == {
        house.second_holder.email, house.administrator.email,
    }  # fmt: skip
    assert "stopped all agents of this project" in mail.outbox[0].body


def test_the_check_reads_the_stops_that_pages_show(house: Cast) -> None:
    """The check reads them in a statement of its own: for whatever is stopped, both say the same."""
    elsewhere = make_project(house.organisation, "pay", "Pay")
    keys = [key_of(house.project, house), key_of(house.project, house), key_of(elsewhere, house)]
    sessions = [open_session(key, name)[0] for key in keys for name in (f"a {key.pk}", f"b {key.pk}")]
    freezable: list[dict[str, Any]] = [{"project": house.project}, {"project": elsewhere}]
    freezable += [{"project": one.project, "key": one} for one in keys]
    freezable += [{"project": one.project, "session": one} for one in sessions]
    chance, differ = random.Random(27027), []
    for _round in range(20):
        with transaction.atomic():
            for thing in chance.sample(freezable, chance.randrange(4)):
                stop = freeze(**thing, by=house.holder)
                if chance.random() < 0.3:
                    lift_freeze(stop, by=house.holder, why="Looked at.")
            for key in keys:
                if what_stands(key, Question("Look.")).stopped != stops_on(key).exists():
                    differ.append((key, None))
                for session in sessions:
                    if session.key_id == key.pk:
                        stands = what_stands(key, Question("Look.", session=session.name))
                        if stands.stopped != stops_on(session).exists():
                            differ.append((key, session))
            transaction.set_rollback(True)
    assert not differ


# --- Break glass


def test_glass_suspends_one_instruction_for_its_minutes_and_no_longer(house: Cast) -> None:
    rule = in_force(house)
    key, sleeper = key_of(house.project, house), key_of(house.project, house, "Observer", enforces=False)
    glass = break_glass(house.project, by=house.holder, why="The port moved tonight.", minutes=30, instruction=rule)
    told = ask(key, WRONG_PORT)
    assert (told.decision, told.would_have, told.mode) == ("allow", "deny", "break_glass")
    said = "A person has suspended what stands against this (broken glass). Without the suspension: Denied: "
    assert told.explanation.startswith(f"{said}The instruction says “{PORT}")
    assert told.reasons[0] == told.explanation
    assert ask(key, RIGHT_PORT).mode == "enforced"
    assert ask(key, DROP).decision == "ask"
    assert ask(sleeper, WRONG_PORT).mode == "observed"
    with time_machine.travel(glass.until - timedelta(seconds=1)):
        assert ask(key, WRONG_PORT).decision == "allow"
    with time_machine.travel(glass.until, tick=False):
        told = ask(key, WRONG_PORT)
        assert (told.decision, told.mode) == ("deny", "enforced")
        tick_organisation(house.organisation.pk)
        tick_organisation(house.organisation.pk)
        glass.refresh_from_db()
        assert glass.lapsed_at == glass.until
        assert Entry.objects.filter(event="oversight.glass.lapse").count() == 1


def test_glass_suspends_a_boundary_or_all_enforcement_until_it_is_mended(house: Cast) -> None:
    key = key_of(house.project, house)
    glass = break_glass(house.project, by=house.administrator, why="Restoring.", minutes=60, boundary="12.3")
    assert ask(key, DROP, reasoning="The contract of 3 May tells us to, and the restore was tried.").decision != "ask"
    mend_glass(glass, by=house.holder)
    assert ask(key, DROP).decision == "ask"
    with pytest.raises(WrongState):
        mend_glass(glass, by=house.holder)
    in_force(house)
    break_glass(house.project, by=house.holder, why="All of it.", minutes=15)
    told = ask(key, WRONG_PORT)
    assert (told.decision, told.enforced, told.would_have, told.mode) == ("allow", False, "deny", "break_glass")


def test_glass_is_broken_by_those_in_charge_within_the_hour(house: Cast) -> None:
    rule = in_force(house)
    for by in (house.editor, house.auditor, house.facilitator, house.outsider, key_of(house.project, house)):
        with pytest.raises(NotAllowed):
            break_glass(house.project, by=by, why="w", minutes=10)
    for field, facts in {
        "minutes": {"minutes": 61},
        "boundary": {"minutes": 10, "boundary": "12.9"},
        "why": {"minutes": 10, "why": " "},
    }.items():
        with pytest.raises(Invalid) as refused:
            break_glass(house.project, by=house.holder, **{"why": "w"} | facts)
        assert set(refused.value.errors) == {field}
    with pytest.raises(Invalid):
        break_glass(house.other_project, by=house.outsider, why="w", minutes=10, instruction=rule)
    glass = break_glass(house.project, by=house.holder, why="w", minutes=10)
    assert glass.minutes == 10


def test_a_review_is_owed_by_another_and_chased_until_it_is_held(house: Cast) -> None:
    glass = break_glass(house.project, by=house.holder, why="Why.", minutes=60)
    everybody = Membership.objects.filter(ended_at__isnull=True).count()
    assert Notice.objects.filter(kind="glass_broken").count() == everybody
    with pytest.raises(WrongState):
        review_glass(glass, by=house.auditor, finding="Too soon.")
    reviewers = [house.second_holder, house.administrator, house.auditor]
    for day in range(1, 5):
        with time_machine.travel(glass.until + timedelta(days=day, minutes=day)):
            tick_organisation(house.organisation.pk)
            tick_organisation(house.organisation.pk)
            assert Notice.objects.filter(kind="glass_review_owed").count() == day * len(reviewers)
    with time_machine.travel(glass.until + timedelta(days=4)):
        assert "Review overdue" in signed_in(house.auditor).get(reverse("glass_list", args=["care"])).content.decode()
        for client in map(signed_in, reviewers):
            assert "A review is owed" in client.get(reverse("asked", args=["care"])).content.decode()
        assert "A review is owed" not in signed_in(house.holder).get(reverse("asked", args=["care"])).content.decode()
        with pytest.raises(NotAllowed):
            review_glass(glass, by=house.holder, finding="I was right.")
        with pytest.raises(NotAllowed):
            review_glass(glass, by=house.editor, finding="He was right.")
        review_glass(glass, by=house.auditor, finding="It was needed.")
        with pytest.raises(WrongState):
            review_glass(glass, by=house.administrator, finding="Again.")
    with time_machine.travel(glass.until + timedelta(days=6)):
        tick_organisation(house.organisation.pk)
        assert Notice.objects.filter(kind="glass_review_owed").count() == 4 * len(reviewers)
        mail.outbox.clear()
        send_due(house.organisation)
        assert [one.subject for one in mail.outbox] == ["A rule for agents was suspended: Hiring"] * everybody


# --- Observe, then enforce


def test_marks_and_the_switch(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house, enforces=False)
    ask(key, WRONG_PORT)
    ask(key, RIGHT_PORT)
    stopped, passed = Check.objects.order_by("id")
    for by in (house.auditor, house.facilitator, house.outsider, key):
        with pytest.raises(NotAllowed):
            mark_stop(stopped, by=by, right=True)
    with pytest.raises(WrongState):
        mark_stop(passed, by=house.editor, right=True)
    mark_stop(stopped, by=house.editor, right=False, why="It was a test machine.")
    mark_stop(stopped, by=house.holder, right=True)
    assert Mark.objects.filter(of_check=stopped).latest("id").right
    for by in (house.editor, house.holder, house.outsider):
        with pytest.raises(NotAllowed):
            set_key_mode(key, enforces=True, by=by)
    set_key_mode(key, enforces=True, by=house.administrator)
    with pytest.raises(Stale):
        set_key_mode(key, enforces=True, by=house.administrator)
    assert Entry.objects.filter(event="api_key.mode", decision="enforces").count() == 1
    assert ask(key, WRONG_PORT).decision == "deny"


# --- Pages


def test_the_pages_freeze_and_lift(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, LOOK, session="s")
    session = Session.objects.get()
    holder, editor = signed_in(house.holder), signed_in(house.editor)
    for name, thing in (("freeze_session", session), ("freeze_key", key), ("freeze_project", house.project)):
        url = reverse(name, args=["care", thing.pk])
        assert editor.get(url).status_code == 403
        assert editor.post(url).status_code == 403
        assert "Freeze it" in holder.get(url).content.decode()
        assert holder.post(url, {"why": "It <b>loops</b>."}).status_code == 302
        assert holder.post(url).status_code == 422
    shown = holder.get(reverse("freezes", args=["care"])).content.decode()
    assert "Three freezes stand." in shown
    assert "It &lt;b&gt;loops&lt;/b&gt;." in shown
    assert "Lift it" not in editor.get(reverse("freezes", args=["care"])).content.decode()
    for stop in Stop.objects.all():
        url = reverse("freeze_lift", args=["care", stop.pk])
        assert editor.post(url, {"why": "x"}).status_code == 403
        assert holder.post(url, {"why": ""}).status_code == 422
        assert holder.post(url, {"why": "Looked at."}).status_code == 302
    assert "Nothing is frozen." in holder.get(reverse("freezes", args=["care"])).content.decode()


def test_the_pages_break_mend_and_review(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house)
    holder, auditor = signed_in(house.holder), signed_in(house.auditor)
    new = reverse("glass_break", args=["care"])
    assert auditor.get(new).status_code == 403
    assert "Cannot be undone (12.3)" in holder.get(new).content.decode()
    said = {"project": str(house.project.pk), "what": "instruction", "instruction": "inst_009", "minutes": "30"}
    answer = holder.post(new, said | {"why": "The port moved."})
    assert answer.status_code == 422
    assert "no instruction inst_009 in force" in answer.content.decode()
    assert holder.post(new, said | {"instruction": "inst_001", "why": "The port moved."}).status_code == 302
    glass = BrokenGlass.objects.get()
    assert (glass.instruction.key, glass.minutes) == ("inst_001", 30)
    ask(key, WRONG_PORT)
    page = reverse("glass", args=["care", glass.pk])
    shown = auditor.get(page).content.decode()
    assert "27017" in shown
    assert "It is reviewed once it is over" in shown
    assert auditor.post(page + "mend/").status_code == 403
    assert holder.post(page + "mend/").status_code == 302
    assert "takes somebody else" in holder.get(page).content.decode()
    assert holder.post(page + "review/", {"finding": "Fine."}).status_code == 422
    assert auditor.post(page + "review/", {"finding": ""}).status_code == 422
    assert auditor.post(page + "review/", {"finding": "It was needed."}).status_code == 302
    assert "It was needed." in holder.get(page).content.decode()
    assert "Every rule holds." in holder.get(reverse("glass_list", args=["care"])).content.decode()

    # A boundary is named in words beside its section.
    asked = said | {"what": "boundary", "boundary": "12.3", "why": "A fire."}
    assert holder.post(new, asked).status_code == 302
    second = BrokenGlass.objects.order_by("id").last()
    named = "The boundary “<bdi>Cannot be undone (12.3)</bdi>”, <bdi>Hiring</bdi>"
    for place in (reverse("glass", args=["care", second.pk]), reverse("glass_list", args=["care"])):
        assert named in auditor.get(place).content.decode()
    send_due(house.organisation)
    assert any("suspended the boundary “Cannot be undone (12.3)” on" in one.body for one in mail.outbox)


def test_the_page_of_a_key(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house, enforces=False)
    administrator, editor = signed_in(house.administrator), signed_in(house.editor)
    page = reverse("agent_key", args=["care", key.pk])
    assert "Nothing was judged while it observed." in editor.get(page).content.decode()
    for action in (WRONG_PORT, DROP, LOOK):
        ask(key, action)
    shown = editor.get(page).content.decode()
    assert "Three acts were judged. Two would have been stopped." in shown
    assert "Switch to enforce" not in shown
    first = Check.objects.order_by("id").first()
    mark = reverse("agent_check_mark", args=["care", first.pk])
    assert signed_in(house.auditor).post(mark, {"mark": "right"}).status_code == 403
    assert editor.post(mark, {"mark": "wrong", "why": "A test machine."}).status_code == 302
    assert "as rightly stopped: none; as wrongly stopped: one; not marked yet: one" in editor.get(page).content.decode()
    assert "A test machine." in editor.get(page + "?show=all").content.decode()
    assert editor.post(page + "mode/", {"enforces": "yes"}).status_code == 403
    assert "two would have been stopped" in administrator.get(page + "mode/").content.decode()
    assert administrator.post(page + "mode/", {"enforces": "yes"}).status_code == 302
    assert "It enforces" in administrator.get(page).content.decode()
    assert not JudgmentRequest.objects.exists()
