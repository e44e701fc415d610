"""What one takes along of a deliberation, or of all of them: files that open without a server."""
