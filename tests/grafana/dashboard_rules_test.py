#!/usr/bin/env python3
"""Each rule of dashboard_rules.py notices when the dashboard breaks it."""
import copy
import json
import pathlib
import unittest

import dashboard_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((ROOT / 'grafana/cutover.json').read_text(encoding='utf-8'))


def broken(change):
    dashboard = copy.deepcopy(DASHBOARD)
    change(dashboard, dashboard_rules.panels_of(dashboard)[0])
    return list(dashboard_rules.dashboard_problems(dashboard))


def expression(text):
    return lambda _, panel: panel['targets'][0].update(expr=text)


SELECTOR = '{job=~"$job",instance=~"$instance"}'


class EveryRuleBites(unittest.TestCase):
    def test_the_dashboard_as_it_is_breaks_none(self):
        self.assertEqual(broken(lambda dashboard, panel: None), [])

    def test_each_change_breaks_a_rule(self):
        changes = {
            'editable': lambda dashboard, _: dashboard.update(editable=True),
            'no description': lambda _, panel: panel.update(description=''),
            'no unit': lambda _, panel: panel['fieldConfig']['defaults'].pop('unit'),
            'another datasource': lambda _, panel: panel['datasource'].update(uid='abc'),
            'no job': expression('cutover_fenced{instance=~"$instance"}'),
            'a bare counter': expression('cutover_runs_total' + SELECTOR),
            'a counter under a sum alone': expression(f'sum(cutover_runs_total{SELECTOR})'),
            'a fixed range': expression(f'rate(cutover_runs_total{SELECTOR}[5m])'),
            'another exporter': expression(f'sum by (side) (pg_stat_activity_count{SELECTOR}) or sum by (side) (cutover_clients{SELECTOR})'),
            'an overlap': lambda dashboard, _: dashboard['panels'][2]['gridPos'].update(x=0),
            'no variable': lambda dashboard, _: dashboard['templating']['list'][1].update(multi=False),
        }
        for what, change in changes.items():
            with self.subTest(what):
                self.assertNotEqual(broken(change), [])


if __name__ == '__main__':
    unittest.main()
