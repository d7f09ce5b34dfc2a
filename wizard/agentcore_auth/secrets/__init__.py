"""Secrets of a profile: where they are kept, how they are given, and what stands in the way."""
