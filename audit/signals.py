"""What `audit` tells the floors above, which it may not import.

`text_erased` is sent when somebody's words have been erased, inside the transaction, with
    organisation  Organisation
    text          Text, empty now
Whoever keeps something made of words forgets it.
"""

from django.dispatch import Signal

text_erased = Signal()
