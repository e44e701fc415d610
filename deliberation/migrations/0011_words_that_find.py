"""The words by which what was signed is found; where the database looks them up; and those of what stands.

PostgreSQL has them as a column that it derives, with an index; whose they are and of which kind is one of the words, so
that a word of others, or of another kind, costs nothing. SQLite has them in a table of FTS5 beside, kept in step by
triggers. Rows are only ever added and removed. When a text is erased, a trigger removes those of every deliberation
that says it in one of the columns they come from. How texts are taken apart is written out here as it was when this was
written.
"""

import re
import unicodedata
from itertools import pairwise

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

LONGEST = 40
MOST = 200_000
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)

ERASED = """
    DELETE FROM deliberation_searchable WHERE deliberation_id IN (
        SELECT id FROM deliberation_deliberation WHERE question_id = NEW.id
        UNION SELECT deliberation_id FROM deliberation_outcomeversion
            WHERE decision_id = NEW.id OR justification_id = NEW.id OR applies_to_id = NEW.id
        UNION SELECT deliberation_id FROM deliberation_weighedvalue WHERE text_id = NEW.id
        UNION SELECT deliberation_id FROM deliberation_remainder
            WHERE loss_id = NEW.id OR bearer_id = NEW.id OR debt_id = NEW.id
        UNION SELECT deliberation_id FROM deliberation_commitment
            WHERE what_id = NEW.id OR to_whom_id = NEW.id OR owner_id = NEW.id
    );
"""
POSTGRESQL = (
    """
    ALTER TABLE deliberation_searchable ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(kind || ':' || organisation_id::text || ' ' || words, ' '), ''))
    ) STORED
    """,
    """
    CREATE INDEX searchable_words ON deliberation_searchable USING gin (vector)
    """,
    f"""
    CREATE FUNCTION deliberation_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {ERASED} RETURN NEW; END $$
    """,
    """
    CREATE TRIGGER deliberation_forget_words AFTER UPDATE ON audit_text FOR EACH ROW
    WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION deliberation_forget_words()
    """,
)
SQLITE = (
    """
    CREATE VIRTUAL TABLE deliberation_fts USING fts5(searchable, words, tokenize='ascii')
    """,
    """
    CREATE TRIGGER deliberation_fts_insert AFTER INSERT ON deliberation_searchable BEGIN
        INSERT INTO deliberation_fts(searchable, words) VALUES (NEW.id, NEW.words);
    END
    """,
    """
    CREATE TRIGGER deliberation_fts_delete AFTER DELETE ON deliberation_searchable BEGIN
        DELETE FROM deliberation_fts WHERE rowid IN (
            SELECT rowid FROM deliberation_fts WHERE deliberation_fts MATCH 'searchable:"' || OLD.id || '"'
        );
    END
    """,
    f"""
    CREATE TRIGGER deliberation_forget_words AFTER UPDATE ON audit_text WHEN NEW.erased_at IS NOT NULL BEGIN
        {ERASED}
    END
    """,
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER deliberation_forget_words ON audit_text",
        "DROP FUNCTION deliberation_forget_words()",
        "DROP INDEX searchable_words",
        "ALTER TABLE deliberation_searchable DROP COLUMN vector",
    ),
    "sqlite": (
        "DROP TRIGGER deliberation_forget_words",
        "DROP TRIGGER deliberation_fts_delete",
        "DROP TRIGGER deliberation_fts_insert",
        "DROP TABLE deliberation_fts",
    ),
}


def put_up(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_down(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def words_of(texts):
    found = set()
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", "\n".join(texts)).casefold())
    for run in "".join(one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in plain).split():
        for unspaced in UNSPACED.findall(run):
            found |= {one + other for one, other in pairwise(unspaced)} | {unspaced[-1]}
        found |= {word[:LONGEST] for word in UNSPACED.split(run) if word}
    kept, room = [], MOST
    for word in sorted(found):
        room -= len(word) + 1
        if room < 0:
            break
        kept.append(word)
    return " ".join(kept)


def rows_of(outcome, precedent):
    """What each row is found by: its kind and id, and the texts."""
    version = outcome.signed_version
    question = outcome.deliberation.question
    yield "precedent", precedent.pk, (question, version.decision, version.justification, version.applies_to)
    yield "less_weight", version.pk, [one.text for one in version.values.all() if one.side == "deprioritized"]
    for loss in version.remainders.all():
        yield "loss", loss.pk, (question, loss.loss, loss.bearer, loss.debt)
        yield "bearer", loss.pk, (loss.bearer,)
    for promise in version.commitments.all():
        bearer = promise.remainder.bearer if promise.remainder else None
        yield "promise", promise.pk, (question, promise.what, promise.to_whom, promise.owner)
        yield "promised_to", promise.pk, (promise.to_whom, bearer)


def fill(apps, schema_editor):
    made = apps.get_model("deliberation", "Searchable")
    precedents = apps.get_model("deliberation", "Precedent").objects.filter(outcome__signed_version__isnull=False)
    signed = "outcome__signed_version"
    rows = precedents.select_related(
        "outcome__deliberation__question", f"{signed}__decision", f"{signed}__justification", f"{signed}__applies_to"
    ).prefetch_related(
        f"{signed}__values__text",
        *(f"{signed}__remainders__{name}" for name in ("loss", "bearer", "debt")),
        *(f"{signed}__commitments__{name}" for name in ("what", "to_whom", "owner", "remainder__bearer")),
    )
    new = []
    for precedent in rows.order_by("pk").iterator(chunk_size=500):
        for kind, row, texts in rows_of(precedent.outcome, precedent):
            new.append(
                made(
                    organisation_id=precedent.organisation_id,
                    deliberation_id=precedent.deliberation_id,
                    kind=kind,
                    row=row,
                    words=words_of(text.body for text in texts if text),
                )
            )
        if len(new) > 5_000:
            made.objects.bulk_create(new, batch_size=1_000)
            new = []
    made.objects.bulk_create(new, batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_session"),
        ("audit", "0001_initial"),
        ("deliberation", "0010_seats_by_part"),
    ]

    operations = [
        migrations.CreateModel(
            name="Searchable",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("precedent", "a precedent, by what was asked and decided"),
                            ("loss", "a loss, by what is said of it"),
                            ("bearer", "a loss, by who bears it"),
                            ("promise", "a promise, by what is said of it"),
                            ("promised_to", "a promise, by whom it is for"),
                            ("less_weight", "a version, by a value it gives less weight"),
                        ],
                        max_length=11,
                    ),
                ),
                ("row", models.UUIDField()),
                (
                    "words",
                    models.TextField(help_text="each once, as `deliberation.domain.findable` takes texts apart"),
                ),
                (
                    "deliberation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="deliberation.deliberation",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["precedent", "loss", "bearer", "promise", "promised_to", "less_weight"])
                        ),
                        name="searchable_kind_known",
                    ),
                    models.UniqueConstraint(fields=("organisation", "kind", "row"), name="searchable_once"),
                ],
            },
        ),
        migrations.RunPython(put_up, take_down, elidable=False),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
