"""The live page's files: all of them are in the program, and none of them reaches out of it."""

import pathlib
import re
import unittest

TARGET = pathlib.Path(__file__).resolve().parents[2] / "Sources/CPage"
FILES = sorted(path.relative_to(TARGET / "page").as_posix() for path in (TARGET / "page").rglob("*") if path.is_file())


class FilesTest(unittest.TestCase):
    def test_all_are_embedded(self):
        source = (TARGET / "page.c").read_text()
        self.assertEqual(sorted(re.findall(r'#embed "page/(.+)"', source)), FILES)
        self.assertEqual(sorted(re.findall(r'FILE\("(.+?)"', source)), FILES)
        # The page itself comes first.
        self.assertEqual(re.findall(r'FILE\("(.+?)"', source)[0], "index.html")

    def test_what_they_load_is_there(self):
        for name in FILES:
            text = (TARGET / "page" / name).read_text()
            folder = pathlib.PurePosixPath(name).parent
            for path in re.findall(r"from '(\.[^']+)'", text):
                loaded = pathlib.PurePosixPath(*resolved((folder / path).parts))
                self.assertIn(loaded.as_posix(), FILES, name)
            for path in re.findall(r'(?:href|src)="/assets/([^"]+)"', text):
                self.assertIn(path, FILES, name)

    def test_nothing_from_elsewhere(self):
        for name in FILES:
            text = (TARGET / "page" / name).read_text()
            # Names of XML are addresses too, but nobody goes there.
            addresses = [
                found for found in re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]+", text) if "w3.org" not in found
            ]
            self.assertEqual(addresses, [], name)
            # The page's policy forbids these.
            self.assertNotRegex(text, r"<style|style=\"|\bon\w+=\"|\beval\(|innerHTML", name)


def resolved(parts):
    """A path without its `..`."""
    kept = []
    for part in parts:
        if part == "..":
            kept.pop()
        elif part != ".":
            kept.append(part)
    return kept


if __name__ == "__main__":
    unittest.main()
