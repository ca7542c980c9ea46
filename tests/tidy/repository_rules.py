#!/usr/bin/env python3
"""Rules of the house that a text can be checked for: no unfinished marks, no waits for time, every header opens with what
it is for.

Usage: repository_rules.py ROOT   Exit status 1 when a rule is broken.
"""
import pathlib
import re
import subprocess
import sys

UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']) + r')\b')
# A time that is written down, in C++ or in a shell; `sleep 600` is a process for somebody to end.
WAITS_FOR_TIME = re.compile(
    r'\bsleep_for\((std::chrono|[0-9])|\brun_for\([0-9.]+(ms|us)\)|std::this_thread::sleep|\busleep\('
    r'|(^|[;&(]|\bdo|\bthen)\s*sleep (?!600\b)[0-9]', re.M)
# cmake takes a bare word for nothing and builds everything.
TARGET_WITHOUT_OPTION = re.compile(r'\./scripts/build +[A-Za-z]')
# What polls a condition, with a limit.
MAY_WAIT = re.compile(r'^(tests/support/|common/async/|tests/unit/agent/fake_pgbouncer\.cpp|tests/benchmarks/alternatives/)')


def tracked_files(root):
    listed = subprocess.run(['git', '-C', root, 'ls-files', '-z'], check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split('\0') if name]


def problems(name, text):
    if UNFINISHED.search(text):
        yield 'a mark of unfinished work'
    if name.startswith(('tests/', 'scripts/')) and not MAY_WAIT.match(name) and WAITS_FOR_TIME.search(text):
        yield 'waits for time, not for a condition'
    if TARGET_WITHOUT_OPTION.search(text):
        yield 'gives scripts/build a target without --target'
    if name.endswith('.h') and not text.startswith('//'):
        yield 'does not open with a comment that says what it is for'
    if name.endswith(('.h', '.cpp', '.py', '.proto')) and '\t' in text:
        yield 'has a tab'


def main(root):
    found = 0
    for name in tracked_files(root):
        path = pathlib.Path(root) / name
        if name.startswith('tests/tidy/') or not path.is_file() or path.is_symlink():
            continue
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            continue
        for problem in problems(name, text):
            print(f'{name}: {problem}')
            found += 1
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
