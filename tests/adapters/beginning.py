"""Makes the database of the site that the adapters ask: an organisation, an instruction in force, a key.

Run as a process of its own with that site's settings; prints the key and what the instruction is called.
"""

import sys


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.domain.keys import create_api_key
    from accounts.roles import Role
    from accounts.scope import open_organisation
    from instructions.domain.classification import Wording
    from instructions.domain.instruction import propose_instruction, publish_instruction
    from tests.cast import make_member, make_organisation, make_project

    call_command("migrate", verbosity=0)
    organisation = make_organisation()
    editor = make_member(organisation, "Editor", Role.EDITOR, Role.ADMINISTRATOR)
    project = make_project(organisation)
    with open_organisation(organisation):
        told = propose_instruction(organisation, Wording(sys.argv[1]), by=editor, project=project)
        publish_instruction(told, by=editor)
        made = create_api_key(project, "Adapters", by=editor, enforces=True)
    print(made.secret, told.key)


if __name__ == "__main__":
    main()
