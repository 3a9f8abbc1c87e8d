"""What Benchmarks/instructions.py calls grown."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks"))
from instructions import KERNELS, PIPELINES, THRESHOLDS, Count


class Growth(unittest.TestCase):
    def test_less_and_as_much_is_no_growth(self):
        self.assertFalse(Count(20, 100).has_grown(Count(20, 100)))
        self.assertFalse(Count(15, 95).has_grown(Count(20, 100)))

    def test_up_to_five_percent_is_allowed(self):
        self.assertFalse(Count(20.9, 100.9).has_grown(Count(20, 100)))
        self.assertTrue(Count(21.1, 101.1).has_grown(Count(20, 100)))

    def test_a_tenth_of_an_instruction_is_allowed(self):
        self.assertFalse(Count(0.29, 50.09).has_grown(Count(0.2, 50)))
        self.assertTrue(Count(0.31, 50.11).has_grown(Count(0.2, 50)))

    def test_a_difference_that_grows_because_its_base_shrank_has_not_grown(self):
        self.assertFalse(Count(25, 100).has_grown(Count(20, 100)))
        self.assertFalse(Count(25, 90).has_grown(Count(20, 100)))

    def test_growth_of_one_of_many_shows_in_the_whole_as_often(self):
        self.assertTrue(Count(12, 170, 10).has_grown(Count(10, 150)))
        self.assertFalse(Count(12, 152, 10).has_grown(Count(10, 150)))


class Kernels(unittest.TestCase):
    def test_differences_are_of_pipelines_that_are_there(self):
        for kernel in KERNELS.values():
            self.assertIn(kernel.more, PIPELINES)
            self.assertIn(kernel.less, PIPELINES)

    def test_every_kernel_has_an_accepted_count(self):
        names = {line.rsplit(maxsplit=2)[0] for line in THRESHOLDS.read_text().splitlines()[1:]}
        self.assertLessEqual(set(KERNELS), names)


if __name__ == "__main__":
    unittest.main()
