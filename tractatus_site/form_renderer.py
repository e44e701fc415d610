"""How every form of the site turns into HTML: our templates, with the tags of `page` at hand."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form.name.as_field_group }}` renders components/field.html; `{{ form }}` renders them all."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
