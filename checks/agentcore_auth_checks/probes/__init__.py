"""Probes: the only code that reads the network, AWS or the disk. Each returns one fact."""
