"""Renderings of one report. Each says the same; none decides anything."""
