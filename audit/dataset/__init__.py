"""The public decision corpus: what the framework decided, in seven fields that name nobody."""
