"""The public simulator: an act that anybody types is judged by the framework, service by service, and forgotten.

`proposal.py` is what is typed, `shipped.py` what it is judged by, `judging.py` the judgement, `flow.py` what each
service said of it, `telling.py` what comes of it, `walk.py` the 27027 case step by step. Nothing here reads or writes
a row: what it judges by ships with the software.
"""
