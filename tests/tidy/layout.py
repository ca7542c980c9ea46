#!/usr/bin/env python3
"""The layout that docs/architecture.md draws is that of the repository, and the files that it tells to read are there.

Usage: layout.py ROOT   Exit status 1 when a rule is broken.
Drawn are all folders, those in them one level deep, and every script.
"""
import pathlib
import re
import subprocess
import sys

DOCUMENT = 'docs/architecture.md'
DRAWING = re.compile(r'^## Layout\n```text\n(.*?)^```$', re.M | re.S)
# A path, or a name that stands for one; a star for many.
FILE = re.compile(r'`([\w./*-]+\.(?:cpp|h|proto|pml|md))`')


def drawn(document):
    """Folders as "top" and "top/below"; words of the entry of scripts/."""
    drawing = DRAWING.search(document)
    folders, scripts, top = set(), set(), ''
    for line in drawing.group(1).splitlines() if drawing else []:
        opens = re.match(r'([\w-]+)/', line)
        if opens:
            top = opens.group(1)
            folders.add(top)
        elif re.match(r'  [\w-]', line):
            names = re.findall(r'[\w-]+', line) if re.fullmatch(r'(\s+[\w-]+/)+', line) else [re.match(r'  ([\w-]+)', line).group(1)]
            folders |= {f'{top}/{name}' for name in names}
        if top == 'scripts':
            scripts |= set(re.findall(r'[\w-]+', line.removeprefix('scripts/')))
    return folders, scripts


def problems(document, files):
    names = [pathlib.PurePosixPath(name) for name in files if not name.startswith('.')]
    there = {'/'.join(name.parts[:depth]) for name in names for depth in (1, 2) if len(name.parts) > depth}
    folders, words = drawn(document)
    yield from (f'{name}/ is not drawn' for name in sorted(there - folders))
    yield from (f'{name}/ is drawn and not there' for name in sorted(folders - there))
    scripts = {name.name for name in names if name.parts[0] == 'scripts'}
    yield from (f'scripts/{name} is not drawn' for name in sorted(scripts - words))
    for told in FILE.findall(document):
        if not any(name.match(told) for name in names):
            yield f'{told} is told of and not there'


def main(root):
    listed = subprocess.run(['git', '-C', root, 'ls-files', '-z'], check=True, capture_output=True)
    files = [name for name in listed.stdout.decode().split('\0') if name]
    document = (pathlib.Path(root) / DOCUMENT).read_text(encoding='utf-8')
    found = list(problems(document, files))
    for problem in found:
        print(f'{DOCUMENT}: {problem}; hint: its section "Layout"')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
