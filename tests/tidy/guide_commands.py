#!/usr/bin/env python3
"""Every block of commands in a document is run by a test, or says at its head why not.

Usage: guide_commands.py ROOT   Exit status 1 when a rule is broken.
A block of commands is ```sh. It is run by tests/system or another test that follows documents by `"$tree/FILE" SECTION …`, or it consists of
scripts of this repository that scripts/test or CI runs. Other blocks name their language and hold no commands.
A command inside a sentence names a script that is there, with options that it knows, or a program that is built.
"""
import importlib.machinery
import importlib.util
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLLOWS = re.compile(r'"\$tree/([\w./-]+\.md)"([^|>)\n]*)')
SCRIPT = re.compile(r'\./scripts/[\w-]+')
PROGRAMS = ('cutover', 'cutover-agent', 'psql', 'pgbouncer', 'apt-get', 'apt', 'systemctl', 'journalctl', 'runuser', 'sudo', 'ssh',
            'ssh-keygen', 'tmux', 'chown', 'chmod', 'printf', 'echo', 'cat', 'git', 'ctest', 'cmake', 'ninja')
COMMAND = re.compile(r'^\s*(\$ |\./|(' + '|'.join(PROGRAMS) + r') )', re.M)


def load_guide():
    loader = importlib.machinery.SourceFileLoader('guide', str(ROOT / 'tests/system/guide'))
    spec = importlib.util.spec_from_loader('guide', loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


INLINE = re.compile(r'`([^`\n]*(?:scripts|build/release/bin)/[^`\n]*)`')
NAMED_SCRIPT = re.compile(r'(?<![\w/])(?:\./)?scripts/([\w-]+)((?: (?!\./)[^ `]+)*)')
NAMED_PROGRAM = re.compile(r'build/release/bin/([\w-]+)')
BUILT = re.compile(r'(?:cutover_test\(|add_executable\(|OUTPUT_NAME )([\w-]+)')

GUIDE = load_guide()


def followed(name, document, test_text):
    """Lines of the blocks of this document that the test's text runs."""
    calls = [shlex.split(call) for path, call in FOLLOWS.findall(test_text) if path == name]
    return {block.line for call in calls for block, _ in GUIDE.chosen(document, call)}


def is_run_by_ci(block, ci_text):
    commands = [line for line in block.text.splitlines() if line.strip()]
    return all(SCRIPT.match(line) and SCRIPT.match(line).group() in ci_text for line in commands)


def problems(name, document, test_text, ci_text):
    run = followed(name, document, test_text)
    for block in GUIDE.blocks(document):
        where = f'{name}:{block.line}'
        if not block.language:
            yield f'{where}: a block without a language; hint: ```sh for commands, ```text for anything else'
        elif block.language != 'sh':
            # A file that is shown may well hold commands.
            if block.language == 'text' and COMMAND.search(block.text):
                yield f'{where}: commands in a block of text; hint: ```sh'
        elif block.label == 'settings':
            names = re.findall(r'\b([A-Z][A-Z_]*)=', block.text)
            yield from (f'{where}: no test sets {one}' for one in names if not re.search(rf'\b{one}=', test_text))
        elif GUIDE.must_be_run(block) and block.line not in run and not is_run_by_ci(block, ci_text):
            yield f'{where}: no test runs this block; hint: follow it in tests/system/inside, or open it with "{GUIDE.EXCUSE}WHY"'


def inline_problems(name, document, scripts, programs):
    """scripts: name → text; programs: what the build makes."""
    for command in INLINE.findall(document):
        for script, arguments in NAMED_SCRIPT.findall(command):
            if script not in scripts:
                yield f'{name}: `{command}`: there is no scripts/{script}'
                continue
            for option in re.findall(r'--[a-z][\w-]*', arguments):
                if option not in scripts[script]:
                    yield f'{name}: `{command}`: scripts/{script} knows no {option}'
        for program in NAMED_PROGRAM.findall(command):
            if program not in programs:
                yield f'{name}: `{command}`: no {program} is built'


def main(root):
    root = pathlib.Path(root)
    listed = subprocess.run(['git', '-C', root, 'ls-files', '-z', '*.md'], check=True, capture_output=True)
    test_text = '\n'.join(path.read_text(encoding='utf-8') for path in sorted((root / 'tests/system').iterdir()) if path.is_file())
    others = (path.read_text(encoding='utf-8') for path in sorted((root / 'tests/integration').rglob('*.cpp')))
    test_text += '\n'.join(text for text in others if '/tests/system/guide"' in text)
    ci_text = (root / 'scripts/test').read_text(encoding='utf-8') + (root / '.ci/run').read_text(encoding='utf-8')
    found = [problem for name in listed.stdout.decode().split('\0') if name
             for problem in problems(name, (root / name).read_text(encoding='utf-8'), test_text, ci_text)]
    scripts = {path.name: path.read_text(encoding='utf-8') for path in (root / 'scripts').iterdir() if path.is_file()}
    recipes = subprocess.run(['git', '-C', root, 'ls-files', '-z', '*CMakeLists.txt'], check=True, capture_output=True)
    programs = {program for path in recipes.stdout.decode().split('\0') if path
                for program in BUILT.findall((root / path).read_text(encoding='utf-8'))}
    found += [problem for name in listed.stdout.decode().split('\0') if name
              for problem in inline_problems(name, (root / name).read_text(encoding='utf-8'), scripts, programs)]
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
