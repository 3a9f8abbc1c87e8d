"""The live page in all the sizes that it is read in; the pictures are left in .build/screenshots to be looked at."""

import unittest

from live_page import ROOT, PageTest

FOLDER = ROOT / ".build/screenshots"
SIZES = {
    "light": {"viewport": {"width": 1280, "height": 720}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 720}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2, "has_touch": True
    },
    "phone-dark": {
        "viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "device_scale_factor": 2, "has_touch": True
    },
    "desk": {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "light"},
    "wall": {"viewport": {"width": 3840, "height": 2160}, "color_scheme": "dark"},
}


class SizesTest(PageTest):
    def test_sizes(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        pipeline = ROOT / "pipelines/dt-chambers.yaml"
        faster = ["--set", "emulate.rate=20000 /s", "--window", "every: 500 ms"]
        hitmon = self.serve(pipeline, "--port", "0", *faster)
        for name, size in SIZES.items():
            with self.subTest(name):
                page = self.open(hitmon.address, **size)
                self.wait_for_state(page, "live")
                page.locator("figure .stat b, figure .legend td").first.wait_for()
                # A sum over several windows, so that there is something to see.
                self.wait_for(
                    page,
                    "() => Number(document.querySelector('.number.hits b').textContent.replace(/\\D/g, '')) > 60000",
                )
                page.screenshot(path=FOLDER / f"{name}.png")
                # Nothing is wider than the screen, and every plot has a place in which it can be read.
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), size["viewport"]["width"])
                stages = page.locator(".stage").evaluate_all(
                    "all => all.map(one => [one.clientWidth, one.clientHeight])"
                )
                self.assertGreater(min(width for width, _ in stages), 180)
                self.assertGreater(min(height for _, height in stages), 80)


if __name__ == "__main__":
    unittest.main()
