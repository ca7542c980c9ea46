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
    'with a default argument of class type: overload it instead': 'Task<int> f(std::string a, Values b = {});',
}
GOOD = [
    'const auto x = co_await f(a, b); if (x) g();',
    'if (const auto x = co_await f(); x) g();',
    'co_await f(options);',
    '// if (co_await f())',
    'Task<int> f(bool quick = false, int tries = 3, proto::Purpose purpose = proto::RUN);',
    'Task<int> f(int a, std::chrono::milliseconds limit = std::chrono::milliseconds(1000));',
    'Task<Answer<int>> f(Kind kind = Kind::plain, const char* name = nullptr) const;',
    'auto both = f() && g(); const auto x = co_await std::move(both);',
]


class CoAwaitShapes(unittest.TestCase):
    def test_every_bad_shape_is_found(self):
        for what, code in BAD.items():
            self.assertIn(what, [found for _, found in findings(code)], code)

    def test_default_arguments_of_class_type_are_found_however_they_are_written(self):
        for code in ('Task<std::vector<int>> f(Options options = Options());',
                     'awaitable<int> f(int a, Options options = {1, 2}, int b = 0) const;',
                     'Task<Result<Rows>> A::f(std::string sql,\n    std::string more = "");',
                     'Task<void> f(std::function<void()> then = {});'):
            self.assertEqual(1, len(list(findings(code))), code)

    def test_good_shapes_pass(self):
        for code in GOOD:
            self.assertEqual([], list(findings(code)), code)


if __name__ == '__main__':
    unittest.main()
