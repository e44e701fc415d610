"""What `accounts` tells the floors above. It may not import them, so it says what happened and they listen.

`acted` is sent by every verb of `accounts`, inside the verb's transaction, with
    event         str, namespaced: "member.add"
    by            User, APIKey, or accounts.permissions.SYSTEM
    organisation  Organisation, or None for what concerns the whole installation
    subject       (kind, id)
    decision      what came of it: "added"
    project       Project or None
    texts         {name: words} to be kept once and committed to
    role          the role in which `by` acted, or ""

`refused` is sent when somebody asked for what is not theirs to see, with
    event         "access.refused"
    by            User or APIKey
    organisation  Organisation whose thing it was
    kind          what kind of thing: "organisation", "deliberation"
"""

from django.dispatch import Signal

acted = Signal()
refused = Signal()
