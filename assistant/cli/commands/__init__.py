"""The commands of `assistant`, one a module.

Each module has `add(commands)`, which declares its arguments and imports nothing heavy.
"""
