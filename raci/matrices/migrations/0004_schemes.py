"""The scheme of a matrix, and guards: it stays, and no letter of another gets in."""

from django.db import migrations, models

SQL = """
CREATE FUNCTION raci_letters(scheme text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE scheme
        WHEN 'RACI' THEN '{A,R,AR,C,I}'
        WHEN 'RASCI' THEN '{A,R,AR,S,C,I}'
        WHEN 'RACI-VS' THEN '{A,R,AR,V,S,C,I}'
        WHEN 'DACI' THEN '{D,A,DA,C,I}'
    END::text[]
$$;
CREATE FUNCTION raci_refuse_mixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given text := (SELECT scheme FROM raci_matrix WHERE id = NEW.matrix_id);
BEGIN
    IF NEW.letter = ANY (raci_letters(given)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The letter % is none of the scheme %.', NEW.letter, given
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER assignment_of_scheme BEFORE INSERT OR UPDATE ON raci_assignment
    FOR EACH ROW EXECUTE FUNCTION raci_refuse_mixed();
CREATE FUNCTION raci_refuse_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A matrix keeps its scheme.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER matrix_keeps_scheme BEFORE UPDATE ON raci_matrix
    FOR EACH ROW WHEN (OLD.scheme IS DISTINCT FROM NEW.scheme)
    EXECUTE FUNCTION raci_refuse_scheme();
"""
BACK = """
DROP TRIGGER matrix_keeps_scheme ON raci_matrix;
DROP FUNCTION raci_refuse_scheme();
DROP TRIGGER assignment_of_scheme ON raci_assignment;
DROP FUNCTION raci_refuse_mixed();
DROP FUNCTION raci_letters(text);
"""
SCHEMES = ["RACI", "RASCI", "RACI-VS", "DACI"]
LETTERS = ["A", "R", "AR", "D", "DA", "V", "S", "C", "I"]
KNOWN = models.CheckConstraint(
    condition=models.Q(("letter__in", LETTERS)), name="assignment_letter_known"
)


class Migration(migrations.Migration):
    dependencies = [("raci", "0003_confirmed")]
    operations = [
        migrations.RemoveConstraint("assignment", "assignment_letter_known"),
        migrations.AddField(
            "matrix",
            "scheme",
            models.CharField(
                choices=[(scheme, scheme) for scheme in SCHEMES], default="RACI", max_length=8
            ),
        ),
        migrations.AlterField(
            "assignment",
            "letter",
            models.CharField(choices=[(letter, letter) for letter in LETTERS], max_length=2),
        ),
        migrations.AddConstraint("assignment", KNOWN),
        migrations.AddConstraint(
            "matrix",
            models.CheckConstraint(
                condition=models.Q(("scheme__in", SCHEMES)), name="matrix_scheme_known"
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
