"""The platform operator's pages: organisations and users, listed, made and deactivated. No content, no edits.

Every act calls a verb, so that the record has it.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.domain.organisations import (
    create_organisation,
    create_user,
    deactivate_organisation,
    deactivate_user,
    reactivate_organisation,
    reactivate_user,
)
from accounts.models import Organisation, User
from accounts.refusals import Refused

admin.site.site_header = _("Platform operator")
admin.site.site_title = _("Platform operator")
admin.site.index_title = _("Organisations and users")
admin.site.enable_nav_sidebar = False
# The operator signs in like everybody, second factor included.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ListOnly(admin.ModelAdmin):
    """Rows are looked at; what can be done to them are actions, and those are verbs."""

    actions_on_bottom = True
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields_shown if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields_shown if obj else list(self.form.base_fields)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Asked without a row, it opens the actions of the list; a row itself is never edited.
        return obj is None and super().has_change_permission(request)

    fields_shown: tuple[str, ...] = ()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The record is the log."""

    def do(self, request: HttpRequest, rows: QuerySet, verb: Callable[..., object], said: Any) -> None:
        for row in rows:
            try:
                verb(row, by=request.user)
            except Refused as refused:
                self.message_user(request, f"{row}: {refused.sentence}", messages.ERROR)
            else:
                self.message_user(request, said % {"row": row}, messages.SUCCESS)


class NewOrganisation(forms.ModelForm):
    """An organisation and its first administrator, who takes in everybody else."""

    administrator_email = forms.EmailField(label=_("First administrator’s address"))
    administrator_name = forms.CharField(label=_("First administrator’s name"), max_length=200)

    class Meta:
        model = Organisation
        fields = ("name", "slug", "time_zone")


@admin.register(Organisation)
class OrganisationAdmin(ListOnly):
    form = NewOrganisation
    list_display = ("name", "slug", "is_demo", "created_at", "deactivated_at")
    list_filter = ("is_demo",)
    search_fields = ("name", "slug")
    fields_shown = ("name", "slug", "time_zone", "language", "is_demo", "created_at", "deactivated_at")
    actions = ("deactivate", "reactivate")

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        made = create_organisation(
            asked["slug"],
            asked["name"],
            by=request.user,  # type: ignore[arg-type]
            time_zone=asked["time_zone"],
            administrator_email=asked["administrator_email"],
            administrator_name=asked["administrator_name"],
        )
        obj.pk = made.pk

    @admin.action(description=_("Deactivate the chosen organisations"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.do(request, queryset, deactivate_organisation, _("%(row)s is closed."))

    @admin.action(description=_("Open the chosen organisations again"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.do(request, queryset, reactivate_organisation, _("%(row)s is open again."))


class NewUser(forms.ModelForm):
    """Somebody who belongs nowhere yet."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


@admin.register(User)
class UserAdmin(ListOnly):
    form = NewUser
    list_display = ("email", "name", "is_operator", "is_active", "created_at", "last_login")
    list_filter = ("is_active", "is_operator")
    search_fields = ("email", "name")
    fields_shown = ("email", "name", "is_operator", "is_active", "created_at", "last_login")
    actions = ("deactivate", "reactivate")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.pk = create_user(form.cleaned_data["email"], form.cleaned_data["name"], by=request.user).pk  # type: ignore[arg-type]

    @admin.action(description=_("Deactivate the chosen users"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.do(request, queryset, deactivate_user, _("%(row)s cannot sign in any more."))

    @admin.action(description=_("Let the chosen users sign in again"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        self.do(request, queryset, reactivate_user, _("%(row)s can sign in again."))
