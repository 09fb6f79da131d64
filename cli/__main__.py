"""Run `python -m cli`, which is the same as `ripen`."""

from cli.main import main

main()
