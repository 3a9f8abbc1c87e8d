"""A broker of its own for a test, with the topics of the pipeline."""

import contextlib
import os
import socket
import subprocess

from case import PIPELINE, PROGRAM, TANSU


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def broker(rows, *results):
    """The address of a broker whose topic `dt-hits` has the rows of a file, and topics for results."""
    from confluent_kafka.admin import AdminClient, NewTopic

    brokers = f"127.0.0.1:{free_port()}"
    address = f"tcp://{brokers}"
    words = ["broker", "--listener-url", address, "--advertised-listener-url", address]
    process = subprocess.Popen(
        [TANSU, *words, "--storage-engine", "memory://tansu/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        # A connection that is refused while the broker starts is nothing to write about.
        client = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
        topics = [NewTopic("dt-hits", 2, 1), *(NewTopic(name, 1, 1) for name in results)]
        for made in client.create_topics(topics).values():
            made.result(30)
        subprocess.run(
            [PROGRAM, "emulate", PIPELINE, "--input", rows, "--rate", "max", "-q"],
            check=True, timeout=120, env=os.environ | {"HITMON_BROKERS": brokers},
        )
        yield brokers
    finally:
        process.kill()
        process.wait()
