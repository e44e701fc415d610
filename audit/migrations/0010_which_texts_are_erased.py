"""An index of the erased texts alone, so that whatever keeps words in memory finds which of them it must let go of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_session"),
        ("audit", "0009_days_from_their_hours"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="text",
            index=models.Index(
                fields=["organisation"], condition=models.Q(erased_at__isnull=False), name="text_erased"
            ),
        ),
    ]
