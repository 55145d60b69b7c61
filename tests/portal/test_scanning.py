"""Uploads are looked at by clamd before they are kept, or not kept at all."""

import logging
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from portal.common import scanning
from portal.common.errors import InvalidInput
from portal.common.scanning import ScannerDown, refuse_infected, scan

# The industry's harmless test file, in two pieces so that no scanner stops at this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd(threading.Thread):
    """Speaks INSTREAM as clamd does, on a Unix socket or a port of this machine."""

    def __init__(self, server: socket.socket, answer: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.server, self.answer = server, answer
        self.seen: list[bytes] = []

    def run(self) -> None:
        while True:
            try:
                connection, _address = self.server.accept()
            except OSError:
                return
            with connection:
                self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        read = connection.makefile("rb")
        assert read.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", read.read(4))[0]:
            content += read.read(size)
        self.seen.append(content)
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        connection.sendall((self.answer if self.answer is not None else found) + b"\0")


@pytest.fixture
def clamd(tmp_path) -> Iterator[FakeClamd]:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(tmp_path / "clamd.sock"))
    server.listen()
    fake = FakeClamd(server)
    fake.start()
    yield fake
    server.close()


@pytest.fixture
def address(clamd, settings, tmp_path) -> str:
    settings.MALWARE_SCANNER = f"unix://{tmp_path / 'clamd.sock'}"
    return settings.MALWARE_SCANNER


def test_a_clean_file_is_read_to_its_end_and_passed(address, clamd):
    content = b"%PDF-1.7" + bytes(range(256)) * 1000

    refuse_infected(content)

    assert clamd.seen == [content]


def test_the_test_virus_is_refused(address):
    with pytest.raises(InvalidInput) as refused:
        refuse_infected(b"%PDF-1.7 " + EICAR + b" %%EOF")

    assert "skadelig software" in refused.value.errors["file"]


def test_a_scanner_on_a_port_is_asked_too():
    server = socket.create_server(("127.0.0.1", 0))
    fake = FakeClamd(server)
    fake.start()

    assert scan(EICAR, f"tcp://127.0.0.1:{server.getsockname()[1]}") == "Eicar-Test-Signature"
    server.close()


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: something ERROR"]
)
def test_an_answer_that_is_no_yes_is_no_pass(address, clamd, answer):
    clamd.answer = answer

    with pytest.raises(ScannerDown):
        scan(b"%PDF-1.7", address)
    with pytest.raises(InvalidInput):
        refuse_infected(b"%PDF-1.7")


def test_without_an_answer_nothing_passes_and_the_sentence_is_clear(settings, tmp_path, caplog):
    settings.MALWARE_SCANNER = f"unix://{tmp_path / 'nobody.sock'}"

    with caplog.at_level(logging.ERROR), pytest.raises(InvalidInput) as refused:
        refuse_infected(b"%PDF-1.7")

    assert "Vi kan ikke tjekke filen for virus lige nu" in refused.value.errors["file"]
    assert "does not answer" in caplog.text


def test_a_scanner_that_hangs_is_waited_for_no_longer_than_agreed(settings, tmp_path, monkeypatch):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(tmp_path / "slow.sock"))
    server.listen()
    settings.MALWARE_SCANNER = f"unix://{tmp_path / 'slow.sock'}"
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.2)

    with pytest.raises(InvalidInput):
        refuse_infected(b"%PDF-1.7")
    server.close()


def test_where_no_scanner_is_configured_nothing_is_scanned(settings):
    settings.MALWARE_SCANNER = ""

    refuse_infected(EICAR)
