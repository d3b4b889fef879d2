from tortoise import fields, migrations

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0012_notices")]

    initial = False

    operations = [
        AddColumn(
            model_name="IncidentRow",
            name="duty_cycle",
            field=fields.FloatField(null=True),
        ),
        AddColumn(
            model_name="IncidentRow",
            name="period_ms",
            field=fields.BigIntField(null=True),
        ),
    ]
