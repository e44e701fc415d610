"""The titles of frameworks and groups in what was decided, of which there are few in however many deliberations."""

from __future__ import annotations

from django.db import connection

from accounts.scope import current_organisation
from deliberation.domain.precedent import STANDING
from deliberation.models import Framework, Group, Precedent, PrecedentTerm

KINDS = {Framework: PrecedentTerm.Kind.FRAMEWORK, Group: PrecedentTerm.Kind.GROUP}

_WALK = """
WITH RECURSIVE walked(term) AS (
    SELECT min(term) FROM deliberation_precedentterm WHERE organisation_id = %(ours)s AND kind = %(kind)s
    UNION ALL
    SELECT (
        SELECT min(term) FROM deliberation_precedentterm
        WHERE organisation_id = %(ours)s AND kind = %(kind)s AND term > walked.term
    ) FROM walked WHERE walked.term IS NOT NULL
)
SELECT DISTINCT title FROM {rows} WHERE organisation_id = %(ours)s AND status IN ({kept}) AND deliberation_id IN (
    SELECT (
        SELECT deliberation_id FROM deliberation_precedentterm named
        WHERE named.organisation_id = %(ours)s AND named.kind = %(kind)s AND named.term = walked.term LIMIT 1
    ) FROM walked WHERE walked.term IS NOT NULL
    UNION
    SELECT deliberation_id FROM deliberation_precedent WHERE organisation_id = %(ours)s AND state IN ({ended})
)
"""
"""From one term to the next through their index, each with a deliberation that names it: DISTINCT alone reads every row
of every deliberation. What stands no longer has no terms, and is few."""


def titles_decided(model: type[Framework] | type[Group]) -> list[str]:
    """Those that stand in any decided deliberation of the organisation, by name.

    Of titles that differ only in case or in space, one at least.
    """
    organisation = current_organisation()
    assert organisation is not None  # no row is read outside a scope
    ours = Precedent._meta.get_field("organisation").get_db_prep_value(organisation.pk, connection)
    kept = {f"kept_{n}": str(status) for n, status in enumerate(model.STANDING)}
    ended = {f"ended_{n}": str(state) for n, state in enumerate(set(Precedent.State) - set(STANDING))}
    sql = _WALK.format(rows=model._meta.db_table, kept=_named(kept), ended=_named(ended))
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ours": ours, "kind": str(KINDS[model]), **kept, **ended})
        return sorted(title for (title,) in cursor.fetchall())


def _named(values: dict[str, str]) -> str:
    return ", ".join(f"%({name})s" for name in values)
