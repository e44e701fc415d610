"""The shapes of the JSON interface to the record."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from audit.envelope import MODES, PRESSURES, SERVICES


class ActorOut(serializers.Serializer):
    kind = serializers.ChoiceField(["human", "agent", "system"])
    ref = serializers.CharField(allow_null=True, help_text="Opaque, and another one in every log.")
    role = serializers.CharField(allow_null=True)


class AgentOut(serializers.Serializer):
    name = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)


class StepOut(serializers.Serializer):
    service = serializers.CharField()
    result = serializers.CharField()
    microseconds = serializers.IntegerField(min_value=0)


class SubjectOut(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.CharField()


class EnvelopeOut(serializers.Serializer):
    """What was recorded: these keys, none optional. The octets that were hashed are its RFC 8785 form."""

    v = serializers.IntegerField()
    id = serializers.UUIDField()
    timestamp = serializers.DateTimeField()
    organisation = serializers.UUIDField(allow_null=True)
    project = serializers.UUIDField(allow_null=True)
    session = serializers.CharField(allow_null=True)
    actor = ActorOut()
    agent = AgentOut(allow_null=True)
    service = serializers.ChoiceField(SERVICES)
    event = serializers.CharField()
    decision = serializers.CharField()
    boundary = serializers.CharField(allow_null=True)
    context_pressure = serializers.ChoiceField(PRESSURES, allow_null=True)
    coordination = StepOut(many=True)
    subject = SubjectOut()
    outcome = serializers.CharField(allow_null=True)
    policy = serializers.CharField(allow_null=True, help_text="SHA-256 of what was judged under.")
    mode = serializers.ChoiceField(MODES, allow_null=True)
    cause = serializers.UUIDField(allow_null=True)
    commitments = serializers.DictField(child=serializers.CharField())


class EntryOut(serializers.Serializer):
    id = serializers.UUIDField()
    leaf_hash = serializers.CharField(help_text="SHA-256 over 0x00 and the entry, in hex.")
    envelope = EnvelopeOut()


class ProofOut(serializers.Serializer):
    """A file that `verify_record.py --proof` takes. What is null is not there before the entry has its place."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(["placed", "waiting"])
    canonical = serializers.CharField(help_text="The exact octets that were hashed, as text.")
    leaf_hash = serializers.CharField()
    receipt = serializers.CharField(help_text="The signed promise that it is, or will be, in the log.")
    index = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    # A field of REST framework has a root of its own; in an answer that is a name like any other.
    root: Any = serializers.CharField(allow_null=True, help_text="Base64, as are the hashes.")
    hashes = serializers.ListField(child=serializers.CharField(), help_text="RFC 6962, section 2.1.1.")
    checkpoint = serializers.CharField(allow_null=True, help_text="The signed note.")
    vkey = serializers.CharField(allow_null=True)
    tlog_proof = serializers.CharField(allow_null=True, help_text="The same as a C2SP tlog-proof file.")


class CheckpointOut(serializers.Serializer):
    origin = serializers.CharField()
    size = serializers.IntegerField(min_value=0)
    root: Any = serializers.CharField(help_text="Base64.")
    time = serializers.DateTimeField()
    checkpoint = serializers.CharField(help_text="The signed note (C2SP tlog-checkpoint).")
    vkey = serializers.CharField()


ConsistencyOut: Any = inline_serializer(
    "Consistency",
    {
        "origin": serializers.CharField(),
        "from": serializers.IntegerField(min_value=1),
        "to": serializers.IntegerField(min_value=1),
        "hashes": serializers.ListField(child=serializers.CharField(), help_text="RFC 6962, section 2.1.2; base64."),
        "older": serializers.CharField(allow_null=True, help_text="The checkpoint of size `from`, if one was signed."),
        "checkpoint": serializers.CharField(allow_null=True, help_text="The checkpoint of size `to`, likewise."),
        "vkey": serializers.CharField(),
    },
)
