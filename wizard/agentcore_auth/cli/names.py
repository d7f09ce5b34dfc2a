"""The names of the commands."""

COMMANDS = {
    "setup": "walk through a set-up: in the app, as questions, or from a file",
    "doctor": "prove everything the profile knows, live",
    "files": "show, write or take back the configuration files of a profile",
    "secret": "store, list or delete secrets, or test the keyring",
    "run": "run a command with the profile's secrets in its environment",
    "lab": "a practice range on this machine, no account needed",
    "why": "what a finding means and how to put it right",
}
"""Each command with its line of help; the module of the same name runs it."""
