from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0007_strikes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ChangeRow",
            fields=[
                (
                    "dataset",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("number", fields.BigIntField()),
            ],
            options={
                "table": "change",
                "app": "store",
                "pk_attr": "dataset",
                "table_description": "How often a dataset was changed: rows carry the number of their last change.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "INSERT INTO change (dataset, number) VALUES ('incidents', 0), ('verdicts', 0), ('rollups', 0)",
            reverse_sql="DELETE FROM change",
        ),
        AddColumn(
            model_name="IncidentRow",
            name="change",
            field=fields.BigIntField(db_default=0),
        ),
        AddColumn(
            model_name="VerdictRow",
            name="change",
            field=fields.BigIntField(db_default=0),
        ),
        ops.AddIndex(
            model_name="IncidentRow", index=Index(fields=["change"], name="incident_change")
        ),
        ops.AddIndex(
            model_name="VerdictRow", index=Index(fields=["change"], name="verdict_change")
        ),
        ops.RunSQL(
            "ALTER TABLE rollup_hour ADD COLUMN change BIGINT NOT NULL DEFAULT 0",
            reverse_sql="ALTER TABLE rollup_hour DROP COLUMN change",
        ),
        ops.RunSQL(
            'CREATE TABLE rollup_gone (at BIGINT NOT NULL, service VARCHAR(64) NOT NULL, component VARCHAR(64) NOT NULL, "check" VARCHAR(64) NOT NULL, region VARCHAR(64) NOT NULL, change BIGINT NOT NULL, PRIMARY KEY (at, service, component, "check", region))',
            reverse_sql="DROP TABLE rollup_gone",
        ),
        ops.RunSQL(
            "CREATE INDEX rollup_hour_change ON rollup_hour (change)",
            reverse_sql="DROP INDEX rollup_hour_change",
        ),
    ]
