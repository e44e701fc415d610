"""The installation, its organisations, their members, projects and keys."""

from __future__ import annotations

from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.domain.links import make_sign_in_link, use_sign_in_link
from accounts.domain.members import add_member, end_membership, set_roles
from accounts.domain.organisations import (
    create_organisation,
    create_user,
    deactivate_organisation,
    deactivate_user,
    reactivate_organisation,
    reactivate_user,
)
from accounts.domain.projects import archive_project, create_project
from accounts.domain.sessions import end_other_sessions, end_session
from accounts.domain.start import choose_mail, sign_in_as_demo, start_for_real
from accounts.models import Installation, Organisation, Session, User
from accounts.models.installation import MailChoice
from accounts.roles import Role
from accounts.scope import open_organisation
from deliberation.domain.calendar import current_link, end_calendar_link, make_calendar_link
from tests.attack.arena import Arena, act, stage
from tests.cast import make_member, make_user
from tests.deliberation.pages import signed_in


@stage(
    "create_organisation",
    "deactivate_organisation",
    "reactivate_organisation",
    "create_user",
    "deactivate_user",
    "reactivate_user",
)
def the_installation(arena: Arena) -> None:
    operator = arena.cast.operator
    second = make_user("Second operator", is_operator=True)
    arena.race(*[act(create_organisation, "wharf", "Wharf", by=who) for who in (operator, second)])
    arena.race(*[act(create_user, "new@wharf.example", "New", by=who) for who in (operator, second)])
    arena.race(
        *[
            act(create_organisation, slug, slug, by=operator, administrator_email="one@both.example",
                administrator_name="One")
            for slug in ("pier", "quay")
        ],
        wins=2,
        also={"member.add": 2},
    )  # fmt: skip
    person = User.objects.get(email="new@wharf.example")
    organisation = Organisation.objects.get(slug="wharf")
    for verb, thing in (
        (deactivate_user, person),
        (reactivate_user, person),
        (deactivate_organisation, organisation),
        (reactivate_organisation, organisation),
    ):
        arena.race(*[act(verb, thing, by=who) for who in (operator, second)])


@stage("start_for_real", "sign_in_as_demo", "choose_mail")
def a_new_installation(arena: Arena) -> None:
    """Nobody has started yet; the people of the demo can be signed in as."""
    for organisation in Organisation.objects.all():
        organisation.is_demo = True
        organisation.save()
    visitor = arena.cast.facilitator
    arena.inside = False
    also = {"organisation.create": 1, "member.add": 1, "project.create": 1}
    arena.race(*[act(sign_in_as_demo, visitor)] * 2, wins=2)
    arena.race(
        *[
            act(start_for_real, organisation_name="Ours", name="First", email=f"{n}@ours.example")
            for n in ("first", "second")
        ],
        also=also,
    )
    arena.race(act(sign_in_as_demo, visitor), act(sign_in_as_demo, visitor), wins=0)
    assert Organisation.objects.filter(is_demo=False).count() == 1
    ours = Organisation.objects.get(is_demo=False)
    with open_organisation(ours):
        people = [
            User.objects.get(email__endswith="@ours.example"),
            make_member(ours, "Second administrator", Role.ADMINISTRATOR),
        ]
    choices = (MailChoice.MAIL, MailChoice.LINKS)
    arena.race(*[act(choose_mail, ours, choice, by=by) for choice, by in zip(choices, people, strict=True)], wins=2)
    assert Installation.current().mail_choice in choices


@stage("add_member", "set_roles", "end_membership", "make_sign_in_link", "make_calendar_link", "end_calendar_link")
def members(arena: Arena) -> None:
    cast = arena.cast
    care, one = cast.organisation, cast.administrator
    other = make_member(care, "Other administrator", Role.ADMINISTRATOR)
    by = (one, other)
    arena.race(*[act(add_member, care, by=who, email="n@care.example", name="N") for who in by])
    arena.race(
        act(add_member, care, by=one, email="b@both.example", name="B"),
        act(add_member, cast.other, by=cast.outsider, email="b@both.example", name="B"),
        wins=2,
    )
    assert User.objects.filter(email="b@both.example").count() == 1
    editor = cast.membership(cast.editor)
    arena.race(*[act(set_roles, editor, [role], by=one) for role in (Role.AUDITOR, Role.REVIEWER)], wins=2)
    assert len(cast.membership(cast.editor).roles) == 1
    arena.race(act(set_roles, editor, [Role.EDITOR], by=one), act(end_membership, editor, by=other), wins={1, 2})
    Installation.objects.update_or_create(pk=1, defaults={"mail_choice": MailChoice.LINKS})
    auditor = cast.membership(cast.auditor)
    arena.race(*[act(make_sign_in_link, auditor, by=who) for who in by], wins=2)
    arena.race(act(make_sign_in_link, auditor, by=one), act(end_membership, auditor, by=other), wins={1, 2})
    reviewer = cast.membership(cast.reviewer)
    arena.race(*[act(make_calendar_link, reviewer, by=cast.reviewer)] * 2, wins=2)
    assert current_link(reviewer) is not None
    arena.race(*[act(end_calendar_link, reviewer, by=cast.reviewer)] * 2)
    arena.race(*[act(end_membership, reviewer, by=who) for who in by])
    # Each takes the office from the other: one administrator is left.
    arena.race(*[act(set_roles, cast.membership(of), [Role.AUDITOR], by=who) for who, of in (by, by[::-1])])
    left = next(who for who in by if Role.ADMINISTRATOR in cast.membership(who).roles)
    third = make_member(care, "Third administrator", Role.ADMINISTRATOR)
    pair = (left, third)
    arena.race(*[act(end_membership, cast.membership(of), by=who) for who, of in (pair, pair[::-1])])


@stage("make_sign_in_link", "use_sign_in_link", "end_session", "end_other_sessions")
def signing_in(arena: Arena) -> None:
    cast = arena.cast
    Installation.objects.update_or_create(pk=1, defaults={"mail_choice": MailChoice.LINKS})
    user, token = make_sign_in_link(cast.membership(cast.auditor), by=cast.administrator)
    arena.race(*[act(use_sign_in_link, user, token)] * 3)
    again = act(make_sign_in_link, cast.membership(cast.auditor), by=cast.administrator)
    arena.race(again, again, wins=2)
    sessions = [signed_in(cast.auditor).session.session_key for _ in range(3)]
    handles = [Session.objects.get(pk=key).handle for key in sessions]
    arena.race(*[act(end_session, cast.auditor, handles[0])] * 2)
    others = act(end_other_sessions, cast.auditor, keep=sessions[1])
    arena.race(others, act(end_session, cast.auditor, handles[2]), wins={1, 2})
    assert list(Session.objects.filter(user=cast.auditor).values_list("pk", flat=True)) == [sessions[1]]


@stage("create_project", "archive_project", "create_api_key", "revoke_api_key")
def projects_and_keys(arena: Arena) -> None:
    by, care = arena.cast.administrator, arena.cast.organisation
    project = next(one for one in arena.race(*[act(create_project, care, "Shifts", by=by)] * 2) if hasattr(one, "slug"))
    made = arena.race(*[act(create_api_key, project, name, by=by) for name in ("A", "B")], wins=2)
    arena.race(*[act(revoke_api_key, made[0].key, by=by)] * 2)
    arena.race(act(archive_project, project, by=by), act(create_api_key, project, "Late", by=by), wins={1, 2})
    arena.race(*[act(archive_project, project, by=by)] * 2, wins=0)
    arena.race(*[act(archive_project, arena.cast.project, by=by)] * 2)
