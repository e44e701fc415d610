"""The embedded site at a later time: so many seconds after now stand in LATER. Time has gone on while it was down."""

import os
import sys
from datetime import UTC, datetime, timedelta

import time_machine

if __name__ == "__main__":
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=int(os.environ["LATER"])), tick=True).start()
    from tractatus_site.serve import main

    sys.exit(main())
