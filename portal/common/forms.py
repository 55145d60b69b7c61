"""The one form renderer: label, hint, error and `aria-*` are right once, everywhere.

`{{ form.note.as_field_group }}` gives a whole field. Text fields get our classes, radio buttons and
checkboxes become cards with real inputs inside, and the hint and the error are tied to the field.
"""

from collections.abc import Mapping
from typing import Any, Self

from django.forms import Field, widgets
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.utils.functional import Promise
from django.utils.translation import gettext

Text = str | Promise

_TEXT_CLASS = "form-input"
_CLASSES: dict[type[widgets.Widget], str] = {
    widgets.Textarea: _TEXT_CLASS,
    widgets.CheckboxSelectMultiple: "opts",
    widgets.RadioSelect: "opts",
    widgets.Select: "form-select",
    widgets.ClearableFileInput: "form-file",
    widgets.FileInput: "form-file",
    widgets.CheckboxInput: "",
    widgets.Input: _TEXT_CLASS,
}


class Hinted(str):
    """A choice's label with a line of explanation under it. Made by `choice()`."""

    hint: Text

    def __new__(cls, label: Text, hint: Text = "") -> Self:
        made = super().__new__(cls, label)
        made.hint = hint
        return made


def choice(value: str, label: Text, hint: Text = "") -> tuple[str, Hinted]:
    """One `(value, label)` pair for a card that carries a hint.

    The texts are translated when this is called: call it in the form's `__init__`, not at import.
    """
    return value, Hinted(label, hint)


class GroupBoundField(BoundField):
    """A bound field that gives its widget our class and tells the template how to lay it out."""

    def build_widget_attrs(
        self, attrs: Mapping[str, Any], widget: widgets.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(dict(attrs), widget)
        base = next((name for kind, name in _CLASSES.items() if isinstance(widget, kind)), "")
        own = str(built.get("class", widget.attrs.get("class", "")))
        joined = " ".join(dict.fromkeys(f"{base} {own}".split()))
        if joined:
            built["class"] = joined
        return built

    @property
    def errors(self) -> ErrorList:
        """Django's bare "this field is required" says neither which field nor what to do."""
        found: ErrorList = super().errors
        bare = str(Field.default_error_messages["required"])
        if bare not in found:
            return found
        lines = [self._how_to_fill() if str(line) == bare else str(line) for line in found]
        return type(found)(lines, renderer=found.renderer, field_id=self.auto_id)

    def _how_to_fill(self) -> str:
        if self.is_single_choice:
            text = gettext("Sæt flueben ved »%(label)s«.")
        elif isinstance(self.field.widget, widgets.ChoiceWidget):
            text = gettext("Vælg et svar under »%(label)s«.")
        else:
            text = gettext("Udfyld »%(label)s«.")
        return text % {"label": str(self.label).rstrip(":")}

    @property
    def is_single_choice(self) -> bool:
        """One checkbox: its label stands beside the box, inside the card."""
        return isinstance(self.field.widget, widgets.CheckboxInput)

    @property
    def first_id(self) -> str:
        """The id of the first control, where the error summary sends the reader."""
        many = isinstance(self.field.widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple)
        return f"{self.auto_id}_0" if many else str(self.auto_id)

    @property
    def is_optional(self) -> bool:
        return not (self.field.required or self.use_fieldset or self.is_single_choice)


class FormRenderer(TemplatesSetting):
    """Named by `FORM_RENDERER`; its templates lie in `templates/django/forms/`."""

    bound_field_class = GroupBoundField
