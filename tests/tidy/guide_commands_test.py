#!/usr/bin/env python3
"""A block of commands that nothing runs is noticed, and only that."""
import unittest

from guide_commands import GUIDE, inline_problems, problems

TEST = 'follow "$tree/docs/x.md" 1 -other >log\nexport HOST=1\n'
CI = './scripts/setup; ./scripts/build'


def found(document, name='docs/x.md'):
    return [problem.split(': ', 1)[1].split(';')[0] for problem in problems(name, document, TEST, CI)]


class GuideCommands(unittest.TestCase):
    def test_a_block_in_a_section_that_the_test_follows_is_run(self):
        self.assertEqual([], found('## 1. First\n```sh\ntrue\n```\n'))

    def test_a_block_elsewhere_or_left_out_by_its_label_is_noticed(self):
        self.assertEqual(['no test runs this block'], found('## 2. Second\n```sh\ntrue\n```\n'))
        self.assertEqual(['no test runs this block'], found('## 1. First\n```sh other\ntrue\n```\n'))
        self.assertEqual(['no test runs this block'], found('## 1. First\n```sh\ntrue\n```\n', 'docs/y.md'))

    def test_a_block_that_says_why_it_is_not_run_passes(self):
        self.assertEqual([], found('```sh\n# not run by a test: it ends the machine\nreboot\n```\n'))

    def test_scripts_that_ci_runs_pass_and_others_do_not(self):
        self.assertEqual([], found('```sh\n./scripts/setup\n./scripts/build --target x  # a comment\n```\n'))
        self.assertEqual(['no test runs this block'], found('```sh\n./scripts/setup\n./scripts/other\n```\n'))

    def test_settings_are_set_by_the_test(self):
        self.assertEqual([], found('```sh settings\nHOST=10.0.0.5\n```\n'))
        self.assertEqual(['no test sets PORT'], found('```sh settings\nHOST=10.0.0.5 PORT=5432\n```\n'))

    def test_a_block_without_language_and_commands_in_text_are_noticed(self):
        self.assertEqual(['a block without a language'], found('```\na picture\n```\n'))
        self.assertEqual(['commands in a block of text'], found('```text\ncutover status\n```\n'))
        self.assertEqual([], found('```text\na picture\n```\n'))


class InlineCommands(unittest.TestCase):
    def found(self, sentence):
        scripts = {'test': '--system) ;;', 'in-bare-debian': '--as sudo'}
        return [problem.rsplit(': ', 1)[1] for problem in inline_problems('x.md', sentence, scripts, {'docs_test'})]

    def test_scripts_options_and_programs_that_are_there_pass(self):
        for sentence in ('`scripts/test --system`', 'as root `scripts/in-bare-debian [--as sudo] ./scripts/test`',
                         '`X=1 build/release/bin/docs_test`', 'no command: scripts/lost', 'nor this: scripts/lost of `x`'):
            self.assertEqual([], self.found(sentence), sentence)

    def test_what_is_not_there_is_noticed(self):
        self.assertEqual(['there is no scripts/lost'], self.found('`./scripts/lost --x`'))
        self.assertEqual(['scripts/test knows no --sytem'], self.found('`scripts/test --sytem`'))
        self.assertEqual(['scripts/test knows no --as'], self.found('`scripts/in-bare-debian ./scripts/test --as sudo`'))
        self.assertEqual(['no lost_test is built'], self.found('`build/release/bin/lost_test`'))


class Guide(unittest.TestCase):
    def test_the_record_tells_which_blocks_were_never_printed(self):
        document = '```sh\na\n```\n## T\n```sh here\nwait 1h\n```\n'
        self.assertEqual(['a'], [text for _, text in GUIDE.chosen(document, [''])])
        self.assertEqual(['wait 1s'], [text for _, text in GUIDE.chosen(document, ['+here', '1h=1s'])])
        self.assertEqual([1, 5], [block.line for block in GUIDE.blocks(document)])


if __name__ == '__main__':
    unittest.main()
