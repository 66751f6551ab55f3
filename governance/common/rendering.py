"""Forms drawn with the project's own field template."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Django's renderer with templates/components/field.html for every field."""

    field_template_name = "components/field.html"
    form_template_name = "components/fields.html"
