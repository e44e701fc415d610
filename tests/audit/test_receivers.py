"""Every verb of accounts writes one entry, in its own transaction, in the log it belongs to."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts import table
from accounts.domain import start
from accounts.domain.keys import create_api_key, revoke_api_key, set_key_mode
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
from accounts.models import Installation, Organisation
from accounts.permissions import SYSTEM, TABLE
from accounts.queries.sessions import sessions_of
from accounts.refusals import NotAllowed
from accounts.roles import Role
from audit.models import Entry
from audit.receivers import actor_of
from tests.cast import Cast, make_member, make_organisation


def of_links(cast: Cast):
    Installation.current()
    Installation.objects.update(mail_choice="links")
    make_sign_in_link(cast.membership(cast.editor), by=cast.administrator)


def with_link(cast: Cast):
    Installation.current()
    Installation.objects.update(mail_choice="links")
    use_sign_in_link(*make_sign_in_link(cast.membership(cast.editor), by=cast.administrator))


def of_session(cast: Cast):
    Client().force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    end_session(cast.editor, sessions_of(cast.editor)[0].handle)


def of_demo(cast: Cast):
    demo = make_organisation("demo", "Demo", is_demo=True)
    start.sign_in_as_demo(make_member(demo, "Holder", email="holder@demo.example"))


def closed(cast: Cast):
    deactivate_organisation(cast.other, by=cast.operator)
    return cast.other


def gone(cast: Cast):
    deactivate_user(cast.first, by=cast.operator)
    return cast.first


# What each verb writes last: the log it is in, the decision, and the actor's role.
VERBS = {
    "create_organisation": (
        lambda c: create_organisation("new-house", "New", by=c.operator),
        (None, "created", "operator"),
    ),
    "deactivate_organisation": (closed, (None, "deactivated", "operator")),
    "reactivate_organisation": (
        lambda c: reactivate_organisation(closed(c), by=c.operator),
        (None, "reactivated", "operator"),
    ),
    "create_user": (lambda c: create_user("x@y.example", "X", by=c.operator), (None, "created", "operator")),
    "deactivate_user": (gone, (None, "deactivated", "operator")),
    "reactivate_user": (lambda c: reactivate_user(gone(c), by=c.operator), (None, "reactivated", "operator")),
    "add_member": (
        lambda c: add_member(c.organisation, by=c.administrator, email="x@y.example", name="X"),
        ("care", "added", "administrator"),
    ),
    "set_roles": (
        lambda c: set_roles(c.membership(c.editor), [Role.AUDITOR], by=c.administrator),
        ("care", "changed", "administrator"),
    ),
    "end_membership": (
        lambda c: end_membership(c.membership(c.editor), by=c.administrator),
        ("care", "ended", "administrator"),
    ),
    "make_sign_in_link": (of_links, ("care", "made", "administrator")),
    "use_sign_in_link": (with_link, ("care", "signed_in", "anyone")),
    "end_session": (of_session, (None, "ended", "anyone")),
    "end_other_sessions": (lambda c: end_other_sessions(c.editor, keep=None), (None, "ended", "anyone")),
    "create_project": (
        lambda c: create_project(c.organisation, "New", by=c.administrator),
        ("care", "created", "administrator"),
    ),
    "archive_project": (
        lambda c: archive_project(c.project, by=c.administrator),
        ("care", "archived", "administrator"),
    ),
    "create_api_key": (
        lambda c: create_api_key(c.project, "K", by=c.administrator),
        ("care", "created", "administrator"),
    ),
    "revoke_api_key": (
        lambda c: revoke_api_key(create_api_key(c.project, "K", by=c.administrator).key, by=c.administrator),
        ("care", "revoked", "administrator"),
    ),
    "set_key_mode": (
        lambda c: set_key_mode(
            create_api_key(c.project, "K", by=c.administrator).key, enforces=True, by=c.administrator
        ),
        ("care", "enforces", "administrator"),
    ),
    "choose_mail": (
        lambda c: (
            Organisation.objects.filter(pk=c.other.pk).update(is_demo=True),
            start.choose_mail(c.organisation, "mail", by=c.administrator),
        ),
        ("care", "mail", "administrator"),
    ),
    "sign_in_as_demo": (of_demo, ("demo", "signed_in", None)),
}
# Needs an installation without any organisation; tests/accounts/test_start.py has it.
ELSEWHERE = {"start_for_real"}


def verbs() -> set[str]:
    return {row.verb for row in table.rows() if not row.is_read}


def test_every_verb_of_accounts_is_listed_here():
    assert verbs() == set(VERBS) | ELSEWHERE


def test_every_function_that_acts_is_a_verb_with_a_row():
    called = set()
    for path in (Path(settings.BASE_DIR) / "accounts" / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            acts = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("acting_")
            if acts and isinstance(node.args[0], ast.Constant):
                called.add(node.args[0].value)
    assert called <= verbs()


@pytest.mark.parametrize("verb", VERBS)
def test_verb_writes_one_entry(cast: Cast, verb):
    act, (log, decision, role) = VERBS[verb]
    before = set(Entry._base_manager.values_list("pk", flat=True))
    act(cast)
    found = list(Entry._base_manager.exclude(pk__in=before).filter(event=TABLE[verb].event))
    (entry,) = found
    assert (entry.organisation.slug if entry.organisation else None) == log
    assert (entry.decision, entry.actor_role, entry.service) == (decision, role, "Tractatus")
    assert entry.actor_kind == "human"


def test_refused_verb_writes_nothing(cast: Cast):
    before = Entry._base_manager.count()
    with pytest.raises(NotAllowed):
        add_member(cast.organisation, by=cast.holder, email="x@y.example", name="X")
    assert Entry._base_manager.count() == before


def test_member_is_named_by_membership_and_the_software_by_nothing(cast: Cast):
    mine = cast.membership(cast.administrator)
    assert actor_of(cast.administrator, cast.organisation, "administrator").ref == mine.pk.hex
    assert actor_of(SYSTEM, cast.organisation) == actor_of(SYSTEM, None)
    assert actor_of(SYSTEM, None).kind == "system"
    key = create_api_key(cast.project, "K", by=SYSTEM).key
    assert (actor_of(key, cast.organisation).kind, actor_of(key, cast.organisation).ref) == ("agent", key.pk.hex)


def test_entries_of_a_project_carry_it(cast: Cast):
    key = create_api_key(cast.project, "K", by=cast.administrator).key
    entry = Entry._base_manager.get(event="api_key.create")
    assert (entry.project_id, entry.subject_kind, entry.subject_id) == (cast.project.pk, "api_key", str(key.pk))
