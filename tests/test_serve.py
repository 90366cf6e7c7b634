"""How `catalog serve` begins and ends."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx

from tests.browser import PATIENCE, address_of, start_serving


def test_serve_says_its_address_once_it_answers_and_ctrl_c_ends_it_quietly(catalogue: Path) -> None:
    process = start_serving(catalogue)
    address = address_of(process)
    assert httpx.get(address).status_code == 200
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert out == ""
    assert errors.strip() == ""


def test_a_taken_port_is_one_sentence(catalogue: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start_serving(catalogue, port)
        out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 75
    assert out == ""
    assert errors == (
        f"Error: 127.0.0.1:{port}: cannot be listened on (Address already in use); "
        "name another address with --host or --port.\n"
    )
