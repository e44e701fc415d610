import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_session"),
        ("audit", "0007_answers_found_by_cause"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_subject"),
        migrations.RemoveIndex(model_name="entry", name="entry_service"),
        migrations.AlterField(
            model_name="entry",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="pending",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="leaf",
            name="entry",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="audit.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["organisation", "subject_id", "id"], name="entry_about"),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                fields=["organisation", "what", "hour", "first", "second", "count"], name="tally_sums"
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(fields=["organisation", "entry"], name="pending_oldest"),
        ),
    ]
