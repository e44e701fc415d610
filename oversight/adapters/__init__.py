"""What agents' tools send and are answered: each translates its own contract to the check, and the answer back.

`words` says an answer to a model or a person; `claude_code` and `litellm` are one contract each. Nothing here judges.
"""
