#!/usr/bin/env python3
"""The shape finder finds each bad shape and lets the good ones pass."""
import unittest

from co_await_shapes import findings

BAD = {
    'in a condition': 'if (co_await f()) g();',
    'in a conditional expression': 'auto x = ok ? co_await f() : 0;',
    'beside && or ||': 'auto x = ready && co_await f();',
    'with a braced argument': 'co_await f(Options{1, 2});',
    'in a braced initialiser': 'return Pair{co_await f(), 2};',
    'beside a capturing lambda': 'co_await f([this](int x) { return x; });',
}
GOOD = [
    'const auto x = co_await f(a, b); if (x) g();',
    'if (const auto x = co_await f(); x) g();',
    'co_await f(options);',
    '// if (co_await f())',
    'auto both = f() && g(); const auto x = co_await std::move(both);',
]


class CoAwaitShapes(unittest.TestCase):
    def test_every_bad_shape_is_found(self):
        for what, code in BAD.items():
            self.assertIn(what, [found for _, found in findings(code)], code)

    def test_good_shapes_pass(self):
        for code in GOOD:
            self.assertEqual([], list(findings(code)), code)


if __name__ == '__main__':
    unittest.main()
