"""The words of the framework as enumerations. JSON holds their plain values."""

from enum import StrEnum


class Quadrant(StrEnum):
    """What an instruction is about (core concepts, section 1)."""

    STRATEGIC = "STRATEGIC"
    OPERATIONAL = "OPERATIONAL"
    TACTICAL = "TACTICAL"
    SYSTEM = "SYSTEM"
    STOCHASTIC = "STOCHASTIC"


class Persistence(StrEnum):
    """How firmly an instruction stands."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    VARIABLE = "VARIABLE"


class TemporalScope(StrEnum):
    """How long an instruction stands, the longest first."""

    PERMANENT = "PERMANENT"
    PROJECT = "PROJECT"
    PHASE = "PHASE"
    SESSION = "SESSION"
    TASK = "TASK"


class VerificationRequired(StrEnum):
    """What follows when an action goes against an instruction: refused, warned of twice, or nothing."""

    MANDATORY = "MANDATORY"
    REQUIRED = "REQUIRED"
    OPTIONAL = "OPTIONAL"
    NONE = "NONE"


class Status(StrEnum):
    """What the validator says of an action (core concepts, section 2)."""

    APPROVED = "APPROVED"
    WARNING = "WARNING"
    REJECTED = "REJECTED"


class ConflictType(StrEnum):
    """In what way an action goes against an instruction."""

    TRAINING_PATTERN_OVERRIDE = "training_pattern_override"
    PARAMETER_MISMATCH = "parameter_mismatch"
    PROHIBITION_VIOLATED = "prohibition_violated"
    CONVENTION_VIOLATED = "convention_violated"
    SEMANTIC_CONFLICT = "semantic_conflict"
    VALUES_CONFLICT = "values_conflict"


class Domain(StrEnum):
    """What people decide themselves (core concepts, section 3)."""

    VALUES = "values"
    USER_AGENCY = "user_agency"
    IRREVERSIBLE = "irreversible"
    CULTURAL_CONTEXT = "cultural_context"
    UNPRECEDENTED = "unprecedented"


class PressureLevel(StrEnum):
    """How far a session's quality is at risk, the least first (core concepts, section 4)."""

    NORMAL = "NORMAL"
    ELEVATED = "ELEVATED"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"
    DANGEROUS = "DANGEROUS"


class VerificationDecision(StrEnum):
    """What the verifier says of a reasoning (core concepts, section 5)."""

    PROCEED = "PROCEED"
    PROCEED_WITH_CAUTION = "PROCEED_WITH_CAUTION"
    REQUIRE_REVIEW = "REQUIRE_REVIEW"
    BLOCKED = "BLOCKED"
    NOT_ASSESSED = "NOT_ASSESSED"


class Weight(StrEnum):
    """How much is asked of the reasoning for an act, the least first."""

    READING = "reading"
    LOCAL = "local"  # an edit, a build, a test run: it stays where it is done and can be undone
    ORDINARY = "ordinary"
    WEIGHTY = "weighty"  # others feel it at once, or it is done in production
    IRREVERSIBLE = "irreversible"


class Urgency(StrEnum):
    """How soon a conflict of values must be answered, the soonest first (core concepts, section 6)."""

    CRITICAL = "CRITICAL"
    URGENT = "URGENT"
    IMPORTANT = "IMPORTANT"
    ROUTINE = "ROUTINE"


class GateDecision(StrEnum):
    """What an agent is told before it acts, the mildest first."""

    ALLOW = "allow"
    WARN = "warn"
    ASK = "ask"
    DENY = "deny"


class Verbosity(StrEnum):
    """How much the gate explains (core concepts, configuration)."""

    SILENT = "SILENT"
    SUMMARY = "SUMMARY"
    DETAILED = "DETAILED"
    DEBUG = "DEBUG"
