"""The one row about the whole installation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock


class MailChoice(models.TextChoices):
    """What the first administrator said about mail."""

    UNDECIDED = "", _("not decided")
    MAIL = "mail", _("mail is sent")
    LINKS = "links", _("no mail: links are passed on by people")


class Installation(models.Model):
    """Since when it runs, whether the demo's one-click sign-in has ended, and how mail leaves."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    demo_ended_at = models.DateTimeField(null=True, blank=True)
    mail_choice = models.CharField(max_length=10, choices=MailChoice.choices, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one"),
            models.CheckConstraint(
                condition=models.Q(mail_choice__in=MailChoice.values),
                name="installation_mail_choice_is_known",
            ),
        ]

    @classmethod
    def current(cls) -> "Installation":
        """The row, made when first asked for. `started_at` is when somebody started for real."""
        row, _made = cls.objects.get_or_create(pk=1)
        return row
