"""Starts the command line: `python -m indicia` and `indicia`."""

from indicia.cli.root import main

if __name__ == "__main__":
    main()
