#!/usr/bin/env python3
"""Turns the server's log of one whole call into a script for pgbench: the same statements, with ids of its own each time.

usage: bench/postgres_floor.py LOG SCHEMA > call.sql

LOG is what PostgreSQL wrote with `log_statement = all` while one process made one call. Each exchange of the library, which ends
where the next one begins, is one pipeline of the script.
"""
import re
import sys

BEGINS = (
    "BEGIN",
    "SELECT CASE WHEN",  # the locks of a start
    "WITH found AS",  # the guard of a change
    "SELECT set_config('messenger.candidate'",  # a claim
    "SELECT threads.",  # what a commit answers of the thread
)


def statements(log, schema):
    """Each executed statement with its parameters."""
    entry = re.compile(r"execute [^:]+: (.*?)\n(?=\d{4}-\d\d-\d\d )(?:[^\n]*DETAIL:  parameters: ([^\n]*)\n)?", re.DOTALL)
    for text, parameters in entry.findall(log):
        text = " ".join(text.split())
        if text in ("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", "COMMIT") or schema in text or "pg_advisory" in text:
            yield text, dict(re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", parameters))


def main():
    log = open(sys.argv[1], encoding="utf-8").read() + "\n0000-00-00 "
    schema = sys.argv[2]
    own = {}  # what the library made up: ids, and the thread of the call
    script = ["\\set call random(1, 1000000000000)"]
    open_pipeline = False
    begun = False  # what comes before the call makes the tables and the threads
    for text, values in statements(log, schema):
        begun = begun or text.startswith("BEGIN")
        if not begun or "clock_reached" in text:
            continue
        begins = text.startswith(BEGINS)
        # A thread's answer goes with its commit: another transaction, and the same exchange.
        if begins and not text.startswith("SELECT threads.") and open_pipeline:
            script.append("\\endpipeline")
            open_pipeline = False
        if not open_pipeline:
            script.append("\\startpipeline")
            open_pipeline = True

        def given(found):
            value = values.get(found.group(1), "NULL")
            if re.fullmatch(r"'[0-9A-Z]{26}'", value):
                if re.fullmatch(r"'0+\d*'", value):
                    return "lpad((:client_id)::text, 26, '0')"
                number = own.setdefault(value, len(own))
                return f"('own' || :client_id || '-' || :call || '-{number}')"
            # The revision of a thread, the token of a claim and all others are the same in each call.
            return value

        script.append(re.sub(r"\$(\d+)", given, text) + ";")
    if open_pipeline:
        script.append("\\endpipeline")
    print("\n".join(script))


if __name__ == "__main__":
    main()
