from tortoise import migrations

from coordinator.store.schema.result_table import KeyByTime


class Migration(migrations.Migration):
    dependencies = [("store", "0002_incident_evidence")]

    initial = False

    operations = [KeyByTime()]
