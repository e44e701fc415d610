"""The titles of frameworks and groups in what was decided, of which there are few in however many deliberations."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from accounts.scope import current_organisation
from deliberation.domain.precedent import STANDING
from deliberation.models import Framework, Group, Precedent, PrecedentTerm

KINDS = {Framework: PrecedentTerm.Kind.FRAMEWORK, Group: PrecedentTerm.Kind.GROUP}

_ONE_OF_EACH = """
WITH RECURSIVE walked(term) AS (
    SELECT min(term) FROM deliberation_precedentterm WHERE organisation_id = %(ours)s AND kind = %(kind)s
    UNION ALL
    SELECT (
        SELECT min(term) FROM deliberation_precedentterm
        WHERE organisation_id = %(ours)s AND kind = %(kind)s AND term > walked.term
    ) FROM walked WHERE walked.term IS NOT NULL
)
SELECT (
    SELECT deliberation_id FROM deliberation_precedentterm named
    WHERE named.organisation_id = %(ours)s AND named.kind = %(kind)s AND named.term = walked.term LIMIT 1
) FROM walked WHERE walked.term IS NOT NULL
"""
"""From one term to the next through their index, for each a deliberation that names it: DISTINCT reads every row."""


def titles_decided(model: type[Framework] | type[Group]) -> list[str]:
    """Those that stand in any decided deliberation of the organisation, by name.

    Of titles that differ only in case or in space, one at least.
    """
    organisation = current_organisation()
    assert organisation is not None  # no row is read outside a scope
    ours = PrecedentTerm._meta.get_field("organisation").get_db_prep_value(organisation.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(_ONE_OF_EACH, {"ours": ours, "kind": str(KINDS[model])})
        named = {UUID(str(key)) for (key,) in cursor.fetchall()}
    # What stands no longer has no terms, and is few.
    ended = set(Precedent.State) - set(STANDING)
    named |= set(Precedent.objects.filter(state__in=ended).values_list("deliberation", flat=True))
    rows = model.objects.filter(status__in=model.STANDING, deliberation__in=named)
    return sorted(set(rows.order_by().values_list("title", flat=True)))
