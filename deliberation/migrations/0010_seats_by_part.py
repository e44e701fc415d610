"""An index from which the places of one person are read, by their part, who may have thousands."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_session'),
        ('audit', '0008_indexes_that_pages_read'),
        ('deliberation', '0009_earlier_wordings'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(fields=['organisation', 'part', 'id'], include=('deliberation',), name='seat_of_part'),
        ),
    ]
