"""The emulator says what its functions still have to do."""

import time
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from sandbox.emulator_work import PATH, EmulatorWork


def test_only_messages_that_a_function_may_receive_now_wait() -> None:
    failed, delayed, fresh = ({"visible_at": time.time() + seconds} for seconds in (360, 2, -1))
    queues: dict[Any, Any] = {
        ("account", "region", "http://127.0.0.1/account/Advance"): {"messages": [failed, fresh, fresh]},
        ("account", "region", "http://127.0.0.1/account/Sync"): {"messages": [delayed]},
    }
    emulator = TestClient(EmulatorWork(PlainTextResponse("MiniStack"), lambda: 3, lambda: queues))
    assert emulator.get(PATH).json() == {"running": 3, "waiting": {"Advance": 2}}
    assert emulator.get("/_ministack/health").text == "MiniStack"
