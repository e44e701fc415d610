"""The titles of frameworks and groups in what was decided, of which there are few in however many deliberations."""

from __future__ import annotations

from django.db import connection

from accounts.scope import current_organisation
from deliberation.models import Framework, Group, Precedent

_WALK = """
WITH RECURSIVE walked(title) AS (
    SELECT min(title) FROM {rows} WHERE organisation_id = %(ours)s
    UNION ALL
    SELECT (SELECT min(title) FROM {rows} WHERE organisation_id = %(ours)s AND title > walked.title)
    FROM walked WHERE walked.title IS NOT NULL
)
SELECT title FROM walked WHERE 1 = (
    SELECT 1 FROM {rows} named JOIN {precedents} decided ON decided.deliberation_id = named.deliberation_id
    WHERE named.organisation_id = %(ours)s AND named.title = walked.title AND named.status IN ({standing})
    LIMIT 1
)
"""
"""From one title to the next through their index, each with the first row that has it; DISTINCT reads every row, and
so does PostgreSQL for EXISTS."""


def titles_decided(model: type[Framework] | type[Group]) -> list[str]:
    """Those that stand in any decided deliberation of the organisation, by name."""
    organisation = current_organisation()
    assert organisation is not None  # no row is read outside a scope
    ours = Precedent._meta.get_field("organisation").get_db_prep_value(organisation.pk, connection)
    standing = {f"standing_{n}": str(status) for n, status in enumerate(model.STANDING)}
    sql = _WALK.format(
        rows=model._meta.db_table,
        precedents=Precedent._meta.db_table,
        standing=", ".join(f"%({name})s" for name in standing),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ours": ours, **standing})
        return sorted(title for (title,) in cursor.fetchall())
