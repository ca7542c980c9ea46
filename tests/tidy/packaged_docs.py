#!/usr/bin/env python3
"""What a package brings below share/doc links only to what that package brings.

Usage: packaged_docs.py ROOT   Exit status 1 when a rule is broken.
Read from packaging/Install.cmake: its install() calls with files of this tree and a DESTINATION below share/doc.
"""
import pathlib
import posixpath
import re
import sys

INSTALL = re.compile(r'^install\((FILES|DIRECTORY) (.*?)\s+DESTINATION share/doc/([\w-]+)((?:/[\w-]+)*)/? COMPONENT', re.M | re.S)
SOURCE = re.compile(r'\$\{(docs|CMAKE_SOURCE_DIR)\}/([\w./-]+)')
LINK = re.compile(r'\]\((?!https?:)([^)#\s]+)')


def installed(root, recipe):
    """By package: path below share/doc/PACKAGE → file of the tree."""
    packages = {}
    for kind, sources, package, below in INSTALL.findall(recipe):
        for variable, path in SOURCE.findall(sources):
            source = root / ('docs' if variable == 'docs' else '') / path
            files = sorted(source.iterdir()) if kind == 'DIRECTORY' else [source]
            # A directory is installed by its name, unless it ends in a slash.
            folder = below.strip('/') if kind == 'FILES' or path.endswith('/') else posixpath.join(below.strip('/'), source.name)
            packages.setdefault(package, {}).update({posixpath.join(folder, file.name): file for file in files})
    return packages


def broken_links(files):
    folders = {posixpath.dirname(name) for name in files}
    for name, file in files.items():
        for target in LINK.findall(file.read_text(encoding='utf-8')) if name.endswith('.md') else []:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            if path not in files and path not in folders:
                yield name, target


def main(root):
    root = pathlib.Path(root)
    packages = installed(root, (root / 'packaging/Install.cmake').read_text(encoding='utf-8'))
    found = [f'{package}: {name} links to {target}, which the package does not bring; hint: packaging/Install.cmake'
             for package, files in sorted(packages.items()) for name, target in broken_links(files)]
    if len(packages) < 2:
        found.append('packaging/Install.cmake: no documents found for two packages')
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
