"""Guards: declared once, kept by SQLite and PostgreSQL alike."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import clock, guards
from accounts.domain.seats import sit, stand_up
from accounts.guards import AppendOnly, Refuse, SameOrganisation
from accounts.ids import uuid7
from accounts.models import APIKey, Installation, Membership, MembershipRole, SeatUser, User
from accounts.scope import open_organisation
from audit.models import Checkpoint, Entry, Leaf, Log, Node, Text
from audit.texts import keep
from tests.cast import Cast


def refused(name: str):
    return pytest.raises(IntegrityError, match=f"^{name}: ")


def test_every_declared_guard_is_in_the_database(db):
    assert guards.installed() == guards.expected()
    assert len(guards.installed()) > 40


def test_installing_again_changes_nothing(db):
    before = guards.installed()
    guards.install()
    assert guards.installed() == before


def test_lifting_takes_them_all_away_and_puts_them_back(db):
    before = guards.installed()
    with guards.lifted():
        assert guards.installed() == set()
    assert guards.installed() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "has a space"},
        {"name": "x" * 60},
        {"on": ()},
        {"on": ("truncate",)},
        {"on": ("insert",), "when": "OLD.a = 1"},
        {"on": ("delete",), "when": "NEW.a = 1"},
    ],
)
def test_guard_that_no_database_could_keep_is_refused_when_declared(wrong):
    with pytest.raises(ValueError, match=r"[Gg]uard"):
        Refuse(**({"table": "t", "name": "n"} | wrong))


def test_registering_twice_changes_nothing_and_two_of_one_name_are_refused(db, monkeypatch):
    monkeypatch.setattr(guards, "_registered", list(guards._registered))
    known = guards.registered()
    guards.register(*known)
    assert guards.registered() == known
    guards.register(Refuse("accounts_user", "member_is_no_operator", ("insert",), "TRUE", "another"))
    with pytest.raises(ValueError, match="member_is_no_operator"):
        guards.refusals(connection)


def test_condition_with_a_subquery_and_a_quote_works_on_both(db, monkeypatch, cast: Cast):
    monkeypatch.setattr(guards, "_registered", list(guards._registered))
    guards.register(
        Refuse(
            "accounts_project",
            "test_no_second_project",
            ("insert", "update"),
            "EXISTS (SELECT 1 FROM accounts_project p WHERE p.organisation_id = NEW.organisation_id "
            "AND p.id <> NEW.id) AND NEW.slug <> 'it''s fine'",
            "it's one 'project' only; 100 % sure.",
        )
    )
    guards.install()
    second = type(cast.project)(organisation=cast.organisation, slug="second", name="Second")
    with pytest.raises(IntegrityError, match="project: it's one 'project' only; 100 % sure"), transaction.atomic():
        second.save()
    monkeypatch.undo()
    guards.install()
    assert guards.installed() == guards.expected()


def test_guards_survive_a_migration_that_remakes_a_table(transactional_db):
    """SQLite remakes a table to change it, which drops its triggers; the next migrate puts them back."""
    guards.remove()
    call_command("migrate", verbosity=0)
    assert guards.installed() == guards.expected()


def test_declarations_of_one_thing_make_the_refusals_they_say():
    columns = {"t": ["id", "a", "b", "ended"]}
    names = [r.name for r in AppendOnly("t", may_set=("a",), once=("ended",)).refusals(columns, "sqlite")]
    assert names == ["t_append_only", "t_never_deleted"]
    sql = AppendOnly("t", may_set=("a",), once=("ended",)).refusals(columns, "postgresql")[0].when
    assert '"a"' not in sql
    assert 'OLD."ended" IS NOT NULL' in sql
    same = SameOrganisation("t", "parent_id", "p").refusals(columns, "sqlite")
    assert [r.name for r in same] == ["t_parent_id_ours", "t_stays", "p_stays"]


# --- Append-only tables

APPEND_ONLY = [Entry, Leaf, Node, Checkpoint, Log, Text, SeatUser]


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model._meta.db_table)
def test_append_only_tables_are_declared(model):
    assert any(isinstance(g, AppendOnly) and g.table == model._meta.db_table for g in guards.registered())


def test_append_only_rows_are_neither_changed_nor_deleted(cast: Cast):
    entry = Entry._base_manager.filter(organisation=cast.organisation).first()
    with refused("audit_entry_append_only"), transaction.atomic():
        Entry._base_manager.filter(pk=entry.pk).update(decision="other")
    with refused("audit_entry_append_only"), transaction.atomic():
        entry.save()
        Entry._base_manager.filter(pk=entry.pk).update(canonical=b"{}")
    with refused("audit_entry_never_deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        entry.delete()


def test_append_only_tables_cannot_be_emptied(cast: Cast):
    keep(cast.organisation, "words")
    models = APPEND_ONLY if connection.vendor == "postgresql" else [Entry, Text]
    for model in models:
        table = model._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # Foreign keys that are still to be checked would refuse the TRUNCATE before the guard does.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                empty = f"TRUNCATE {table} CASCADE"
            else:
                empty = f"DELETE FROM {table}"
            with pytest.raises(IntegrityError, match="never_deleted"), transaction.atomic():
                cursor.execute(empty)


def test_seat_is_left_once_and_its_history_stays(cast: Cast, inside):
    seat = uuid7()
    row = sit(cast.organisation, uuid7(), seat, cast.first)
    with pytest.raises(IntegrityError), transaction.atomic():
        sit(cast.organisation, row.deliberation_id, seat, cast.holder)
    assert stand_up(seat) is True
    assert stand_up(seat) is False
    with refused("accounts_seatuser_append_only"), transaction.atomic():
        SeatUser.objects.filter(pk=row.pk).update(until=None)
    with refused("accounts_seatuser_append_only"), transaction.atomic():
        SeatUser.objects.filter(pk=row.pk).update(until=clock.now())
    with refused("accounts_seatuser_append_only"), transaction.atomic():
        SeatUser.objects.filter(pk=row.pk).update(user=cast.holder)
    sit(cast.organisation, row.deliberation_id, seat, cast.holder)
    assert SeatUser.objects.filter(seat_id=seat).count() == 2


# --- The rules of accounts, by ORM behind the verbs' back


def test_last_administrator_cannot_be_removed_by_sql(cast: Cast, inside):
    mine = cast.membership(cast.administrator)
    with refused("last_administrator_keeps_role"), transaction.atomic():
        MembershipRole.objects.filter(membership=mine, role="administrator").delete()
    with refused("last_administrator_stays"), transaction.atomic():
        Membership.objects.filter(pk=mine.pk).update(ended_at=clock.now())
    MembershipRole(organisation=inside, membership=cast.membership(cast.editor), role="administrator").save()
    MembershipRole.objects.filter(membership=mine, role="administrator").delete()
    Membership.objects.filter(pk=mine.pk).update(ended_at=clock.now())


def test_ended_membership_stays_ended(cast: Cast, inside):
    mine = cast.membership(cast.editor)
    Membership.objects.filter(pk=mine.pk).update(ended_at=clock.now())
    with refused("membership_ends_once"), transaction.atomic():
        Membership.objects.filter(pk=mine.pk).update(ended_at=None)


def test_operator_is_never_a_member(cast: Cast):
    with refused("operator_is_no_member"), transaction.atomic():
        Membership(organisation=cast.organisation, user=cast.operator).save()
    with refused("member_is_no_operator"), transaction.atomic():
        User.objects.filter(pk=cast.editor.pk).update(is_operator=True)


def test_revoked_key_stays_revoked(cast: Cast, inside):
    key = APIKey(organisation=inside, project=cast.project, name="k", prefix="p", hash="h", revoked_at=clock.now())
    key.save()
    with refused("revoked_key_stays_revoked"), transaction.atomic():
        APIKey.objects.update(revoked_at=None)


def test_installation_is_one_and_does_not_go_back(db):
    Installation.current()
    with pytest.raises(IntegrityError, match="installation_is_one"), transaction.atomic():
        Installation.objects.create(pk=2)
    Installation.objects.update(started_at=clock.now(), demo_ended_at=clock.now())
    with refused("demo_ends_once"), transaction.atomic():
        Installation.objects.update(demo_ended_at=None)


def test_text_changes_only_by_being_erased_with_its_salt(cast: Cast, inside):
    text = keep(inside, "My words")
    moment = clock.now()
    for change in (
        {"body": "Other words"},
        {"body": ""},
        {"salt": b""},
        {"erased_at": moment},
        {"body": "", "erased_at": moment},
        {"body": "", "salt": b"", "erased_at": moment, "commitment": "0" * 64},
    ):
        names = r"audit_text_(only_erased|append_only)|text_erased_is_empty"
        with pytest.raises(IntegrityError, match=names), transaction.atomic():
            Text.objects.filter(pk=text.pk).update(**change)
    Text.objects.filter(pk=text.pk).update(body="", salt=b"", erased_at=moment)
    with refused("audit_text_only_erased"), transaction.atomic():
        Text.objects.filter(pk=text.pk).update(body="Back", erased_at=None)
    with refused("audit_text_never_deleted"), transaction.atomic():
        Text.objects.filter(pk=text.pk).delete()


def test_guards_hold_inside_a_scope_too(cast: Cast):
    with open_organisation(cast.organisation), refused("audit_entry_append_only"), transaction.atomic():
        Entry.objects.update(event="x.y")
