"""Keys and checkpoints, which the database refuses to change."""

import django.db.models.deletion
from django.db import migrations, models


SQL = """
CREATE FUNCTION checkpoints_key_retires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL
        AND (NEW.id, NEW.vkey, NEW.name, NEW.made_at, NEW.change_note)
          = (OLD.id, OLD.vkey, OLD.name, OLD.made_at, OLD.change_note) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The record is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER log_key_no_change BEFORE UPDATE OR DELETE ON checkpoints_signingkey
    FOR EACH ROW EXECUTE FUNCTION checkpoints_key_retires();
CREATE TRIGGER log_key_no_truncate BEFORE TRUNCATE ON checkpoints_signingkey
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE ON checkpoints_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoints_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
ALTER TABLE checkpoints_signingkey ENABLE ALWAYS TRIGGER log_key_no_change;
ALTER TABLE checkpoints_signingkey ENABLE ALWAYS TRIGGER log_key_no_truncate;
ALTER TABLE checkpoints_checkpoint ENABLE ALWAYS TRIGGER checkpoint_no_change;
ALTER TABLE checkpoints_checkpoint ENABLE ALWAYS TRIGGER checkpoint_no_truncate;
ALTER TABLE checkpoints_checkpoint ADD CONSTRAINT checkpoint_root_fits
    CHECK (octet_length(root) = 32);
"""


class Migration(migrations.Migration):

    initial = True
    dependencies = [("ledger", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vkey', models.CharField(max_length=400, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('change_note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['made_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('name',), name='log_key_one'), models.CheckConstraint(condition=models.Q(('retired_at__isnull', True), ('retired_at__gte', models.F('made_at')), _connector='OR'), name='log_key_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField(unique=True)),
                ('root', models.BinaryField()),
                ('note', models.TextField()),
                ('signed_at', models.DateTimeField()),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='checkpoints.signingkey')),
            ],
            options={
                'ordering': ['size'],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='checkpoint_of_some')],
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
