"""What is true of identity providers, systems to set up, files and findings, as data."""
