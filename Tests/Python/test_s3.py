"""Objects of a bucket as a source: the products that the same rows give from files."""

import gzip
import json
import subprocess
import unittest

from s3_case import BUCKET, PIPELINE, S3Case, Store, needs_packages, rows


@needs_packages
class ReadingTest(S3Case):
    def test_text_gzip_and_zstd_under_odd_names(self):
        texts = [rows(3000, seed) for seed in range(6)]
        names = ["data_ a+b=c&d", "data_%25/../ü~(1)!*'", "data_//x", "data_z;,:@$[]{}|\\^`\"<>#?"]
        with Store() as store:
            store.page = 2
            for name, text in zip(names, texts[:4], strict=True):
                store.put(name, text)
            store.put("data_zz.gz", gzip.compress(texts[4].encode()))
            packed = subprocess.run(["zstd", "-q"], input=texts[5].encode(), capture_output=True, check=True).stdout
            store.put("data_zz.zst", packed)
            store.put("other", "no row\n")
            store.put("data_folder/", "")
            store.put("data_empty", "")
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            declared = self.products(pipeline=self.source(store), variables=store.environment())
            self.assertEqual(store.statuses().keys(), {200, 206})
        self.agree(found, self.expected(texts))
        self.agree(declared, found)
        wanted = {f"s3://{BUCKET}/{name}": [0, len(text)] for name, text in zip(names, texts[:4], strict=True)}
        wanted |= {f"s3://{BUCKET}/data_zz.gz": [0, len(texts[4])], f"s3://{BUCKET}/data_zz.zst": [0, len(texts[5])]}
        self.assertEqual(found["source"]["offsets"], wanted)
        self.assertEqual(list(found["source"]["offsets"]), sorted(wanted, key=str.encode))

    def test_twelve_hundred_objects(self):
        texts = [rows(20, seed, first=100 + seed) for seed in range(1200)]
        with Store() as store:
            for number, text in enumerate(texts):
                store.put(f"data_{number:05}", text)
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            pages = [target for _, target, _, _ in store.requests if "list-type" in target]
            self.assertEqual(len(pages), 2)
            self.assertEqual(store.statuses(), {200: 2, 206: 1200})
        self.agree(found, self.expected(["".join(texts)]))
        self.assertEqual(len(found["source"]["offsets"]), 1200)

    def test_an_object_of_that_very_name_is_meant_alone(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.put("data_10", rows(10))
            found = self.products("--input", f"s3://{BUCKET}/data_1", variables=store.environment())
        self.assertEqual(list(found["source"]["offsets"]), [f"s3://{BUCKET}/data_1"])

    def test_the_oldest_first(self):
        with Store() as store:
            for name, time in [("data_a", "09:00:00.5Z"), ("data_b", "08:00:00Z"), ("data_c", "09:00:00Z")]:
                store.put(name, rows(5), modified=f"2026-11-22T{time}")
            pipeline = self.source(store, ", order: modified")
            done = self.hitmon(
                "run", pipeline, "--window", "rows: 5", "--results", "-", "--quiet", variables=store.environment())
        read = [list(json.loads(line)["source"]["offsets"]) for line in done.stdout.splitlines()]
        self.assertEqual(read, [[f"s3://{BUCKET}/data_{letter}"] for letter in "bca"])

    def test_a_bad_row_is_named_by_its_place(self):
        with Store() as store:
            store.put("data_1", rows(3) + "no row\n" + rows(3))
            found = self.products("--input", f"s3://{BUCKET}/data_1", variables=store.environment())
        self.assertEqual(found["counts"]["malformed"], 1)
        self.assertIn(f"malformed row at s3://{BUCKET}/data_1:4: ", self.said)

    def test_the_emulator_reads_it(self):
        texts = [rows(500, seed, first=1000 + 30 * seed) for seed in range(3)]
        self.write(
            "chain.yaml", PIPELINE.replace("window: all", "window: {span: 100000 of ORBIT_CNT, late: 1000}") +
            "sources: {telescope: {kafka: {brokers: embedded, topic: hits, partitions: 1}}}\n"
            f"emulate: {{input: 's3://{BUCKET}/data_', rate: max}}\n")
        with Store() as store:
            for number, text in enumerate(texts):
                store.put(f"data_{number}", text)
            found = self.products(pipeline="chain.yaml", variables=store.environment())
        self.agree(found, self.expected(["".join(texts)]))

    def test_the_emulator_starts_again_at_the_end(self):
        texts = [rows(100, seed, first=1000 + 10 * seed) for seed in range(3)]
        self.write(
            "chain.yaml", PIPELINE.replace("window: all", "window: {rows: 700}") +
            "sources: {telescope: {kafka: {brokers: embedded, topic: hits, partitions: 1}}}\n"
            f"emulate: {{input: 's3://{BUCKET}/data_', rate: max, loop: true, rows: 700}}\n")
        with Store() as store:
            for number, text in enumerate(texts):
                store.put(f"data_{number}", text)
            found = self.products(pipeline="chain.yaml", variables=store.environment())
            self.assertGreaterEqual(store.statuses()[206], 7)
        self.assertEqual(found["counts"], self.expected(texts + texts + texts[:1])["counts"])


if __name__ == "__main__":
    unittest.main()
