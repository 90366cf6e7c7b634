"""What faults of the disk, kills and losses of power do to a catalogue: every point of them, over the real commands.

`python -m tests.faults` (or `make faults`) runs all of it; the tests run a sample.
"""
