"""`python -m pcaptools`."""

from pcaptools.cli import main

if __name__ == "__main__":
    main()
