"""An adapter for Sluice that is a program of its own: records into a table of SQLite, each exactly once."""

import argparse
import json
import os
import signal
import sqlite3
import sys
import threading
from concurrent import futures
from pathlib import Path

import grpc

# Made of adapter.proto when this starts: there is no generated code to keep in step.
sys.path.append(str(Path(__file__).resolve().parents[2] / "mixer" / "api"))
messages, services = grpc.protos_and_services("adapter.proto")

TABLES = """
CREATE TABLE IF NOT EXISTS requests (id TEXT, method TEXT, path TEXT, code INTEGER, attributes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
"""


class Store:
    """A session's file. A batch's rows and its number are written in one transaction: both are there or neither."""

    def __init__(self, file, session):
        self._lock = threading.Lock()
        self._session = session
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.executescript(TABLES)

    def add(self, sequence, rows):
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if sequence > self._last():
                    self._db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", rows)
                    self._db.execute("REPLACE INTO sessions VALUES (?, ?)", (self._session, sequence))
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def close(self):
        with self._lock:
            self._db.execute("DELETE FROM sessions WHERE name = ?", (self._session,))
            self._db.close()

    def _last(self):
        found = self._db.execute("SELECT sequence FROM sessions WHERE name = ?", (self._session,)).fetchone()
        return found[0] if found else 0


class Adapter(services.AdapterServicer):
    def __init__(self):
        self._stores = {}
        self._lock = threading.Lock()

    def Validate(self, request, context):
        faults = [messages.Fault(field=field, text=text) for field, text in faults_of(request.configuration.settings)]
        return messages.ValidateResponse(adapter="sqlite", signals=[messages.SIGNAL_RECORD], faults=faults)

    def Open(self, request, context):
        settings = request.configuration.settings
        for field, text in faults_of(settings):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{field}: {text}")
        with self._lock:
            if request.session not in self._stores:
                self._stores[request.session] = Store(settings["file"], request.session)
        return messages.OpenResponse(signals=[messages.SIGNAL_RECORD])

    def Handle(self, request, context):
        store = self._stores.get(request.session)
        if store is None:
            # After a restart: the Mixer opens the session again and sends this batch again.
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no such session: open it first")
        # Whatever goes wrong from here on is a status of gRPC, and the batch comes again.
        store.add(request.sequence, [row(record.attributes) for record in request.records.records])
        return messages.HandleResponse(results=[messages.ItemResult(status=messages.ItemResult.STATUS_DELIVERED)])

    def Close(self, request, context):
        with self._lock:
            store = self._stores.pop(request.session, None)
        if store is not None:
            store.close()
        return messages.CloseResponse()


def faults_of(settings):
    """What is wrong with `settings` of the Handler, as (field, text)."""
    for name in settings:
        if name != "file":
            yield name, "is not known: there is file"
    file = settings["file"] if "file" in settings else None
    if not isinstance(file, str) or not file:
        yield "file", "is missing: name the SQLite file to write"
    elif not os.path.isdir(os.path.dirname(os.path.abspath(file))):
        yield "file", f"there is no folder {os.path.dirname(os.path.abspath(file))}: make it, or name another file"


def row(attributes):
    values = {name: plain(value) for name, value in attributes.items()}
    columns = (values.get(name) for name in ("request.id", "request.method", "request.url_path", "response.code"))
    return (*columns, json.dumps(values, sort_keys=True))


def plain(value):
    """A `Value` as JSON has it: timestamps are RFC 3339, durations nanoseconds, bytes hexadecimal."""
    kind = value.WhichOneof("kind")
    of = getattr(value, kind) if kind else None
    match kind:
        case "timestamp_value":
            return of.ToJsonString()
        case "duration_value":
            return of.ToNanoseconds()
        case "bytes_value":
            return of.hex()
        case "string_map_value":
            return dict(of.entries)
        case "list_value":
            return [plain(item) for item in of.values]
        case "map_value":
            return {name: plain(item) for name, item in of.entries.items()}
    return of


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--listen", default="127.0.0.1:4400", help="an address and port, or unix:/PATH")
    address = options.parse_args().listen
    # The Mixer has one call under way for each of its handlers.
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    services.add_AdapterServicer_to_server(Adapter(), server)
    server.add_insecure_port(address)
    server.start()
    print(f"listening on {address}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop(grace=5))
    server.wait_for_termination()


if __name__ == "__main__":
    main()
