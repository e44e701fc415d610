"""Everything that is kept, in one file, and back: `bin/backup` and `bin/restore FILE`. docs/operating.md tells how."""


class Unfit(Exception):
    """It is not done, and nothing was changed. The words are for whoever runs the site."""
