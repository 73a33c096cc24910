"""Floor 5: periodic and background work, one thread with its own connection.

`loop.Worker(config).start()` and `.stop()`. Each round takes a bounded piece of each task: one mail, one page picture,
one batch of sweeping, the weekly head of the audit chain. What fails is tried again later and parked after 8 attempts.
"""
