"""Isolation of organisations: one door in, and a manager that stays shut outside it.

`open_organisation` is the only caller of `django_scopes.scope`. Every model that belongs to an organisation
takes its manager from `ScopedManager` here. It closes what the library leaves open: outside a scope
`.exists()` and `.bulk_create()` raise too, and inside one no row of another organisation can be written.
Looking across organisations (which are mine? whose key is this?) happens in the few functions at the end
of this file and nowhere else; a test counts them.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import django_scopes
from django.db import models
from django.db.models import Q
from django.db.models.signals import pre_save
from django_scopes.exceptions import ScopeError
from django_scopes.manager import DisabledQuerySet

if TYPE_CHECKING:
    from accounts.models import APIKey, Membership, Organisation, User

__all__ = ["ScopeError", "ScopedManager", "current_organisation", "open_organisation"]


@contextmanager
def open_organisation(organisation: "Organisation") -> Iterator["Organisation"]:
    """Inside, scoped models give the rows of `organisation` and of no other.

    Raises ScopeError for None or anything but one saved organisation: the library would answer None with
    every tenant's rows. To be entered again inside streamed responses and tasks.
    """
    from accounts.models import Organisation

    if not isinstance(organisation, Organisation) or organisation.pk is None:
        raise ScopeError("A scope needs one organisation.")
    with django_scopes.scope(organisation=organisation):
        yield organisation


def streamed(organisation: "Organisation", chunks: Iterable[Any]) -> Iterator[Any]:
    """The chunks of a streamed response, each made inside the scope, which is shut between them."""
    rest = iter(chunks)
    while True:
        with open_organisation(organisation):
            try:
                chunk = next(rest)
            except StopIteration:
                return
        yield chunk


def current_organisation() -> "Organisation | None":
    """The organisation whose scope is open, or None."""
    return django_scopes.get_scope().get("organisation")


class ClosedQuerySet(DisabledQuerySet):
    """What a scoped manager gives outside a scope: nothing can be asked of it."""

    def closed(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ScopeError(f"{self.model.__name__} belongs to an organisation: open its scope first.")

    error = closed
    alias = bulk_create = bulk_update = closed
    contains = create = defer = difference = distinct = exclude = exists = explain = extra = closed
    in_bulk = intersection = prefetch_related = resolve_expression = select_related = closed
    __bool__ = __getitem__ = __iter__ = __len__ = closed
    aggregate = all = annotate = complex_filter = count = dates = datetimes = delete = closed
    earliest = filter = first = get = get_or_create = iterator = last = latest = only = order_by = closed
    raw = reverse = select_for_update = union = update = update_or_create = values = values_list = closed


def must_be_ours(organisation_id: UUID | None, model: type[models.Model]) -> None:
    """Raise ScopeError where a row of this organisation is to be written while another one's scope is open."""
    ours = current_organisation()
    if ours is not None and organisation_id is not None and organisation_id != ours.pk:
        raise ScopeError(f"A {model.__name__} of another organisation cannot be written here.")


class _OneOrganisation:
    """Mixed into the queryset of scoped models: writes in bulk stay within the open organisation."""

    def bulk_create(self, objs: Iterable[models.Model], *args: Any, **kwargs: Any) -> list[models.Model]:
        rows = list(objs)
        for row in rows:
            must_be_ours(getattr(row, "organisation_id", None), type(row))
        return super().bulk_create(rows, *args, **kwargs)  # type: ignore[misc]

    def update(self, **kwargs: Any) -> int:
        if "organisation" in kwargs or "organisation_id" in kwargs:
            raise ScopeError("A row never changes its organisation.")
        return super().update(**kwargs)  # type: ignore[misc]


def ScopedManager(_manager_class: type[models.Manager] = models.Manager, *, organisation: str = "organisation") -> Any:
    """The manager of a model that belongs to an organisation; `organisation` is the path to it."""
    scoped = type(django_scopes.ScopedManager(_manager_class, organisation=organisation))
    rows = _manager_class._queryset_class  # type: ignore[attr-defined]

    class Manager(scoped):  # type: ignore[misc, valid-type]
        is_scoped = True
        _queryset_class = type(f"{rows.__name__}OfOneOrganisation", (_OneOrganisation, rows), {})

        def get_queryset(self) -> models.QuerySet:
            queryset = super().get_queryset()
            if isinstance(queryset, DisabledQuerySet):
                return ClosedQuerySet(self.model, using=self._db, missing_scopes=queryset.missing_scopes)
            return queryset

    return Manager()


def is_scoped(model: type[models.Model]) -> bool:
    """Whether the model's rows belong to an organisation."""
    return getattr(model._default_manager, "is_scoped", False)


def _refuse_foreign_row(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    if is_scoped(sender):
        must_be_ours(getattr(instance, "organisation_id", None), sender)


pre_save.connect(_refuse_foreign_row, dispatch_uid="accounts.scope.refuse_foreign_row")


# Looking across organisations. Each function gives only what belongs to the one person or key it is asked for, or
# what was made public.


def memberships_of(user: "User") -> list["Membership"]:
    """The user's current memberships of organisations in use, by name, roles fetched."""
    from accounts.models import Membership

    with django_scopes.scopes_disabled():
        return list(
            Membership.objects.filter(user=user, ended_at__isnull=True, organisation__deactivated_at__isnull=True)
            .select_related("organisation")
            .prefetch_related("role_rows")
            .order_by("organisation__name")
        )


def organisations_sat_in(user: "User") -> list["Organisation"]:
    """The organisations in use in which the user sits on a seat now."""
    from accounts.models import Organisation, SeatUser

    with django_scopes.scopes_disabled():
        held = SeatUser.objects.filter(user=user, until__isnull=True)
        return list(Organisation.objects.filter(pk__in=held.values("organisation"), deactivated_at__isnull=True))


def having_a_part_elsewhere(users: Iterable[UUID], organisation: "Organisation") -> set[UUID]:
    """Which of these users, by id, are members of another organisation in use, or sit on a seat there now."""
    from accounts.models import Membership, SeatUser

    here = Q(organisation=organisation) | Q(organisation__deactivated_at__isnull=False)
    with django_scopes.scopes_disabled():
        belongs = Membership.objects.filter(user__in=(ids := list(users)), ended_at__isnull=True).exclude(here)
        sits = SeatUser.objects.filter(user__in=ids, until__isnull=True).exclude(here)
        return set(
            belongs.order_by().values_list("user", flat=True).union(sits.order_by().values_list("user", flat=True))
        )


def key_with_prefix(prefix: str) -> "APIKey | None":
    """The API key with this public prefix, revoked or not. The secret is still to be compared."""
    from accounts.models import APIKey

    with django_scopes.scopes_disabled():
        # There is one at most; not put in order, which every request of a key would pay for.
        rows = APIKey.objects.select_related("organisation", "project").filter(prefix=prefix)
        return next(iter(rows.order_by()), None)


def owner_of(model: "type[models.Model]", key: UUID) -> "Organisation | None":
    """The organisation in use that a row belongs to, for a signed link that names the row alone.

    To be asked only once the link's signature has been found to be ours.
    """
    with django_scopes.scopes_disabled():
        row = model._default_manager.select_related("organisation").filter(pk=key).first()
    if row is None or row.organisation.deactivated_at is not None:  # type: ignore[attr-defined]
        return None
    return row.organisation  # type: ignore[attr-defined]


def rows_of_installation(model: type[models.Model]) -> models.QuerySet:
    """The rows that belong to no organisation: of the record, what operators did."""
    with django_scopes.scopes_disabled():
        return model._default_manager.filter(organisation__isnull=True)


def oldest_of_each(model: type[models.Model]) -> dict["UUID | None", UUID]:
    """For a worker that goes from one organisation to the next: which have rows of the model, and their oldest's id.

    None stands for the installation itself. Each is one look into the model's index, however many rows wait.
    """
    from accounts.models import Organisation

    key = model._meta.pk
    assert key is not None
    with django_scopes.scopes_disabled():
        own = model._default_manager.order_by(key.attname)
        first = own.filter(organisation=models.OuterRef("pk")).values(key.attname)[:1]
        found: dict[UUID | None, UUID] = dict(
            Organisation.objects.annotate(oldest=models.Subquery(first, output_field=models.UUIDField()))
            .filter(oldest__isnull=False).order_by().values_list("pk", "oldest")
        )  # fmt: skip
        nobodys = own.filter(organisation__isnull=True).values_list(key.attname, flat=True).first()
    return found if nobodys is None else {None: nobodys, **found}


def public_rows(model: type[models.Model]) -> models.QuerySet:
    """The rows of organisations in use that the model itself declares `PUBLIC`, a condition on its columns.

    Raises ScopeError for a model that declares nothing public.
    """
    public = getattr(model, "PUBLIC", None)
    if not isinstance(public, models.Q):
        raise ScopeError(f"Nothing of {model.__name__} is public.")
    with django_scopes.scopes_disabled():
        return model._default_manager.filter(public, organisation__deactivated_at__isnull=True)
