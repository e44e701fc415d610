"""How a verb says no: in one sentence, for people, at the field it is about."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refused(Exception):
    """A verb did not act. Nothing was changed.

    `sentence` is for the person who asked, already translated or lazily so; `field` names the input
    it is about, if one; `status` is what HTTP says for it.
    """

    status = 400

    def __init__(self, sentence: Sentence, field: str | None = None) -> None:
        super().__init__(sentence)
        self._sentence = sentence
        self.field = field

    @property
    def sentence(self) -> str:
        return str(self._sentence)

    @property
    def errors(self) -> dict[str, str]:
        """The refusal by field; what is about the whole form stands under `""`."""
        return {self.field or "": self.sentence}

    def __str__(self) -> str:
        return self.sentence


class NotAllowed(Refused):
    """This person may not do this, whatever the state."""

    status = 403


class WrongState(Refused):
    """The thing is in a state in which this cannot be done."""

    status = 409


class Stale(Refused):
    """Somebody else was quicker, or the page was older than the thing it showed."""

    status = 409


class Invalid(Refused):
    """What was entered cannot be taken. `errors` says where and why."""

    status = 422

    def __init__(
        self,
        sentence: Sentence = "",
        field: str | None = None,
        errors: Mapping[str, Sentence] | None = None,
    ) -> None:
        self._errors = dict(errors or {})
        if not sentence and self._errors:
            field, sentence = next(iter(self._errors.items()))
        super().__init__(sentence or _("This cannot be taken as it stands."), field or None)

    @property
    def errors(self) -> dict[str, str]:
        if self._errors:
            return {name: str(sentence) for name, sentence in self._errors.items()}
        return super().errors
