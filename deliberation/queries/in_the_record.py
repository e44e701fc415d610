"""Where an entry of the record leads: to the deliberation it is about, for whom that page is."""

from __future__ import annotations

from django.apps import apps
from django.urls import reverse

from accounts.ids import uuid_or_none
from accounts.models import Organisation
from accounts.permissions import Caller, may
from accounts.roles import Role
from audit.queries.registry import lead_by
from deliberation.models import Deliberation, State
from deliberation.models.tenancy import OfDeliberation

OF_REVIEWS = {"review", "change_report"}


def declare() -> None:
    """Say of every table of a deliberation, by each name that entries call it, that its entries lead here."""
    lead_by({"deliberation", *_tables()}, page_of)


def _tables() -> dict[str, type[OfDeliberation]]:
    """The tables by their names in the record: the model's in one word, or its words with lines between."""
    found: dict[str, type[OfDeliberation]] = {}
    for model in apps.get_app_config("deliberation").get_models():
        if issubclass(model, OfDeliberation):
            found[model._meta.model_name or ""] = found[_in_words(model.__name__)] = model
    return found


def _in_words(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")


def page_of(organisation: Organisation, kind: str, subject_id: str, caller: Caller) -> str:
    """The outcome of what is decided, else the first page, for those who see the board; at most one query.

    Of what is open an entry about something in it would tell an administrator who has answered: there is no way on.
    """
    key = uuid_or_none(subject_id)
    model = _tables().get(kind)
    if key is None or (model is None and kind != "deliberation"):
        return ""
    if model is None:
        found = Deliberation.objects.filter(organisation=organisation, pk=key).only("number", "state").first()
    else:
        inside = model._default_manager.filter(organisation=organisation, pk=key).values("deliberation")
        found = Deliberation.objects.filter(organisation=organisation, pk__in=inside).only("number", "state").first()
    if found is None:
        return ""
    address = [organisation.slug, found.number]
    if kind in OF_REVIEWS and may(caller, "read_reviews"):
        return reverse("review", args=address)
    if found.state == State.DECIDED and may(caller, "read_outcome"):
        return reverse("outcome", args=address)
    shown = model is None or not found.is_open or Role.AUDITOR in caller.roles
    return reverse("deliberation", args=address) if shown and may(caller, "read_board") else ""
