"""Forums, seats, meetings, agenda items, minutes and action points."""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.forms.checked import CheckedForm, area, day
from partnerships.models import AgendaItem, Forum, ForumMember, Meeting
from partnerships.selectors import people_of, people_of_all
from partnerships.services import ItemMinutes, fingerprint
from portal.common import clock
from portal.common.cpr import validate_no_cpr

People = Sequence[tuple[int, str]]


class ForumForm(CheckedForm):
    name = forms.CharField(label=_("Navn"), max_length=160)
    purpose = forms.CharField(
        label=_("Formål"),
        help_text=_("Hvad skal forummet tage sig af?"),
        max_length=2000,
        required=False,
        widget=area(5),
    )

    @staticmethod
    def initial_of(forum: Forum) -> dict[str, Any]:
        return {"name": forum.name, "purpose": forum.purpose}


class _PersonForm(CheckedForm):
    """A person of one organisation; nobody is a fair answer."""

    def _offer_people(self, name: str, people: People, nobody: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared below
        field.choices = [("", nobody), *((str(pk), label) for pk, label in people)]


def _person_field(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, help_text=help_text, coerce=int, empty_value=None, required=False
    )


class MemberForm(CheckedForm):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("Vælg organisation"),
    )

    def __init__(self, *args: Any, forum: Forum, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        seated = forum.members.seated().values("organisation_id")
        field.queryset = (
            Organisation.objects.public()
            .exclude(pk__in=seated)
            .exclude(pk=forum.organisation_id)
            .exclude(kind__in=["operator", "practice"])
            .in_danish_order()
        )


class SeatForm(_PersonForm):
    person = _person_field(
        _("Hvem møder?"), _("Ledere og koordinatorer kan vælges. De andre kan ikke logge ind her.")
    )
    is_chair = forms.BooleanField(label=_("Er forperson"), required=False)

    def __init__(self, *args: Any, member: ForumMember, **kwargs: Any) -> None:
        initial = {"person": member.person_id, "is_chair": member.is_chair}
        super().__init__(*args, initial=initial, **kwargs)
        self._offer_people("person", people_of(member.organisation_id), _("Ingen bestemt"))


class MeetingForm(CheckedForm):
    title = forms.CharField(label=_("Titel"), max_length=160)
    on = forms.DateField(label=_("Dag"), widget=day())
    begins = forms.TimeField(
        label=_("Fra kl."), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("Til kl."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    place = forms.CharField(
        label=_("Sted"),
        help_text=_("Eller et link til et onlinemøde."),
        max_length=200,
        required=False,
    )

    @staticmethod
    def initial_of(meeting: Meeting) -> dict[str, Any]:
        begins = clock.local(meeting.begins_at)
        ends = clock.local(meeting.ends_at) if meeting.ends_at else None
        return {
            "title": meeting.title,
            "on": begins.date(),
            "begins": begins.time(),
            "ends": ends.time() if ends else None,
            "place": meeting.place,
        }

    def values(self) -> dict[str, Any]:
        """As the service wants them: a day and times become moments in Copenhagen."""

        def moment(at: time) -> datetime:
            return datetime.combine(self.cleaned_data["on"], at, tzinfo=clock.COPENHAGEN)

        ends = self.cleaned_data["ends"]
        return {
            "title": self.cleaned_data["title"],
            "begins_at": moment(self.cleaned_data["begins"]),
            "ends_at": moment(ends) if ends else None,
            "place": self.cleaned_data["place"],
        }


class ItemForm(CheckedForm):
    title = forms.CharField(label=_("Hvad handler punktet om?"), max_length=200)
    text = forms.CharField(
        label=_("Baggrund"),
        help_text=_("Hvad skal de andre vide, og hvad skal I beslutte?"),
        max_length=4000,
        required=False,
        widget=area(5),
    )


class MinutesForm(CheckedForm):
    """One page for the whole meeting: each place carries the version it was read in."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.CharField(widget=forms.HiddenInput, required=False)
    general = forms.CharField(
        label=_("Fælles indledning"),
        help_text=_("Hvem var der, og hvad blev sagt uden for punkterne?"),
        max_length=20_000,
        required=False,
        widget=area(4),
    )

    def __init__(self, *args: Any, meeting: Meeting, items: Sequence[AgendaItem], **kwargs: Any):
        self.items = list(items)
        initial: dict[str, Any] = {
            "version": meeting.version,
            "general": meeting.minutes,
            "read": fingerprint(meeting.minutes),
        }
        for item in self.items:
            initial[f"version-{item.pk}"] = item.version
            initial[f"read-{item.pk}"] = fingerprint(item.minutes, item.decision)
            initial[f"minutes-{item.pk}"] = item.minutes
            initial[f"decision-{item.pk}"] = item.decision
        super().__init__(*args, initial=initial, **kwargs)
        for item in self.items:
            self._add(item)

    def _add(self, item: AgendaItem) -> None:
        self.fields[f"version-{item.pk}"] = forms.IntegerField(widget=forms.HiddenInput)
        self.fields[f"read-{item.pk}"] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.fields[f"minutes-{item.pk}"] = forms.CharField(
            label=_("Referat"),
            max_length=8000,
            required=False,
            widget=area(4),
            validators=[validate_no_cpr],
        )
        self.fields[f"decision-{item.pk}"] = forms.CharField(
            label=_("Beslutning"),
            max_length=2000,
            required=False,
            widget=area(2),
            validators=[validate_no_cpr],
        )

    def parts(self) -> list[dict[str, Any]]:
        """Each item with its own fields, for the page."""
        return [
            {
                "item": item,
                "version": self[f"version-{item.pk}"],
                "read": self[f"read-{item.pk}"],
                "minutes": self[f"minutes-{item.pk}"],
                "decision": self[f"decision-{item.pk}"],
            }
            for item in self.items
        ]

    def written(self) -> list[ItemMinutes]:
        return [
            ItemMinutes(
                item_id=item.pk,
                version=self.cleaned_data[f"version-{item.pk}"],
                minutes=self.cleaned_data[f"minutes-{item.pk}"],
                decision=self.cleaned_data[f"decision-{item.pk}"],
                read=self.cleaned_data[f"read-{item.pk}"],
            )
            for item in self.items
        ]

    def read_again(self, meeting: Meeting | None, items: Sequence[AgendaItem]) -> None:
        """After a clash: what was typed stays, and in the places that clashed the next saving is on
        top of what stands now. `meeting` where the common text is one of them."""
        data = dict(self.data.items())
        if meeting is not None:
            data["version"] = str(meeting.version)
        for item in items:
            data[f"version-{item.pk}"] = str(item.version)
        self.data = data


class MinutesCommentForm(CheckedForm):
    text = forms.CharField(
        label=_("Skal noget rettes i referatet?"),
        help_text=_("Alle i forummet kan læse det. Den, der skriver referatet, får besked."),
        max_length=2000,
        widget=area(3),
    )


class ActionForm(_PersonForm):
    text = forms.CharField(label=_("Hvad skal gøres?"), max_length=400)
    organisation = forms.ModelChoiceField(
        label=_("Hvem gør det?"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("Vælg organisation"),
    )
    owner = _person_field(
        _("Ansvarlig person"), _("Får påmindelserne. Ellers får organisationen dem.")
    )
    due_on = forms.DateField(label=_("Senest"), widget=day())

    def __init__(self, *args: Any, takers: Collection[int], **kwargs: Any) -> None:
        """`takers` are the organisations that can be given the task."""
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Organisation.objects.public().filter(pk__in=takers).in_danish_order()
        self._offer_people("owner", people_of_all(takers), _("Ingen bestemt"))

    def values(self) -> dict[str, Any]:
        """As the service wants them."""
        data = self.cleaned_data
        return {
            "text": data["text"],
            "organisation": data["organisation"],
            "owner_id": data["owner"],
            "due_on": data["due_on"],
        }
