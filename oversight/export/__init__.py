"""What `oversight` gives to the export of a whole organisation: its agents, what they asked, what people decided."""
