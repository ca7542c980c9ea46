#!/usr/bin/env python3
"""A link of a packaged document that leads out of its package is noticed, and only that."""
import pathlib
import tempfile
import unittest

from packaged_docs import broken_links, installed

RECIPE = """install(FILES ${CMAKE_SOURCE_DIR}/NEWS.md ${docs}/a.md
  DESTINATION share/doc/one COMPONENT x)
install(DIRECTORY ${docs}/why DESTINATION share/doc/one COMPONENT x)
install(DIRECTORY ${docs}/why/ DESTINATION share/doc/one/reasons COMPONENT x)
install(FILES ${docs}/a.md DESTINATION share/doc/two COMPONENT y)
install(FILES ${manuals}/a.1.gz DESTINATION share/man/man1 COMPONENT y)
"""


class PackagedDocs(unittest.TestCase):
    def test_a_link_to_what_the_package_does_not_bring_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / 'docs/why').mkdir(parents=True)
            (root / 'NEWS.md').write_text('[a](a.md) [elsewhere](https://example.org/b.md)')
            (root / 'docs/a.md').write_text('[why](why/1.md#x) [all](why/) [below](#below)')
            (root / 'docs/why/1.md').write_text('[a](../a.md)')
            packages = installed(root, RECIPE)
            self.assertEqual({'NEWS.md', 'a.md', 'why/1.md', 'reasons/1.md'}, set(packages['one']))
            self.assertEqual([], list(broken_links(packages['one'])))
            self.assertEqual([('a.md', 'why/1.md'), ('a.md', 'why/')], list(broken_links(packages['two'])))


if __name__ == '__main__':
    unittest.main()
