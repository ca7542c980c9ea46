#!/usr/bin/env python3
"""A folder, a script or a file that the drawing does not have, or has too many, is noticed, and only that."""
import unittest

from layout import problems

FILES = ['README.md', '.ci/run', 'agent/main.cpp', 'agent/ini/edit.cpp', 'agent/a/x.cpp', 'agent/b-c/x.cpp', 'scripts/build', 'docs/images/x.svg', 'docs/x.md']
DRAWING = """## Layout
```text
README.md .ci/run
agent/    main · console/rules
  ini/    text → text, of a/file
  a/ b-c/
scripts/  build
docs/     guides
  images/
```
`agent/main.cpp`, `edit.cpp`, `agent/ini/*.cpp`
"""


class Layout(unittest.TestCase):
    def test_a_drawing_of_what_is_there_passes(self):
        self.assertEqual([], list(problems(DRAWING, FILES)))

    def test_what_is_not_drawn_is_noticed(self):
        for file, problem in (('tests/x.cpp', 'tests/ is not drawn'), ('agent/other/x.cpp', 'agent/other/ is not drawn'),
                              ('scripts/test', 'scripts/test is not drawn')):
            self.assertEqual([problem], list(problems(DRAWING, FILES + [file])), file)

    def test_what_is_drawn_and_not_there_is_noticed(self):
        for file, problem in (('agent/ini/edit.cpp', 'agent/ini/ is drawn and not there'),
                              ('docs/images/x.svg', 'docs/images/ is drawn and not there')):
            left = [name for name in FILES if name != file]
            self.assertIn(problem, list(problems(DRAWING, left)), file)

    def test_a_file_that_is_told_of_and_not_there_is_noticed(self):
        self.assertEqual(['lost.h is told of and not there'], list(problems(DRAWING + '`lost.h`', FILES)))


if __name__ == '__main__':
    unittest.main()
