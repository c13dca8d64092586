"""What bare `farthing` shows: the four doors, and what lies on this machine."""

import click

_DOORS = (
    (
        "Estimate",
        "what it will cost",
        "farthing tokens --model claude-sonnet-4-5 --input 2000 --output 500 --requests 10k/day",
    ),
    ("Track", "where the money goes", "farthing import FILE... && farthing spend --by team,model"),
    (
        "Optimize",
        "what it would cost done better",
        "farthing compare --option api:gpt-4o --option 'self:llama-3.1-70b@h100-sxm*4' --demand 5M/day",
    ),
    ("Check", "whether a number is true", "farthing why compute_cost_usd"),
)


def welcome() -> None:
    """Print the doors, each with the one command to try, and what was found."""
    from farthing.app.machine import look_around

    click.echo("Farthing: what your AI costs, before you build it, while it runs, and done better.\n")
    for name, what, command in _DOORS:
        click.echo(f"  {name:<9} {what}")
        click.echo(f"            {command}")
    found = look_around()
    if found:
        click.echo("\nOn this machine:")
    for thing in found:
        click.echo(f"  {thing.what} in {thing.where}: {thing.use}")
    click.echo("\nfarthing --help lists every verb. Nothing is sent anywhere.")
