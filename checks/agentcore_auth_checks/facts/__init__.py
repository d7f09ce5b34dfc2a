"""Facts: what was seen, and nothing that was concluded from it. All are frozen dataclasses."""
