"""`hitmon schema` against what hitmon itself takes: the shipped pipelines and plugins, and mistakes."""

import copy
import json
import subprocess
import unittest

from program import PROGRAM, ROOT

try:
    import jsonschema
    import yaml
except ImportError as error:
    missing = str(error)
else:
    missing = None


@unittest.skipIf(missing is not None, missing)
class SchemaTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(subprocess.run([PROGRAM, "schema"], check=True, capture_output=True).stdout)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def load(self, path):
        return yaml.safe_load((ROOT / path).read_text())

    def errors(self, document):
        return [error.message for error in self.validator.iter_errors(document)]

    def test_it_is_a_schema_of_draft_7(self):
        self.assertEqual(self.schema["$schema"], "http://json-schema.org/draft-07/schema#")
        jsonschema.Draft7Validator.check_schema(self.schema)

    def test_every_reference_leads_somewhere(self):
        references = set()

        def visit(value):
            if isinstance(value, dict):
                if isinstance(value.get("$ref"), str):
                    references.add(value["$ref"].removeprefix("#/definitions/"))
                value = list(value.values())
            if isinstance(value, list):
                for item in value:
                    visit(item)

        visit(self.schema)
        self.assertEqual(references, set(self.schema["definitions"]))

    def test_shipped_files_are_valid(self):
        files = sorted(ROOT.glob("pipelines/**/*.yaml")) + sorted(ROOT.glob("plugins/**/*.yaml"))
        self.assertGreaterEqual(len(files), 6)
        for file in files:
            with self.subTest(file=str(file.relative_to(ROOT))):
                self.assertEqual(self.errors(yaml.safe_load(file.read_text())), [])

    def test_examples_of_the_specifications_are_valid(self):
        reference = (ROOT / "docs/reference.md").read_text()
        checked = 0
        for section in reference.split("\n## ")[1:]:
            kind = section.split(":")[0].lower()
            for entry in section.split("\n### ")[1:]:
                text = entry.split("```yaml\n")[1].split("\n```")[0]
                if kind == "histogram":
                    document = {"pipeline": "p", "histograms": yaml.safe_load(text)}
                elif kind == "group":
                    document = {"pipeline": "p", "groups": {"g": {"by": "k", **yaml.safe_load(text)}}}
                else:
                    document = yaml.safe_load(text)
                    if not {"pipeline", "plugin"} & set(document):
                        document["plugin" if "parameters" in document else "pipeline"] = "p"
                with self.subTest(kind=kind, entry=entry.split("\n")[0]):
                    self.assertEqual(self.errors(document), [])
                    checked += 1
        self.assertGreater(checked, 20)

    def test_unknown_keys_are_refused(self):
        pipeline = self.load("pipelines/dt-chambers.yaml")
        plugin = self.load("plugins/detectors/minidt.yaml")
        places = [
            (pipeline, []),
            (pipeline, ["histograms", "occupancy"]),
            (pipeline, ["sources", "telescope"]),
            (pipeline, ["sources", "telescope", "kafka"]),
            (pipeline, ["window"]),
            (pipeline, ["sinks", 0, "kafka"]),
            (pipeline, ["emulate"]),
            (plugin, []),
            (plugin, ["record"]),
            (plugin, ["cleansing", 0]),
        ]
        for document, path in places:
            document = copy.deepcopy(document)
            block = document
            for step in path:
                block = block[step]
            block["qqq"] = 1
            with self.subTest(path=path):
                self.assertNotEqual(self.errors(document), [])

    def test_wrong_values_are_refused(self):
        base = self.load("pipelines/dt-chambers.yaml")
        for section, value in [
            ("window", {"rows": 0}),
            ("window", {"rows": "many"}),
            ("window", "every"),
            ("window", {}),
            ("histograms", {"h": {"of": "wire"}}),
            ("histograms", {"h h": {"count": "hits"}}),
            ("histograms", {"h": {"count": "rows"}}),
            ("sources", {"a": {"kafka": {"brokers": "b"}}}),
            ("sources", {"a": {"file": {"path": "a"}, "kafka": {"brokers": "b", "topic": "t"}}}),
            ("columns", {"a-b": "wire"}),
            ("emulate", {"loop": "maybe"}),
            ("uses", "detectors/minidt"),
            ("chambers", [{"chamber": "first", "when": "FPGA == 0"}]),
        ]:
            with self.subTest(section=section, value=value):
                self.assertNotEqual(self.errors({**base, section: value}), [])

    def test_values_of_variables_are_taken(self):
        base = self.load("pipelines/dt-chambers.yaml")
        for section, value in [
            ("window", {"rows": "${ROWS:-1000}"}),
            ("window", {"rows": "50_000"}),
            ("window", {"every": "${TIME}"}),
            ("emulate", {"loop": "${LOOP:-false}", "rows": "${ROWS}"}),
            ("chambers", [{"chamber": "${CHAMBER}", "when": "FPGA == 0", "wire": 0}]),
        ]:
            with self.subTest(section=section, value=value):
                self.assertEqual(self.errors({**base, section: value}), [])

    def test_keys_are_explained_with_their_defaults(self):
        points = self.schema["definitions"]["histogram.points"]["properties"]["points"]
        self.assertEqual(points["default"], 100000)
        self.assertIn("The most points of a window.", points["description"])
        every = self.schema["definitions"]["window.every"]["properties"]["every"]
        self.assertIn("a time such as `2 s`", every["description"])
        for name, definition in self.schema["definitions"].items():
            self.assertTrue(definition["description"], name)
            for key, value in definition["properties"].items():
                self.assertTrue(value["description"], f"{name}: {key}")


if __name__ == "__main__":
    unittest.main()
