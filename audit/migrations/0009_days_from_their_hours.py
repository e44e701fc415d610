"""A table of days beside that of hours, and in it the sums of all hours that were counted before."""

from collections import Counter

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


def add_up(apps, schema_editor):
    using = schema_editor.connection.alias
    Tally, DayTally = apps.get_model("audit", "Tally"), apps.get_model("audit", "DayTally")
    DayTally.objects.using(using).all().delete()
    rows = Tally.objects.using(using).values_list("organisation_id", "hour", "what", "first", "second", "count")
    days = Counter()
    for organisation, hour, what, first, second, number in rows.order_by("pk").iterator(chunk_size=2000):
        days[organisation, hour.date(), what, first, second] += number
    DayTally.objects.using(using).bulk_create(
        (
            DayTally(organisation_id=organisation, day=day, what=what, first=first, second=second, count=number)
            for (organisation, day, what, first, second), number in days.items()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_session"),
        ("audit", "0008_indexes_that_pages_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayTally",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("what", models.CharField(choices=[("decision", "service and decision"), ("step", "service and its result within a check"), ("boundary", "boundary and decision"), ("pressure", "level of context pressure"), ("event", "event")], max_length=10)),
                ("day", models.DateField()),
                ("first", models.CharField(max_length=100)),
                ("second", models.CharField(blank=True, max_length=50)),
                ("count", models.PositiveBigIntegerField()),
                ("organisation", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "what", "day", "first", "second", "count"], name="day_tally_sums")],
                "constraints": [models.UniqueConstraint(fields=("organisation", "what", "day", "first", "second"), name="day_tally_once")],
            },
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop, elidable=True),
    ]
