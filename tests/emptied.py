"""The database as it was before a transactional test: what was written is deleted, what migrations made stays.

Django's flush empties all tables, whether anything is in them or not, and then makes content types, permissions and
every guard anew; here that takes longer than most of the tests.
"""

from functools import cache

from django.db import connection, transaction

from accounts import guards

MADE_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}
EVERYTHING_HANGS_ON = ("accounts_organisation", "accounts_user")


def empty() -> None:
    """Delete all rows but those that migrating made. A guard that a test took away is put back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_if_filled(table) for table in _tables()))
        filled = {table for (table,) in cursor.fetchall()}
        with guards.lifted(only=filled):
            for table in filled:
                cursor.execute(f'DELETE FROM "{table}"')
            # On PostgreSQL a table is not altered while checks of it wait for the end.
            connection.check_constraints()
    if guards.installed() != _expected():
        guards.install()


def left_behind() -> list[str]:
    """What is there though everything should have ended, in words; afterwards it is not there any more."""
    found = []
    while connection.in_atomic_block:
        found.append("an open transaction")
        connection.set_rollback(True)
        connection.atomic_blocks[-1].__exit__(None, None, None)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(map(_if_filled, EVERYTHING_HANGS_ON)))
        rows = [f"rows in {table}" for (table,) in cursor.fetchall()]
    if rows:
        empty()
    return found + rows


def _if_filled(table: str) -> str:
    return f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")"


@cache
def _tables() -> list[str]:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(found) - MADE_BY_MIGRATE)


@cache
def _expected() -> set[str]:
    return guards.expected()
