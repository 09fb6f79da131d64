"""Clients of AWS services. They are made, and boto3 is imported, where the first one is wanted: 200 ms that who only asks a
command for its help need not wait for."""

from typing import Any


def client(service: str, attempts: int = 4, read_timeout: int = 5, skips_validation: bool = False) -> Any:
    """One that gives up soon: a Lambda's time is paid for. With `trusts_us` it does not check what is sent, which is built
    by us, from types."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        parameter_validation=not skips_validation,
    )
    return boto3.client(service, config=config)
