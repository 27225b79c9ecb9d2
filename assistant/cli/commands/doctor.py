"""`assistant doctor`: what is wrong with the installation, and what to do about it."""

from __future__ import annotations

import argparse

from assistant.cli.commands.common import Commands, add_folder_and_model, add_json, print_json, settings_of


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    doctor = commands.add_parser(
        "doctor",
        help="check installation, models, engine, endpoint, index, disk and permissions",
        description="No language model is loaded. Exit code: 0 where everything works, 1 where something is broken.",
    )
    add_json(doctor)
    add_folder_and_model(doctor)
    doctor.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from assistant.cli.doctor import BROKEN, examine
    from assistant.text.unicode import one_line

    broken = False
    for finding in examine(settings_of(arguments)):
        broken |= finding.status is BROKEN
        if arguments.json:
            print_json(asdict(finding))
            continue
        print(f"{finding.status:<6}  {finding.check:<12}  {one_line(finding.found)}", flush=True)
        if finding.remedy:
            print(f"{'':<22}→ {one_line(finding.remedy)}", flush=True)
    return 1 if broken else 0
