"""librdkafka's own broker as a program: prints its address, then takes an order a line and answers `done`.

    topic NAME PARTITIONS    makes a topic
    down, up                 ends all connections and takes no new ones; takes them again
    slow MILLISECONDS        lets each answer wait so long
    fail REQUEST CODE ...    answers the next requests of a kind, by number, with these errors

It ends with its standard input, so that it does not outlive the soak.
"""

import ctypes
import pathlib
import sys

import confluent_kafka


def library() -> ctypes.CDLL:
    """The librdkafka inside the Python package."""
    folder = pathlib.Path(confluent_kafka.__file__).resolve().parents[1] / "confluent_kafka.libs"
    [path] = folder.glob("librdkafka-*.so*")
    found = ctypes.CDLL(str(path))
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
        getattr(found, name).restype = ctypes.c_void_p
    found.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    return found


def main() -> None:
    """Runs until standard input ends."""
    rdkafka = library()
    error = ctypes.create_string_buffer(512)
    conf = ctypes.c_void_p(rdkafka.rd_kafka_conf_new())
    client = ctypes.c_void_p(rdkafka.rd_kafka_new(0, conf, error, ctypes.c_size_t(512)))
    cluster = ctypes.c_void_p(rdkafka.rd_kafka_mock_cluster_new(client, 1))
    rdkafka.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0)
    print(rdkafka.rd_kafka_mock_cluster_bootstraps(cluster).decode(), flush=True)
    for line in sys.stdin:
        order, *words = line.split()
        if order == "topic":
            rdkafka.rd_kafka_mock_topic_create(cluster, words[0].encode(), int(words[1]), 1)
        elif order == "down":
            rdkafka.rd_kafka_mock_broker_set_down(cluster, -1)
        elif order == "up":
            rdkafka.rd_kafka_mock_broker_set_up(cluster, -1)
        elif order == "slow":
            rdkafka.rd_kafka_mock_broker_set_rtt(cluster, -1, int(words[0]))
        elif order == "fail":
            codes = [int(word) for word in words[1:]]
            array = (ctypes.c_int * len(codes))(*codes)
            rdkafka.rd_kafka_mock_push_request_errors_array(
                cluster, ctypes.c_int16(int(words[0])), ctypes.c_size_t(len(codes)), array)
        else:
            print("unknown", flush=True)
            continue
        print("done", flush=True)


if __name__ == "__main__":
    main()
