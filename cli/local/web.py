"""The HTTP client for the parts of the local cloud, on this machine.

It is one client, because each new one reads all root certificates, 25 ms of work. It keeps no connection, because the
other end may have been stopped meanwhile.
"""

import httpx

_SECONDS = 60
web = httpx.Client(timeout=_SECONDS, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
