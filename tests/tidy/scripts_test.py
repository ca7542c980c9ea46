#!/usr/bin/env python3
"""What scripts leave behind when they are interrupted, and what they say where a tool is missing. Nothing is installed."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / 'scripts'
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def heed_signals():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


class WithRootRights(unittest.TestCase):
    """By commands of our own in place of id, sudo and unshare, which tell what they were asked."""

    def run_as(self, may_have_users):
        with tempfile.TemporaryDirectory() as directory:
            told = f'echo "${{0##*/}} $*" >>{directory}/told'
            asked_for_users = f'case "$*" in --user*) exit {0 if may_have_users else 1} ;; esac'
            for name, text in (('id', f'[ -e {directory}/root ] && echo 0 || echo 1000'), ('unshare', f'{told}\n{asked_for_users}\nexit 1'),
                               ('sudo', f'{told}\n[ "$2" != true ] || exit 0\ntouch {directory}/root\nshift 2\nexec "$@"')):
                file = pathlib.Path(directory) / name
                file.write_text(f'#!/bin/sh\n{text}\n')
                file.chmod(0o755)
            environment = dict(os.environ, PATH=f'{directory}:{os.environ["PATH"]}')
            ended = subprocess.run([SCRIPTS.parent / 'tests/support/with_root_rights', 'echo', 'the test'], capture_output=True, text=True,
                                   env=environment, timeout=30)
            return ended.stdout, (pathlib.Path(directory) / 'told').read_text().splitlines()

    def test_sudo_runs_it_where_users_and_mounts_are_forbidden(self):
        output, told = self.run_as(may_have_users=False)
        self.assertEqual('the test\n', output)
        self.assertIn('unshare --mount true', told[-1:])

    def test_no_ids_are_mapped_where_users_are_forbidden(self):
        """unshare of util-linux 2.38 would leave the process that maps them behind, and whoever reads its output waiting."""
        self.assertEqual([], [line for line in self.run_as(may_have_users=False)[1] if '--map-auto' in line])

    def test_a_user_namespace_is_preferred(self):
        told = self.run_as(may_have_users=True)[1]
        self.assertEqual('unshare --user --map-root-user --map-auto --mount -- echo the test', told[-1])
        self.assertEqual([], [line for line in told if line.startswith('sudo')])


class ServicesStayStopped(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.policy = pathlib.Path(directory.name) / 'policy-rc.d'

    def start(self, command):
        text = f'set -euo pipefail; as_root() {{ "$@"; }}; . {SCRIPTS}/services-stay-stopped; with_services_stopped "$@"'
        return subprocess.Popen(['bash', '-c', text, 'setup', self.policy, 'sh', '-c', command], stdout=subprocess.PIPE,
                                text=True, start_new_session=True, preexec_fn=heed_signals)

    def run_to_end(self, command):
        with self.start(command) as process:
            output, _ = process.communicate(timeout=30)
        return process.returncode, output

    def test_no_service_starts_while_packages_are_installed(self):
        self.assertEqual((0, '101\n'), self.run_to_end(f'{self.policy} || echo $?'))
        self.assertFalse(self.policy.exists())

    def test_a_failed_installation_fails_and_leaves_nothing(self):
        self.assertEqual(100, self.run_to_end('exit 100')[0])
        self.assertFalse(self.policy.exists())

    def test_an_interrupted_installation_leaves_nothing(self):
        for number in SIGNALS:
            with self.start('echo running; exec sleep 600') as process:
                process.stdout.readline()
                self.assertTrue(self.policy.exists())
                os.killpg(process.pid, number)
                process.stdout.read()  # until the last of them has ended
            self.assertNotEqual(0, process.returncode)
            self.assertFalse(self.policy.exists(), number)

    def test_one_that_a_killed_installation_left_is_taken_away(self):
        with self.start('echo running; exec sleep 600') as process:
            process.stdout.readline()
            os.killpg(process.pid, signal.SIGKILL)
            process.stdout.read()
        self.assertTrue(self.policy.exists())
        self.assertEqual(0, self.run_to_end('true')[0])
        self.assertFalse(self.policy.exists())

    def test_the_machines_own_stays(self):
        self.policy.write_text('#!/bin/sh\nexit 101\n')
        self.assertEqual(7, self.run_to_end('exit 7')[0])
        self.assertEqual('#!/bin/sh\nexit 101\n', self.policy.read_text())


class Package(unittest.TestCase):
    """scripts/package in a tree of its own, whose build succeeds and whose cpack only says that it was called."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        for name in ('scripts', 'bin', 'build/release/packaging'):
            (self.tree / name).mkdir(parents=True)
        shutil.copy(SCRIPTS / 'package', self.tree / 'scripts')
        self.program('scripts/build', 'true')
        self.program('scripts/ccache-environment', 'true')
        self.program('bin/cpack', 'mkdir packages; touch packages/cutover.deb')
        for tool in ('bash', 'cat', 'dirname', 'ls', 'mkdir', 'rm', 'touch'):
            (self.tree / 'bin' / tool).symlink_to(shutil.which(tool))

    def program(self, name, text):
        path = self.tree / name
        path.write_text(f'#!/bin/bash\n{text}\n')
        path.chmod(0o755)

    def package(self, tools, *arguments):
        for tool in tools:
            self.program(f'bin/{tool}', 'true')
        return subprocess.run([self.tree / 'scripts/package', *arguments], env={'PATH': str(self.tree / 'bin')},
                              capture_output=True, text=True, timeout=30)

    def test_packages_without_their_dependencies_are_not_made(self):
        for tools, package in (([], 'file'), (['file'], 'dpkg-dev')):
            ended = self.package(tools)
            self.assertEqual(1, ended.returncode)
            self.assertIn(f'{package} is missing; hint: scripts/setup --build\n', ended.stderr)
            self.assertFalse((self.tree / 'build/release/packages').exists())

    def test_with_both_tools_they_are_made(self):
        ended = self.package(['file', 'dpkg-shlibdeps'])
        self.assertEqual((0, 'build/release/packages/cutover.deb\n'), (ended.returncode, ended.stdout), ended.stderr)

    def test_whoever_lacks_lintian_is_told_what_brings_it(self):
        ended = self.package(['file', 'dpkg-shlibdeps'], '--lint')
        self.assertEqual(1, ended.returncode)
        self.assertIn('lintian is missing; hint: scripts/setup --system\n', ended.stderr)


class Sanitize(unittest.TestCase):
    """scripts/sanitize where cmake only says how it was called and ctest passes, one program with a finding."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        for name in ('scripts', 'bin'):
            (self.tree / name).mkdir()
        shutil.copy(SCRIPTS / 'sanitize', self.tree / 'scripts')
        self.program('scripts/ccache-environment', 'true')
        self.program('bin/cmake', 'echo cmake "$@" >>calls; [[ "$*" != *"$FAILS"* || -z "$FAILS" ]]')
        self.program('bin/ctest', 'echo ctest "$@" >>calls; options=${TSAN_OPTIONS:-$ASAN_OPTIONS}; file=${options#log_path=}\n'
                     '[ -z "$FINDS" ] || echo "a data race" >"${file%%:*}.17"\n'
                     '[[ "ctest $*" != *"$FAILS"* || -z "$FAILS" ]]')

    def program(self, name, text):
        path = self.tree / name
        path.write_text(f'#!/bin/bash\n{text}\n')
        path.chmod(0o755)

    def sanitize(self, *arguments, finds='', fails=''):
        calls, findings = self.tree / 'calls', self.tree / 'findings'
        calls.unlink(missing_ok=True)
        findings.mkdir(exist_ok=True)
        environment = {'PATH': f'{self.tree}/bin:{os.environ["PATH"]}', 'FINDS': finds, 'FAILS': fails, 'TMPDIR': str(findings)}
        ended = subprocess.run([self.tree / 'scripts/sanitize', *arguments], env=environment, capture_output=True, text=True,
                               timeout=30)
        self.assertEqual([], list(findings.iterdir()), 'left behind')
        return ended, calls.read_text() if calls.exists() else ''

    def test_what_is_pure_runs_under_address_and_what_has_threads_under_thread(self):
        ended, calls = self.sanitize()
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertIn('cmake --preset asan -DCUTOVER_PROGRAMS=OFF\ncmake --build --preset asan\n', calls)
        self.assertIn('-L ^(unit|scenario|simulation)$\n', calls)
        self.assertIn('cmake --preset tsan -DCUTOVER_PROGRAMS=ON\ncmake --build --preset tsan --target looks_test ', calls)
        self.assertIn('-R ^(looks_test|', calls)
        self.assertNotIn('cutover-agent', calls)

    def test_with_integration_the_programs_are_built_too(self):
        ended, calls = self.sanitize('--integration', '--', '-R', 'one')
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertIn('-DCUTOVER_PROGRAMS=ON\ncmake --build --preset asan\n', calls)
        self.assertIn('simulation|integration)$ -R one\n', calls)
        self.assertIn('--preset tsan --target cutover cutover-agent looks_test ', calls)

    def test_a_finding_that_no_test_noticed_fails(self):
        ended, _ = self.sanitize('--only', 'thread', finds='yes')
        self.assertEqual(1, ended.returncode)
        self.assertIn('a data race', ended.stderr)

    def test_a_test_that_fails_fails(self):
        for kind in ('address', 'thread'):
            self.assertEqual(1, self.sanitize('--only', kind, fails='ctest')[0].returncode, kind)

    def test_what_cannot_be_configured_or_built_is_not_run(self):
        for kind in ('address', 'thread'):
            for failing in ('-DCUTOVER', '--build'):
                ended, calls = self.sanitize('--only', kind, fails=failing)
                self.assertEqual(1, ended.returncode, (kind, failing))
                self.assertNotIn('ctest', calls)

    def test_what_is_built_is_run_as_it_is(self):
        ended, calls = self.sanitize('--built')
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertNotIn('cmake', calls)
        self.assertEqual(2, calls.count('ctest'))

    def test_an_unknown_sanitizer_is_no_pass(self):
        self.assertEqual(2, self.sanitize('--only', 'memory')[0].returncode)


class Tidy(unittest.TestCase):
    """In a small tree of its own, never built before, and with a linter that finds nothing: one source in a bundle, one by itself."""

    def test_a_tree_that_was_never_built_is_looked_at_whole(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            tree, programs = directory / 'tree', directory / 'programs'
            for folder in (tree / 'scripts', tree / 'agent', tree / 'controller', programs):
                folder.mkdir(parents=True)
            shutil.copy(SCRIPTS / 'tidy', tree / 'scripts/tidy')
            (tree / '.clang-tidy').write_text('')
            (tree / 'agent/main.cpp').write_text('#include "build_commit.h"\n')
            (tree / 'controller/alone.cpp').write_text('#include "proto.h"\n')
            (tree / 'CMakePresets.json').write_text(json.dumps({
                'version': 3,
                'configurePresets': [{'name': 'release', 'generator': 'Ninja', 'binaryDir': '${sourceDir}/build/release',
                                      'cacheVariables': {'CMAKE_EXPORT_COMPILE_COMMANDS': 'ON'}}],
                'buildPresets': [{'name': 'release', 'configurePreset': 'release'}]}))
            (tree / 'CMakeLists.txt').write_text('''cmake_minimum_required(VERSION 3.25)
project(tree CXX)
include_directories(${CMAKE_BINARY_DIR}/generated)
add_custom_target(build_commit COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/generated/build_commit.h)
add_custom_target(cutover_proto COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/generated/proto.h)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
add_subdirectory(agent)
add_library(single controller/alone.cpp)
''')
            (tree / 'agent/CMakeLists.txt').write_text('add_library(bundled main.cpp)\nset_target_properties(bundled PROPERTIES UNITY_BUILD ON)\n')
            linter = programs / 'clang-tidy'
            linter.write_text('#!/bin/sh\nexit 0\n')
            linter.chmod(0o755)
            environment = dict(os.environ, PATH=f'{programs}:{os.environ["PATH"]}', XDG_CACHE_HOME=str(directory / 'cache'))
            ended = subprocess.run([tree / 'scripts/tidy'], capture_output=True, text=True, env=environment, check=False)
            self.assertEqual('tidy: 2 of 2 bundles pass, 0 of them known from before\n', ended.stdout, ended.stderr)
            self.assertEqual(0, ended.returncode)


if __name__ == '__main__':
    unittest.main()
