#!/usr/bin/env python3
"""Each rule of the house is noticed where it is broken, and only there."""
import unittest

from repository_rules import problems

WAITS = ['co_await sleep_for(200ms);', 'co_await sleep_for(std::chrono::seconds(1));', 'io.run_for(100ms);',
         'std::this_thread::sleep_for(pause);', 'command = "(sleep 0.3; kill -9 $$) & exec x";', 'sleep 2\n',
         'until ready; do sleep 0.05; done']
DOES_NOT_WAIT = ['co_await sleep_for(poll);', 'io.run_for(10s);', '"sleep 600 & echo $!; wait"', '"SELECT pg_sleep(30)"',
                 'argv = {"sleep", "600"}']


class RepositoryRules(unittest.TestCase):
    def test_a_wait_for_time_is_noticed(self):
        for text in WAITS:
            self.assertEqual(['waits for time, not for a condition'], list(problems('tests/unit/x.cpp', text)), text)

    def test_what_waits_for_a_condition_passes(self):
        for text in DOES_NOT_WAIT:
            self.assertEqual([], list(problems('tests/unit/x.cpp', text)), text)

    def test_an_unfinished_mark_a_tab_and_a_header_without_a_word_are_noticed(self):
        self.assertEqual(['a mark of unfinished work'], list(problems('agent/x.cpp', '// TO' 'DO later')))
        self.assertEqual(['has a tab'], list(problems('agent/x.cpp', 'int\tx;')))
        self.assertEqual(['does not open with a comment that says what it is for'],
                         list(problems('agent/x.h', '#pragma once')))

    def test_a_target_that_is_no_argument_of_the_build_is_noticed(self):
        self.assertEqual(['gives scripts/build a target without --target'],
                         list(problems('scripts/x', './scripts/build simulation_tests\n')))
        for text in ('./scripts/build\n', './scripts/build --target simulation_tests\n', './scripts/build      # everything\n'):
            self.assertEqual([], list(problems('scripts/x', text)), text)


if __name__ == '__main__':
    unittest.main()
