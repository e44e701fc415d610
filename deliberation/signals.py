"""What `deliberation` tells the floors above. It may not import them, so it says what happened and they listen.

`ended` is sent inside the verb's transaction when a deliberation leads no further, with
    deliberation  the Deliberation, in its last state: decided, withdrawn, dismissed or settled
    outcome       the Outcome that was signed, or None where there is none
    cause         the id of the entry that ended it
"""

from django.dispatch import Signal

ended = Signal()
