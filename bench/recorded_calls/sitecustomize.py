"""Record each call to AWS that a function of the local cloud makes, with its arguments.

Python loads a module of this name at its start. `make bench-clock` puts this folder on the path of the emulator, whose
functions inherit it. Elsewhere it does nothing.
"""

import os
import pickle
import sys
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast


def _watch(client: Any, file: Path, function: str) -> None:
    call = client._make_api_call

    def watched(self: Any, operation: str, asked: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        with file.open("ab") as calls:
            calls.write(pickle.dumps((time.time(), function, service, operation, asked)))
        return call(self, operation, asked)

    client._make_api_call = watched


class _Finder(MetaPathFinder):
    """Watches the function's own import of botocore, so that the function gets the same one as without us."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec: Any = find_spec(name)
        load = spec.loader.exec_module

        def loaded(module: Any) -> None:
            load(module)
            file = Path(os.environ["RIPEN_RECORDED_CALLS"]) / f"{os.getpid()}.calls"
            _watch(module.BaseClient, file, os.environ["AWS_LAMBDA_FUNCTION_NAME"])

        spec.loader.exec_module = loaded
        return cast("ModuleSpec", spec)


if "RIPEN_RECORDED_CALLS" in os.environ and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    sys.meta_path.insert(0, _Finder())
