"""Examples in the description of the JSON interface to the record."""

from __future__ import annotations

from typing import Any

ORIGIN = "tractatus.example/o/0199b9a0-6c1f-7d22-9a38-2f6a55ce7a10"
VKEY = f"{ORIGIN}+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ROOT = "vH5Qx1oP0rC3yN7uB2kD9wF4hT6mS8eJ1aL5gZ0iX3o="
SIGNED = f"{ORIGIN}\n{{}}\n{ROOT}\ntime 2026-11-21T09:05:12.000000Z\n\n— {ORIGIN} x08go/ZJkuBS9UG…\n"
ENTRY: dict[str, Any] = {
    "id": "0199b9a1-02b3-7c51-8f0e-6f2f7d3a9b11",
    "leaf_hash": "1d727bc03f64d263f3ab5637bd",
    "envelope": {
        "v": 1,
        "id": "0199b9a1-02b3-7c51-8f0e-6f2f7d3a9b11",
        "timestamp": "2026-11-21T09:05:07.000000Z",
        "organisation": "0199b9a0-1111-7d22-9a38-2f6a55ce7a10",
        "project": None,
        "session": "s1",
        "actor": {"kind": "agent", "ref": "5ce7a10", "role": "key"},
        "agent": {"name": "helper", "version": "2", "model": None},
        "service": "Gate",
        "event": "oversight.check",
        "decision": "ask",
        "boundary": "12.1 values",
        "context_pressure": "NORMAL",
        "coordination": [{"service": "BoundaryEnforcer", "result": "ask", "microseconds": 412}],
        "subject": {"kind": "action", "id": "0199b9a1-02b3-7c51-8f0e-6f2f7d3a9b12"},
        "outcome": "human_approval_required",
        "policy": None,
        "mode": "enforced",
        "cause": None,
        "commitments": {},
    },
}
PROOF = {
    "id": ENTRY["id"],
    "state": "placed",
    "canonical": '{"actor":{"kind":"agent", …},"v":1}',
    "leaf_hash": "7c" * 32,
    "receipt": f"tractatus-receipt/v1\n{ORIGIN}\n…\n\n— {ORIGIN} x08go/ZJkuBS9UG…\n",
    "index": 20416,
    "size": 20417,
    "root": ROOT,
    "hashes": [ROOT],
    "checkpoint": SIGNED.format(20417),
    "vkey": VKEY,
    "tlog_proof": None,
}
CHECKPOINT = {
    "origin": ORIGIN,
    "size": 20417,
    "root": ROOT,
    "time": "2026-11-21T09:05:12.000000Z",
    "checkpoint": SIGNED.format(20417),
    "vkey": VKEY,
}
CONSISTENCY = {
    "origin": ORIGIN,
    "from": 20416,
    "to": 20417,
    "hashes": [ROOT],
    "older": SIGNED.format(20416),
    "checkpoint": SIGNED.format(20417),
    "vkey": VKEY,
}
