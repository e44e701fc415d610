"""No organisation sees, or writes, another's rows. One test for each way around django-scopes that is known."""

import ast
from pathlib import Path

import django_scopes
import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import StreamingHttpResponse
from django_scopes.exceptions import ScopeError

from accounts import scope
from accounts.models import APIKey, Membership, MembershipRole, Organisation, Project, SeatUser, User
from accounts.scope import open_organisation
from audit.models import Entry, Pending, Text
from audit.texts import keep
from tests.cast import Cast, make_organisation, make_project

SCOPED = [model for model in apps.get_models() if scope.is_scoped(model)]
UNSCOPED = {Organisation, User}


def sources():
    for app in ("accounts", "audit", "deliberation", "tractatus_site"):
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            yield path.relative_to(settings.BASE_DIR).as_posix(), ast.parse(path.read_text())


def calls(tree: ast.AST, name: str) -> list[str]:
    """The functions in which `name` is called, or mentioned as a decorator or import."""
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                called = node.func if isinstance(node, ast.Call) else None
                if (isinstance(called, ast.Name) and called.id == name) or (
                    isinstance(called, ast.Attribute) and called.attr == name
                ):
                    found.append(function.name)
    return found


# --- scope(None)


@pytest.mark.parametrize("nothing", [None, "care", Organisation(slug="unsaved", pk=None)])
def test_no_scope_opens_for_nothing(db, nothing):
    with pytest.raises(ScopeError), open_organisation(nothing):
        pass


def test_library_would_show_every_tenant_for_none_which_is_why(cast: Cast):
    with django_scopes.scope(organisation=None):
        assert {project.organisation for project in Project.objects.all()} == {cast.organisation, cast.other}


def test_scope_is_called_in_one_place_only():
    found = {
        (name, function)
        for name, tree in sources()
        for function in calls(tree, "scope")
        if not function.startswith("test_")
    }
    assert found == {("accounts/scope.py", "open_organisation")}


def test_scopes_are_disabled_in_eight_counted_functions():
    found = {(name, function) for name, tree in sources() for function in calls(tree, "scopes_disabled")}
    found |= {(name, function) for name, tree in sources() for function in calls(tree, "with_scopes_disabled")}
    found |= {(name, function) for name, tree in sources() for function in calls(tree, "with_scope")}
    assert found == {
        ("accounts/scope.py", "memberships_of"),
        ("accounts/scope.py", "organisations_sat_in"),
        ("accounts/scope.py", "having_a_part_elsewhere"),
        ("accounts/scope.py", "key_with_prefix"),
        ("accounts/scope.py", "public_rows"),
        ("accounts/scope.py", "rows_of_installation"),
        ("accounts/scope.py", "oldest_of_each"),
        ("accounts/scope.py", "owner_of"),
        ("accounts/scope.py", "owner_of"),
    }


def test_nobody_imports_the_library_around_the_door():
    importing = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django_scopes"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("django_scopes") for alias in node.names))
    }
    assert importing == {"accounts/scope.py"}


# --- Every row carries its organisation


def test_every_model_of_ours_belongs_to_an_organisation_or_is_named_here():
    ours = {m for m in apps.get_models() if m._meta.app_label in {"accounts", "audit", "deliberation"}}
    names = {m._meta.label for m in ours if not scope.is_scoped(m)}
    # A session is a browser's, before anybody has signed in there; the last one is when beat last ticked.
    assert names == {
        "accounts.User",
        "accounts.Organisation",
        "accounts.Installation",
        "accounts.Session",
        "deliberation.Heartbeat",
    }
    for model in SCOPED:
        assert model._meta.get_field("organisation").related_model is Organisation, model


# --- Outside a scope


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: m.objects.exists(),
        lambda m: m.objects.bulk_create([]),
        lambda m: m.objects.count(),
        lambda m: list(m.objects.all()),
        lambda m: m.objects.filter(pk__isnull=False),
        lambda m: m.objects.exclude(pk__isnull=True),
        lambda m: m.objects.select_related("organisation"),
        lambda m: m.objects.update(),
        lambda m: m.objects.create(),
        lambda m: m.objects.in_bulk(),
        lambda m: m.objects.values_list("organisation"),
        lambda m: User.objects.filter(pk__in=m.objects.get_queryset()),
    ],
)
def test_nothing_is_asked_outside_a_scope(db, ask):
    for model in SCOPED:
        with pytest.raises(ScopeError):
            ask(model)


# --- .exists(), .bulk_create(), writes


def test_exists_tells_nothing_of_another_tenant(cast: Cast):
    assert make_project(cast.other, "secret")
    with open_organisation(cast.organisation):
        assert Project.objects.filter(slug="secret").exists() is False
    with open_organisation(cast.other):
        assert Project.objects.filter(slug="secret").exists() is True


def test_bulk_create_writes_no_foreign_row(cast: Cast):
    with open_organisation(cast.organisation):
        with pytest.raises(ScopeError):
            Project.objects.bulk_create([Project(organisation=cast.other, slug="x", name="X")])
        with pytest.raises(ScopeError):
            Project.objects.filter(name="x").bulk_create([Project(organisation=cast.other, slug="x", name="X")])
        with pytest.raises(ScopeError):
            Project.objects.create(organisation=cast.other, slug="x", name="X")
        with pytest.raises(ScopeError):
            Project(organisation=cast.other, slug="x", name="X").save()
    with open_organisation(cast.other):
        assert not Project.objects.filter(slug="x").exists()


def test_update_changes_no_foreign_row_and_moves_none(cast: Cast):
    with open_organisation(cast.organisation):
        assert Project.objects.filter(pk=cast.other_project.pk).update(name="Taken") == 0
        with pytest.raises(ScopeError):
            Project.objects.update(organisation=cast.other)
        with pytest.raises(ScopeError):
            Project.objects.update(organisation_id=cast.other.pk)
    cast.other_project.refresh_from_db()
    assert cast.other_project.name == "Hiring"


def test_delete_removes_no_foreign_row(cast: Cast):
    with open_organisation(cast.organisation):
        assert Project.objects.filter(pk=cast.other_project.pk).delete() == (0, {})


# --- Forward relations and joins: rows of two tenants are never joined, because the database refuses to write them so.


def test_forward_relation_to_another_tenant_cannot_be_written(cast: Cast):
    key = APIKey(organisation=cast.organisation, project=cast.other_project, name="k", prefix="p", hash="h")
    with pytest.raises(IntegrityError, match="accounts_apikey_project_id_ours"), transaction.atomic():
        key.save()
    key.project = cast.project
    key.save()
    with pytest.raises(IntegrityError, match="accounts_apikey_project_id_ours"), transaction.atomic():
        APIKey._base_manager.filter(pk=key.pk).update(project=cast.other_project)
    role = MembershipRole(
        organisation=cast.organisation, membership=cast.membership(cast.outsider, cast.other), role="auditor"
    )
    with pytest.raises(IntegrityError, match="accounts_membershiprole_membership_id_ours"), transaction.atomic():
        role.save()


def test_no_row_moves_to_another_organisation_by_sql(cast: Cast):
    entry = Entry._base_manager.filter(organisation=cast.organisation).first()
    text = keep(cast.organisation, "ours")
    for model, row in [(Project, cast.project), (Entry, entry), (Text, text)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(organisation=cast.other)


def test_every_foreign_key_between_scoped_models_is_guarded(db):
    """Attack every relation at once: for each there is a guard that compares the organisations."""
    from accounts import guards

    guarded = {(g.table, g.column) for g in guards.registered() if isinstance(g, guards.SameOrganisation)}
    missing = {
        (model._meta.db_table, field.column)
        for model in SCOPED
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in SCOPED
    } - guarded
    assert missing == set()


def test_joins_do_not_start_from_what_all_tenants_share():
    """From a user or an organisation no query can join to the rows of tenants."""
    backwards = {
        f"{model.__name__}.{relation.get_accessor_name()} -> {relation.related_model._meta.label}"
        for model in UNSCOPED
        for relation in model._meta.get_fields(include_hidden=False)
        if relation.auto_created and not relation.concrete and relation.related_model in SCOPED
    }
    assert backwards == set()


def test_joins_inside_a_scope_give_own_rows_only(cast: Cast):
    with open_organisation(cast.organisation):
        joined = Membership.objects.filter(role_rows__role="administrator").values_list("user__name", flat=True)
        assert list(joined) == ["Administrator"]
        assert Membership.objects.filter(user=cast.outsider).count() == 0
        assert not SeatUser.objects.filter(user__name="Outsider").exists()


def test_reverse_relation_of_a_foreign_row_gives_nothing(cast: Cast):
    foreign = cast.membership(cast.outsider, cast.other)
    with open_organisation(cast.organisation):
        fresh = Membership._base_manager.get(pk=foreign.pk)
        assert list(fresh.role_rows.all()) == []
    with pytest.raises(ScopeError):
        list(Membership._base_manager.get(pk=foreign.pk).role_rows.all())


def test_record_of_one_tenant_is_not_seen_from_another(cast: Cast):
    with open_organisation(cast.organisation):
        ours = set(Entry.objects.values_list("organisation_id", flat=True))
        pending = set(Pending.objects.values_list("organisation_id", flat=True))
    assert ours == pending == {cast.organisation.pk}


# --- Across organisations, on purpose


def test_across_organisations_people_find_only_what_is_theirs(cast: Cast):
    assert [m.organisation for m in scope.memberships_of(cast.outsider)] == [cast.other]
    assert scope.memberships_of(cast.first) == []
    assert scope.organisations_sat_in(cast.first) == []
    cast.other.deactivated_at = cast.other.created_at
    cast.other.save()
    assert scope.memberships_of(cast.outsider) == []


def test_only_what_a_model_declares_public_is_read_across_organisations(cast: Cast):
    for model in SCOPED:
        if hasattr(model, "PUBLIC"):
            assert list(scope.public_rows(model)) == []
        else:
            with pytest.raises(ScopeError):
                scope.public_rows(model)


def test_owner_of_a_row_is_an_organisation_in_use_or_nobody(cast: Cast):
    assert scope.owner_of(Project, cast.project.pk) == cast.organisation
    assert scope.owner_of(Project, cast.organisation.pk) is None
    Organisation.objects.filter(pk=cast.organisation.pk).update(deactivated_at=cast.organisation.created_at)
    assert scope.owner_of(Project, cast.project.pk) is None


# --- The scope reaches as far as the answer


def test_streamed_chunks_are_made_inside_and_nothing_stays_open(cast: Cast):
    def chunks():
        for project in Project.objects.all():
            yield project.slug
        yield str(Project.objects.count())

    answer = StreamingHttpResponse(scope.streamed(cast.organisation, chunks()))
    taken = []
    for chunk in answer.streaming_content:
        assert scope.current_organisation() is None
        taken.append(chunk)
    assert taken == [b"hiring", b"1"]


def test_scope_closes_after_an_error(cast: Cast):
    with pytest.raises(ZeroDivisionError), open_organisation(cast.organisation):
        raise ZeroDivisionError
    assert scope.current_organisation() is None


def test_inner_scope_replaces_the_outer_one(cast: Cast):
    with open_organisation(cast.organisation):
        with open_organisation(cast.other):
            assert [p.organisation for p in Project.objects.all()] == [cast.other]
        assert [p.organisation for p in Project.objects.all()] == [cast.organisation]


def test_raw_sql_meets_the_same_guard(cast: Cast):
    other = make_organisation("third", "Third")
    value = Project._meta.get_field("organisation").get_db_prep_value(other.pk, connection)
    stays = pytest.raises(IntegrityError, match="accounts_project_stays")
    with connection.cursor() as cursor, stays, transaction.atomic():
        cursor.execute("UPDATE accounts_project SET organisation_id = %s", [value])
