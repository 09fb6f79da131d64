"""Put a mutant into the running process."""

import gc
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

from tests.support.mutants import Mutant


def put_in(mutant: Mutant) -> None:
    """Replace the code of the function. The function object stays, as other modules have imported it."""
    compiled = compile(mutant.tree(), str(mutant.path.resolve()), "exec")
    functions = list(_functions(mutant))
    if not functions:
        raise LookupError(mutant.name)
    for function in functions:
        function.__code__ = next(code for code in _codes(compiled) if _same(code, function.__code__))


def _functions(mutant: Mutant) -> Iterator[FunctionType]:
    file = str(mutant.path.resolve())
    for found in gc.get_objects():
        if not isinstance(found, FunctionType) or found.__code__.co_qualname != mutant.place:
            continue
        if str(Path(found.__code__.co_filename).resolve()) == file:
            yield found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _same(code: CodeType, other: CodeType) -> bool:
    return (code.co_qualname, code.co_firstlineno) == (other.co_qualname, other.co_firstlineno)
