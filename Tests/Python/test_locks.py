"""Everything that is fetched is of one version: locks name versions and hashes, and scripts fetch by a lock alone."""

import importlib.metadata
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES = ("scripts/locks/*.in", "python/*.in", "Tests/*/requirements.in", "Benchmarks/peers/*.in")
WANTED = sorted(path for place in PLACES for path in ROOT.glob(place))
# The folder that each lock is installed in by `make test` and `make test-scale`.
FOLDERS = {
    "Tests/Python/requirements.txt": ".python",
    "Tests/Scale/requirements.txt": ".python-scale",
    "python/check.txt": ".python-check",
}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")

try:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    missing = None
except ImportError as error:
    missing = error


def entries(lock: pathlib.Path) -> list[tuple[str, list[str]]]:
    """The requirements of a lock, each with its hashes; its options are looked at here."""
    found = []
    for line in lock.read_text().replace("\\\n", " ").splitlines():
        if line.startswith(("#", "--only-binary", "--no-binary")):
            continue
        requirement, *hashes = re.split(r" +(?=--hash)", line.strip())
        found.append((requirement, hashes))
    return found


class Locks(unittest.TestCase):
    def test_each_request_has_a_lock(self) -> None:
        self.assertGreaterEqual(len(WANTED), 12)
        for wanted in WANTED:
            self.assertTrue(wanted.with_suffix(".txt").exists(), wanted)

    def test_each_package_has_one_version_and_its_hashes(self) -> None:
        for lock in (wanted.with_suffix(".txt") for wanted in WANTED):
            with self.subTest(lock=lock.relative_to(ROOT)):
                self.assertTrue(entries(lock))
                for requirement, hashes in entries(lock):
                    self.assertRegex(requirement, r"^[a-z0-9][a-z0-9.-]*==[0-9][0-9a-z.]*( *;.*)?$")
                    self.assertTrue(hashes, requirement)
                    for text in hashes:
                        self.assertRegex(text, HASH)
                # Where packages come from is the matter of each machine.
                self.assertNotRegex(lock.read_text(), r"://|index|find-links|/work|/tmp")

    @unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
    def test_each_request_is_met(self) -> None:
        for wanted in WANTED:
            locked = [Requirement(requirement) for requirement, _ in entries(wanted.with_suffix(".txt"))]
            for line in wanted.read_text().splitlines():
                request = Requirement(line)
                met = [
                    lock for lock in locked
                    if lock.name == canonicalize_name(request.name)
                    and request.specifier.contains(next(iter(lock.specifier)).version)
                ]
                self.assertTrue(met, f"{line}: run `make lock`")

    @unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
    def test_each_need_of_what_is_installed_is_locked(self) -> None:
        for name, folder in FOLDERS.items():
            if not (ROOT / folder).exists():
                continue
            locked = {}
            for text, _ in entries(ROOT / name):
                requirement = Requirement(text)
                if requirement.marker is None or requirement.marker.evaluate():
                    self.assertNotIn(requirement.name, locked, f"two versions in {name}")
                    locked[requirement.name] = next(iter(requirement.specifier)).version
            installed = {}
            for package in importlib.metadata.distributions(path=[str(ROOT / folder)]):
                installed[canonicalize_name(package.metadata["Name"])] = package
            self.assertEqual({key: package.version for key, package in installed.items()}, locked)
            for package in installed.values():
                for need in map(Requirement, package.requires or []):
                    if need.marker is None or need.marker.evaluate({"extra": ""}):
                        self.assertIn(canonicalize_name(need.name), locked, f"{package.name} needs it")


class Scripts(unittest.TestCase):
    def test_pip_fetches_by_a_lock_alone(self) -> None:
        fetching = 0
        for script in (ROOT / "scripts").iterdir():
            if not script.is_file():
                continue
            for line in script.read_text().replace("\\\n", " ").splitlines():
                if re.search(r"\bpip (install|download)\b", line):
                    fetching += 1
                    self.assertIn("--require-hashes", line, script)
                if re.search(r"\bpip wheel\b", line):
                    self.assertIn("--no-build-isolation", line, script)
        self.assertEqual(fetching, 2)


class SwiftPackages(unittest.TestCase):
    def test_each_has_one_version(self) -> None:
        text = (ROOT / "Package.swift").read_text()
        packages = re.findall(r"\.package\(url: [^)]*\)", text)
        self.assertTrue(packages)
        for package in packages:
            self.assertRegex(package, r'exact: "\d+\.\d+\.\d+"')


if __name__ == "__main__":
    unittest.main()
