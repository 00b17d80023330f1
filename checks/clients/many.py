"""Lets the CLI for Microsoft 365 lock and clean several accounts of a scenario, with a latency, and prints what it took.

Runs inside the namespace that inside.sh makes.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from run import HERE, start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regain", required=True, help="the program")
    parser.add_argument("--work", required=True, type=Path, help="a folder for what this run makes")
    parser.add_argument("--node-modules", required=True, type=Path, help="where the clients from npm are")
    parser.add_argument("--scenario", required=True, type=Path)
    parser.add_argument("--latency", required=True, help="milliseconds that each call takes")
    parser.add_argument("account", nargs="+")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    running, endpoints = start(arguments.regain, work, arguments.scenario.resolve(), "--latency", arguments.latency)
    try:
        environment = dict(os.environ, HOME=str(work), CLIMICROSOFT365_NOUPDATE="1")
        command = ["node", str(HERE / "many.mjs"), str(arguments.node_modules.resolve()), json.dumps(endpoints)]
        ran = subprocess.run(command + arguments.account, env=environment, cwd=work)
    finally:
        running.terminate()
        running.wait()
    sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
