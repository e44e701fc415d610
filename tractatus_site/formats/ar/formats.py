"""Arabic pages read dates from date fields, which always write year-month-day; the rest is Django's."""

TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
