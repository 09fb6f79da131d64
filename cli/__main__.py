"""python -m cli is the same as ripen."""

from cli.main import main

main()
