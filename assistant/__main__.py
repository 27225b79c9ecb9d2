"""`python -m assistant` is `assistant`."""

from assistant.cli import main

if __name__ == "__main__":
    main()
