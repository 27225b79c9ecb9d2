"""`python -m assistant` is `assistant`."""

from assistant.cli.main import main

if __name__ == "__main__":
    main()
