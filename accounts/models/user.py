"""A person who can sign in."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Makes users for verbs and commands; addresses are kept in lower case."""

    def create_user(self, email: str, name: str = "", password: str | None = None, **facts: Any) -> "User":
        user = self.model(email=email.strip().lower(), name=name.strip(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **facts: Any) -> "User":
        """The platform operator: installation matters only, no organisation's content."""
        return self.create_user(email, name, password, is_operator=True, **facts)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody with an address. What they may do stands in memberships and seats, never here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    is_operator = models.BooleanField(_("platform operator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    # The admin asks these. It is the operator's, and knows users and organisations only.

    @property
    def is_staff(self) -> bool:
        return self.is_operator

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return (
            self.is_active
            and self.is_operator
            and perm
            in {
                "accounts.view_user",
                "accounts.add_user",
                "accounts.change_user",
                "accounts.view_organisation",
                "accounts.add_organisation",
                "accounts.change_organisation",
            }
        )

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_operator and app_label == "accounts"
