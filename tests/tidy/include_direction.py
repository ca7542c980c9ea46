#!/usr/bin/env python3
"""Checks that dependencies go one way and that big headers stay where they belong.

Usage: include_direction.py ROOT   Exit status 1 when a rule is broken.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)

# (files under, must not include what starts with, why)
RULES = [
    ('common/', ('agent/', 'controller/', 'tests/'), 'common is used by both programs and knows neither'),
    ('agent/', ('controller/', 'tests/'), 'the agent does not know the controller'),
    ('controller/', ('agent/', 'tests/'), 'the controller knows the agent by the wire contract only'),
    ('controller/cutover/', ('libpq', 'libssh2', 'proto/', 'google/', 'common/postgres', 'common/wire', 'controller/link',
                             'controller/servers', 'controller/config', 'spdlog', 'sqlite'),
     'the protocol knows the world through fleet.h alone'),
    ('agent/ini/', ('boost/asio', 'common/postgres', 'common/async', 'proto/'), 'the ini editor is pure text to text'),
]
# The wrappers of a C or header-only library know it; nothing else includes these.
WRAPPERS = ('common/toml/toml_record.h', 'controller/link/known_hosts.h', 'controller/link/ssh_session.h')
BIG_HEADERS = ('boost/asio.hpp', 'toml++/toml.h', 'CLI/CLI.hpp', 'boost/json.hpp', 'libssh2.h', 'spdlog/spdlog.h')


def sources(root):
    for folder in ('common', 'agent', 'controller', 'tests'):
        for path in sorted((root / folder).rglob('*')):
            if path.suffix in ('.h', '.cpp'):
                yield path.relative_to(root).as_posix(), path.read_text(encoding='utf-8')


def broken_rules(name, text):
    for included in INCLUDE.findall(text):
        for under, forbidden, why in RULES:
            if name.startswith(under) and included.startswith(forbidden):
                yield f'{name}: includes {included}: {why}'
        if name.endswith('.h') and not name.startswith('tests/') and name not in WRAPPERS and included in BIG_HEADERS:
            yield f'{name}: includes {included}: big headers belong in .cpp files'


def main(root):
    broken = [line for name, text in sources(pathlib.Path(root)) for line in broken_rules(name, text)]
    print('\n'.join(broken), end='\n' if broken else '')
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
