"""Clients of AWS services.

boto3 takes 200 ms to import, so it is imported for the first client: `ripen --help` does not wait for it.
"""

from typing import Any


def client(service: str, attempts: int = 4, read_timeout: int = 5, skips_validation: bool = False) -> Any:
    """Return a client with short timeouts, in seconds, because the time of a Lambda is paid for.

    With `skips_validation` botocore does not check the parameters; our code builds them from typed values.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        parameter_validation=not skips_validation,
    )
    return boto3.client(service, config=config)
