#!/usr/bin/env python3
"""Finds co_await spellings that g++ 12 miscompiles (double free, crash): give the awaited result a name first.
Also coroutines with a default argument of class type: g++ 12 copies it bytewise where the call is awaited.

Usage: co_await_shapes.py FILE...   Exit status 1 when one was found.
"""
import re
import sys

NOISE = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*|/\*.*?\*/', re.S)
# A declaration from its return type to its closing parenthesis, one level of nested ones included.
TASK_DECLARATION = re.compile(r'\b(?:Task|awaitable)<[^;{}()]*>\s+[\w:]+\s*\((?:[^();]|\([^()]*\))*\)')
# What may be copied bytewise: a number, a flag, nothing, an enumerator, a duration.
PLAIN_DEFAULT = re.compile(r'^(?:-?[\d\'.]+\w*|true|false|nullptr|(?:\w+::)*[a-z]\w*|(?:\w+::)*[A-Z_]+'
                           r'|std::chrono::\w+[({][\d\']+[)}])$')
DEFAULT_ARGUMENT = re.compile(r'=\s*((?:[^,(){}]|\([^()]*\)|\{[^{}]*\})*)')
STATEMENT_HEAD = re.compile(r'\b(if|while|switch)\s*\(')
NAMED_IN_CONDITION = re.compile(r'^\s*(?:const\s+)?[\w:<>&]+[&\s]+\w+\s*=\s*co_await\b')
SHAPES = {
    'in a conditional expression': re.compile(r'co_await[^;{}]*\?|\?[^;{}]*co_await'),
    'beside && or ||': re.compile(r'(?:&&|\|\|)\s*!?co_await\b|co_await\s+[\w.:>-]+\([^;()]*\)\s*(?:&&|\|\|)'),
    'with a braced argument': re.compile(r'co_await[^;{}]*\(\s*[\w:<>]*\s*\{|co_await[^;{}]*,\s*\{'),
    'in a braced initialiser': re.compile(r'[{,]\s*(?:\.\w+\s*=\s*)?co_await\b[^;{}]*\}'),
    'beside a capturing lambda': re.compile(r'co_await[^;{}]*\[(?!\s*&?\s*\])[^\]]*\]\s*[({]'),
}


def without_noise(text):
    """Blanks strings and comments, keeping every offset."""
    return NOISE.sub(lambda match: re.sub(r'[^\n]', ' ', match.group()), text)


def conditions(code):
    """The text between the parentheses of every if, while and switch, with its offset."""
    for head in STATEMENT_HEAD.finditer(code):
        depth, end = 1, head.end()
        while end < len(code) and depth:
            depth += {'(': 1, ')': -1}.get(code[end], 0)
            end += 1
        yield head.start(), code[head.end():end - 1]


def default_arguments(code):
    """The default arguments of declared coroutines that may be of class type, with their offsets."""
    for declaration in TASK_DECLARATION.finditer(code):
        parameters = declaration.group().partition('(')[2]
        for default in DEFAULT_ARGUMENT.finditer(parameters):
            if not PLAIN_DEFAULT.match(default.group(1).strip()):
                yield declaration.start()


def findings(text):
    code = without_noise(text)
    for offset in default_arguments(code):
        yield offset, 'with a default argument of class type: overload it instead'
    for offset, condition in conditions(code):
        tested = condition.rpartition(';')[2]
        if 'co_await' in tested and not NAMED_IN_CONDITION.match(tested):
            yield offset, 'in a condition'
    for what, shape in SHAPES.items():
        for match in shape.finditer(code):
            yield match.start(), what


def main(paths):
    found = 0
    for path in paths:
        with open(path, encoding='utf-8') as file:
            text = file.read()
        for offset, what in findings(text):
            line = text.count('\n', 0, offset) + 1
            print(f'{path}:{line}: co_await {what}')
            found += 1
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
