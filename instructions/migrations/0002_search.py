"""Full-text search over `Searchable`: an index of PostgreSQL, or FTS5 of SQLite kept in step by triggers."""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE INDEX instructions_searchable_words ON instructions_searchable USING gin (to_tsvector('simple', body))
    """,
    """
    CREATE FUNCTION instructions_forget_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM instructions_searchable WHERE text_id = NEW.id; RETURN NEW; END $$
    """,
    """
    CREATE TRIGGER instructions_forget_erased AFTER UPDATE ON audit_text FOR EACH ROW
    WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION instructions_forget_erased()
    """,
)
SQLITE = (
    """
    CREATE VIRTUAL TABLE instructions_fts USING fts5(
        body, content='instructions_searchable', content_rowid='id', tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER instructions_fts_insert AFTER INSERT ON instructions_searchable BEGIN
        INSERT INTO instructions_fts(rowid, body) VALUES (NEW.id, NEW.body);
    END
    """,
    """
    CREATE TRIGGER instructions_fts_delete AFTER DELETE ON instructions_searchable BEGIN
        INSERT INTO instructions_fts(instructions_fts, rowid, body) VALUES ('delete', OLD.id, OLD.body);
    END
    """,
    """
    CREATE TRIGGER instructions_fts_update AFTER UPDATE ON instructions_searchable BEGIN
        INSERT INTO instructions_fts(instructions_fts, rowid, body) VALUES ('delete', OLD.id, OLD.body);
        INSERT INTO instructions_fts(rowid, body) VALUES (NEW.id, NEW.body);
    END
    """,
    """
    CREATE TRIGGER instructions_forget_erased AFTER UPDATE ON audit_text WHEN NEW.erased_at IS NOT NULL BEGIN
        DELETE FROM instructions_searchable WHERE text_id = NEW.id;
    END
    """,
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER instructions_forget_erased ON audit_text",
        "DROP FUNCTION instructions_forget_erased()",
        "DROP INDEX instructions_searchable_words",
    ),
    "sqlite": (
        "DROP TRIGGER instructions_forget_erased",
        "DROP TRIGGER instructions_fts_update",
        "DROP TRIGGER instructions_fts_delete",
        "DROP TRIGGER instructions_fts_insert",
        "DROP TABLE instructions_fts",
    ),
}


def make(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def undo(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("instructions", "0001_initial"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(make, undo, elidable=False)]
