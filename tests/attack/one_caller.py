"""A process of its own that calls one verb after the other, each at the moment it is told to.

Reads lines: an act as JSON (it answers `ready`), then `go` (it answers what came of it). Rows are named by model and
key and read here, by this process's own connection. Started by `test_processes_at_once.py`.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any
from uuid import UUID

import django


def read(value: Any) -> Any:
    """What the JSON means: `{"row": "deliberation.Deliberation", "pk": …}` is that row, anything else itself."""
    if isinstance(value, dict) and value.keys() == {"row", "pk"}:
        from django.apps import apps

        return apps.get_model(value["row"])._base_manager.get(pk=value["pk"])
    if isinstance(value, dict) and value.keys() == {"uuid"}:
        return UUID(value["uuid"])
    return value


def main(database: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tractatus_site.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database
    from accounts.models import Organisation
    from accounts.refusals import Refused
    from accounts.scope import open_organisation

    for line in sys.stdin:
        asked = json.loads(line)
        module, verb = asked["verb"].rsplit(".", 1)
        call = getattr(import_module(module), verb)
        with open_organisation(Organisation.objects.get(pk=asked["organisation"])):
            things = [read(one) for one in asked["things"]]
            facts = {name: read(one) for name, one in asked["facts"].items()}
            print("ready", flush=True)
            sys.stdin.readline()
            try:
                call(*things, **facts)
                answer = {"done": True, "said": ""}
            except Refused as refused:
                answer = {"done": False, "said": refused.sentence}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
