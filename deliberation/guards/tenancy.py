"""A row points only to rows of its own organisation, and to parts of its own deliberation."""

from django.apps import apps
from django.db import models

from accounts.guards import Refuse, SameOrganisation, Stays, register
from deliberation.models.tenancy import OfDeliberation

ELSEWHERE = {
    ("citation", "precedent"),
    ("precedent", "superseded_by"),
    ("review", "successor"),
}
"""The references that by their nature lead to another deliberation."""


def declare() -> None:
    for model in apps.get_app_config("deliberation").get_models():
        if _has_organisation(model):
            register(Stays(model._meta.db_table))
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            parent = field.remote_field.model
            if not _has_organisation(model, parent):
                continue
            register(SameOrganisation(model._meta.db_table, field.column, parent._meta.db_table))
            if _of_one_deliberation(model, field):
                register(_same_deliberation(model, field))


def _has_organisation(*owners: type[models.Model]) -> bool:
    return all(any(f.name == "organisation" for f in owner._meta.concrete_fields) for owner in owners)


def _of_one_deliberation(model: type[models.Model], field: models.ForeignKey) -> bool:
    return (
        issubclass(model, OfDeliberation)
        and issubclass(field.related_model, OfDeliberation)
        and (model._meta.model_name, field.name) not in ELSEWHERE
    )


def _same_deliberation(model: type[models.Model], field: models.ForeignKey) -> Refuse:
    return Refuse(
        model._meta.db_table,
        f"{model._meta.model_name}_{field.name}_here",
        ("insert", "update"),
        f'NEW."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{field.related_model._meta.db_table}" parent '
        f'WHERE parent.id = NEW."{field.column}" AND parent.deliberation_id = NEW.deliberation_id)',
        f"{field.name} belongs to another deliberation.",
    )
