"""Spark's own Kafka connector: whether it is there, and librdkafka's settings as it calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What the connector is called where Spark's packages are.
PACKAGE = "org.apache.spark:spark-sql-kafka-0-10_2.13"

_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}
#: Settings that mean the same in both.
_SAME = {
    "client.id",
    "client.rack",
    "fetch.max.bytes",
    "fetch.min.bytes",
    "isolation.level",
    "reconnect.backoff.max.ms",
    "reconnect.backoff.ms",
    "retry.backoff.ms",
}
#: Settings without which a connection is not what it was meant to be: all of them must be understood.
_OF_ACCESS = ("security.", "sasl.", "ssl.", "enable.ssl.")


def is_there(session: Any) -> bool:
    """Whether the session can read ``format("kafka")``: its jar may have come by ``--packages`` or ``--jars``."""
    try:
        conf = session._jsparkSession.sessionState().conf()
        session._jvm.org.apache.spark.sql.execution.datasources.DataSource.lookupDataSource("kafka", conf)
    except Exception:  # Java's, of several kinds
        return False
    return True


def java_settings(settings: Mapping[str, str]) -> dict[str, str] | None:
    """What Kafka's Java client calls librdkafka's settings; None where brokers want more than is known here."""
    found: dict[str, str] = {}
    left = dict(settings)
    mechanism = left.pop("sasl.mechanism", left.pop("sasl.mechanisms", None))
    user, password = left.pop("sasl.username", None), left.pop("sasl.password", None)
    if protocol := left.pop("security.protocol", None):
        found["security.protocol"] = protocol.upper()
    if mechanism is not None or user is not None:
        named = (mechanism or "").upper()
        module = _MODULES.get(named)
        if module is None or user is None or password is None:
            return None
        found["sasl.mechanism"] = named
        found["sasl.jaas.config"] = f"{module} required username={_quoted(user)} password={_quoted(password)};"
    if authority := left.pop("ssl.ca.location", None):
        found |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": authority}
    if (checked := left.pop("ssl.endpoint.identification.algorithm", None)) is not None:
        found["ssl.endpoint.identification.algorithm"] = "" if checked == "none" else checked
    for name, value in left.items():
        if name in _SAME:
            found[name] = value
        elif name.startswith(_OF_ACCESS):
            return None
    return found


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
