"""Products 1 to 4 of a telescope file, as users of other programs would write them.

    jobs.py FILE.txt NAME...     duckdb, polars, pandas, dask, spark

Prints a line for each: the seconds of the better of two runs, rows per second, and the hits that it counted. The start
of Dask's processes and of Spark's is not counted.
"""
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

# A job counts the hits, the hits of each chamber, of each wire, and how many orbits have how many wires.
Job = Callable[[], int]


@contextlib.contextmanager
def duckdb(path: str) -> Iterator[Job]:
    import duckdb

    types = {"HEAD": "UTINYINT", "FPGA": "UTINYINT", "TDC_CHANNEL": "USMALLINT", "ORBIT_CNT": "UINTEGER",
             "BX_COUNTER": "USMALLINT", "TDC_MEAS": "FLOAT"}  # fmt: skip

    def job() -> int:
        database = duckdb.connect()
        database.execute("set threads = 2")
        database.execute(
            "create temp table hits as select 2 * FPGA + TDC_CHANNEL // 64 as chamber, TDC_CHANNEL % 64 as wire, "
            f"ORBIT_CNT as orbit from read_csv('{path}', header = true, columns = {types}) where HEAD = 2"
        )
        for query in (
            "select chamber, count(*) from hits group by chamber",
            "select chamber, wire, count(*) from hits group by chamber, wire",
            "select chamber, wires, count(*) from (select chamber, count(distinct wire) as wires from hits "
            "group by chamber, orbit) group by chamber, wires",
        ):
            database.execute(query).fetchall()
        return database.execute("select count(*) from hits").fetchone()[0]

    yield job


@contextlib.contextmanager
def polars(path: str) -> Iterator[Job]:
    import polars as pl

    types = {"HEAD": pl.UInt8, "FPGA": pl.UInt8, "TDC_CHANNEL": pl.UInt16, "ORBIT_CNT": pl.UInt32,
             "BX_COUNTER": pl.UInt16, "TDC_MEAS": pl.Float32}  # fmt: skip

    def job() -> int:
        channel = pl.col("TDC_CHANNEL")
        hits = pl.scan_csv(path, schema_overrides=types).filter(pl.col("HEAD") == 2).select(
            chamber=2 * pl.col("FPGA") + (channel // 64).cast(pl.UInt8), wire=channel % 64, orbit=pl.col("ORBIT_CNT")
        ).collect()  # fmt: skip
        hits.group_by("chamber").len()
        hits.group_by("chamber", "wire").len()
        hits.group_by("chamber", "orbit").agg(wires=pl.col("wire").n_unique()).group_by("chamber", "wires").len()
        return hits.height

    yield job


def mapped(rows):
    """The hits of a data frame of pandas or Dask, with their chambers and wires."""
    hits = rows[rows.HEAD == 2]
    return hits.assign(chamber=2 * hits.FPGA + hits.TDC_CHANNEL // 64, wire=hits.TDC_CHANNEL % 64)


@contextlib.contextmanager
def pandas(path: str) -> Iterator[Job]:
    import pandas as pd

    def job() -> int:
        hits = mapped(pd.read_csv(path))
        hits.groupby("chamber").size()
        hits.groupby(["chamber", "wire"]).size()
        hits.groupby(["chamber", "ORBIT_CNT"])["wire"].nunique().groupby(level=0).value_counts()
        return len(hits)

    yield job


@contextlib.contextmanager
def dask(path: str) -> Iterator[Job]:
    import dask
    import dask.dataframe
    from dask.distributed import Client

    def job() -> int:
        hits = mapped(dask.dataframe.read_csv(path, blocksize="16MB", assume_missing=True))
        chambers, wires = hits.groupby("chamber").size(), hits.groupby(["chamber", "wire"]).size()
        orbits = hits[["chamber", "ORBIT_CNT", "wire"]].drop_duplicates().groupby(["chamber", "ORBIT_CNT"]).size()
        count, _, _, orbits = dask.compute(hits.shape[0], chambers, wires, orbits)
        orbits.groupby(level=0).value_counts()
        return count

    with Client(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None):
        yield job


@contextlib.contextmanager
def spark(path: str) -> Iterator[Job]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession, functions

    builder = SparkSession.builder.master("local[2]")
    for key, value in (("sql.shuffle.partitions", "2"), ("ui.enabled", "false"), ("driver.memory", "6g")):
        builder = builder.config(f"spark.{key}", value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    schema = "HEAD int, FPGA int, TDC_CHANNEL int, ORBIT_CNT long, BX_COUNTER int, TDC_MEAS double"

    def job() -> int:
        hits = session.read.csv(path, header=True, schema=schema).filter("HEAD = 2")
        hits = hits.withColumn("chamber", functions.expr("2 * FPGA + TDC_CHANNEL div 64"))
        hits = hits.withColumn("wire", functions.expr("TDC_CHANNEL % 64")).persist()
        count = hits.count()
        hits.groupBy("chamber").count().collect()
        hits.groupBy("chamber", "wire").count().collect()
        wires = functions.countDistinct("wire").alias("wires")
        hits.groupBy("chamber", "ORBIT_CNT").agg(wires).groupBy("chamber", "wires").count().collect()
        hits.unpersist()
        return count

    yield job
    session.stop()


JOBS = {job.__name__: job for job in (duckdb, polars, pandas, dask, spark)}


def main() -> None:
    path, *names = sys.argv[1:]
    with open(path, "rb") as file:
        rows = sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) - 1
    for name in names:
        seconds = []
        with JOBS[name](path) as job:
            for _ in range(2):
                start = time.perf_counter()
                hits = job()
                seconds.append(time.perf_counter() - start)
        best = min(seconds)
        print(f"{name:8} {best:8.2f} s {rows / best / 1e6:8.2f} M rows/s  hits {hits}", flush=True)


if __name__ == "__main__":
    main()
