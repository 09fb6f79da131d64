"""Ask a question in the terminal."""

import typer


def confirm(question: str) -> bool:
    """Return whether the answer is yes. Raise typer.Abort if the input ends. Click would complain in English."""
    answer: str = typer.prompt(f"{question} [y/N]", default="", show_default=False)
    return answer.strip().casefold() in {"y", "yes"}
