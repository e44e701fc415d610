"""The terms of the precedents there are; and a trigger that takes a term out when the words it comes from are erased.

How terms are made is written out here as it was when this was written.
"""

import re
from pathlib import Path

from django.db import migrations

STANDING = ("in_force", "under_review")
KEPT = ("kept", "changed", "written")
TITLES = (("Framework", "framework"), ("Group", "group"), ("TradeOff", "value"))

POSTGRESQL = (
    """
    CREATE FUNCTION deliberation_forget_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM deliberation_precedentterm WHERE text_id = NEW.id; RETURN NEW; END $$
    """,
    """
    CREATE TRIGGER deliberation_forget_erased AFTER UPDATE ON audit_text FOR EACH ROW
    WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION deliberation_forget_erased()
    """,
)
SQLITE = (
    """
    CREATE TRIGGER deliberation_forget_erased AFTER UPDATE ON audit_text WHEN NEW.erased_at IS NOT NULL BEGIN
        DELETE FROM deliberation_precedentterm WHERE text_id = NEW.id;
    END
    """,
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER deliberation_forget_erased ON audit_text",
        "DROP FUNCTION deliberation_forget_erased()",
    ),
    "sqlite": ("DROP TRIGGER deliberation_forget_erased",),
}


def put_up(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def take_down(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def plain(title):
    return " ".join(title.casefold().split()).strip(" .")[:300]


def words_in(text, common):
    for word in re.findall(r"[^\W\d_]{4,}", text.casefold()):
        single = word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word
        if not {word, single} & common:
            yield single[:300]


def terms_of(precedent, model, common):
    """What it is found by: `(kind, term)` with the id of the text it comes from, or None."""
    here = {"deliberation": precedent.deliberation_id}
    found = {}
    for name, kind in TITLES:
        for title in model(name).objects.filter(status__in=KEPT, **here).values_list("title", flat=True):
            found[kind, plain(title)] = None
    version = precedent.outcome.signed_version
    if version is not None:
        for value in model("WeighedValue").objects.filter(version=version).select_related("text").order_by("pk"):
            found.setdefault(("value", plain(value.text.body)), value.text_id)
    deliberation = precedent.deliberation
    texts = [deliberation.question, deliberation.decision_asked]
    if version is not None:
        texts += [version.decision, version.applies_to]
    for text in filter(None, texts):
        for word in words_in(text.body, common):
            found.setdefault(("word", word), text.pk)
    return found


def fill(apps, schema_editor):
    def model(name):
        return apps.get_model("deliberation", name)

    kept = model("PrecedentTerm").objects
    path = Path(__file__).parent.parent / "data" / "common_words.txt"
    common = frozenset(path.read_text(encoding="utf-8").split())
    rows = model("Precedent").objects.filter(state__in=STANDING, terms__isnull=True).select_related(
        "deliberation__question", "deliberation__decision_asked",
        "outcome__signed_version__decision", "outcome__signed_version__applies_to",
    )  # fmt: skip
    for precedent in rows.order_by("pk").iterator(chunk_size=200):
        kept.bulk_create(
            kept.model(
                organisation_id=precedent.organisation_id,
                deliberation_id=precedent.deliberation_id,
                precedent=precedent,
                kind=kind,
                term=term,
                text_id=text,
            )
            for (kind, term), text in terms_of(precedent, model, common).items()
            if term
        )


class Migration(migrations.Migration):
    dependencies = [("deliberation", "0004_precedent_terms"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(put_up, take_down, elidable=False),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=False),
    ]
