"""One thing a human told the AI, as the validator and the gate read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tractatus import arguments
from tractatus.results import FrozenDict, Record
from tractatus.vocabulary import Persistence, Quadrant, TemporalScope, VerificationRequired

if TYPE_CHECKING:
    from tractatus.classifier import Classification


@dataclass(frozen=True)
class Instruction(Record):
    """An instruction of the history, with its classification (core concepts, section 1).

    `parameters` are the values it fixes, by name, as text. `environment` is the one it is for, None for every one.
    `supersedes` is the id of the instruction it took the place of, never its own. Raises `TypeError` or `ValueError`
    naming the field.
    """

    id: str
    text: str
    quadrant: Quadrant
    persistence: Persistence
    temporal_scope: TemporalScope
    verification_required: VerificationRequired
    explicitness: float
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source: str = "user"
    active: bool = True
    created_at: datetime | None = None
    expires_at: datetime | None = None
    supersedes: str | None = None
    environment: str | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not arguments.text(self.id, "id"):
            raise ValueError("id: some text is expected, not an empty one.")
        arguments.text(self.text, "text")
        put(self, "quadrant", arguments.choice(self.quadrant, Quadrant, "quadrant"))
        put(self, "persistence", arguments.choice(self.persistence, Persistence, "persistence"))
        put(self, "temporal_scope", arguments.choice(self.temporal_scope, TemporalScope, "temporal_scope"))
        required = arguments.choice(self.verification_required, VerificationRequired, "verification_required")
        put(self, "verification_required", required)
        put(self, "explicitness", arguments.number(self.explicitness, "explicitness", low=0, high=1))
        try:
            put(self, "parameters", FrozenDict(arguments.mapping(self.parameters, "parameters")))
        except ValueError as error:
            raise ValueError(f"parameters: {error}") from None
        arguments.text(self.source, "source")
        if not isinstance(self.active, bool):
            raise TypeError("active: true or false is expected.")
        arguments.moment(self.created_at, "created_at")
        arguments.moment(self.expires_at, "expires_at")
        for name in ("supersedes", "environment"):
            if getattr(self, name) is not None:
                arguments.text(getattr(self, name), name)
        if self.supersedes == self.id:
            raise ValueError("supersedes: the id of another instruction is expected, not its own.")

    @classmethod
    def from_classification(cls, classification: Classification, *, id: str, **fields: Any) -> Instruction:
        """The instruction that a classification describes, stored or not. `fields` are the others of an instruction."""
        return cls(
            id=id,
            text=classification.text,
            quadrant=classification.quadrant,
            persistence=classification.persistence,
            temporal_scope=classification.temporal_scope,
            verification_required=classification.verification_required,
            explicitness=classification.explicitness,
            parameters=classification.parameters,
            **{"source": classification.source} | fields,
        )

    def stands(self, now: datetime | None) -> bool:
        """Whether it is in force at `now`; without a time, whether it is active. Its age alone never weakens it."""
        return self.active and not (now is not None and self.expires_at is not None and self.expires_at <= now)
