#!/usr/bin/env python3
"""The rules of grafana/dashboard-linter that concern a Prometheus dashboard, on grafana/cutover.json; and that every metric it
or grafana/alerts.yml asks for is in docs/metrics.md, and that every alert has a case in which it fires.

Usage: dashboard_rules.py ROOT   Exit status 1 when a rule is broken.
"""
import json
import pathlib
import re
import sys

COUNTER = re.compile(r'([a-z_]+_total|[a-z_]+_bucket)\{[^}]*\}(\[[^]]+\])?')
METRIC = re.compile(r'\bcutover_[a-z_]+')
RANGE = re.compile(r'\[([^]]+)\]')
# Of other exporters: they know no sides, are other instances, and count every server of that Prometheus.
FOREIGN = re.compile(r'\b(pg|pgbouncer)_[a-z_]+')
UNITS = {'short', 's', 'bytes', 'ops', 'wps'}


def panels_of(dashboard):
    return [panel for panel in dashboard['panels'] if panel['type'] != 'row']


def variables_of(dashboard):
    return {variable['name']: variable for variable in dashboard['templating']['list']}


def template_problems(dashboard):
    variables = variables_of(dashboard)
    for name in ('datasource', 'job', 'instance'):
        if name not in variables:
            yield f'template: there is no variable {name}'
    if variables['datasource']['type'] != 'datasource' or variables['datasource']['query'] != 'prometheus':
        yield 'template: datasource does not choose a Prometheus'
    for name in ('job', 'instance'):
        variable = variables[name]
        wanted = {'type': 'query', 'multi': True, 'includeAll': True, 'allValue': '.+', 'label': name.capitalize(), 'refresh': 2}
        for key, value in wanted.items():
            if variable.get(key) != value:
                yield f'template: {key} of {name} is {variable.get(key)!r}, not {value!r}'
        if variable['datasource']['uid'] != '${datasource}':
            yield f'template: {name} does not use $datasource'


def panel_problems(panel):
    if not panel.get('title') or not panel.get('description'):
        yield 'has no title or no description'
    if panel['datasource']['uid'] != '${datasource}':
        yield 'does not use $datasource'
    if not panel.get('targets'):
        yield 'asks for nothing'
    if panel['fieldConfig']['defaults'].get('unit') not in UNITS:
        yield 'has no unit, or one that is not in the list of this test'
    for target in panel['targets']:
        for problem in expression_problems(target['expr']):
            yield f'{problem}: {target["expr"]}'
        if target['datasource']['uid'] != '${datasource}':
            yield 'has a target that does not use $datasource'


def expression_problems(expression):
    for selector in re.findall(r'\{([^}]*)\}', expression):
        if 'job=~"$job"' not in selector or 'instance=~"$instance"' not in selector:
            yield 'does not select by $job and $instance'
    for match in COUNTER.finditer(expression):
        before = expression[:match.start()]
        if match[2] is None or not re.search(r'\b(rate|irate|increase)\($', before):
            yield f'takes the counter {match[1]} without a rate'
    for match in RANGE.finditer(expression):
        function = re.findall(r'(\w+)\((?=[^()]*$)', expression[:match.start()])
        fixed = function and function[-1].endswith('_over_time')
        if match[1] not in ('$__rate_interval', '$__range') and not fixed:
            yield f'has the fixed range {match[1]}'
    if FOREIGN.search(expression):
        yield 'asks for what another exporter has'


def layout_problems(dashboard):
    seen = set()
    for panel in dashboard['panels']:
        if panel['id'] in seen:
            yield f'two panels have the id {panel["id"]}'
        seen.add(panel['id'])
        at = panel['gridPos']
        if at['x'] + at['w'] > 24:
            yield f'{panel["title"]}: is wider than the grid'
    boxes = [(p['title'], p['gridPos']) for p in dashboard['panels']]
    for i, (title, a) in enumerate(boxes):
        for other, b in boxes[i + 1:]:
            apart = (a['x'] + a['w'] <= b['x'] or b['x'] + b['w'] <= a['x'] or
                     a['y'] + a['h'] <= b['y'] or b['y'] + b['h'] <= a['y'])
            if not apart:
                yield f'{title} and {other} overlap'


def dashboard_problems(dashboard):
    if dashboard['editable']:
        yield 'the dashboard is editable'
    yield from template_problems(dashboard)
    yield from layout_problems(dashboard)
    for panel in panels_of(dashboard):
        for problem in panel_problems(panel):
            yield f'panel "{panel["title"]}" {problem}'
    for note in dashboard['annotations']['list']:
        for problem in expression_problems(note['expr']):
            yield f'annotation "{note["name"]}" {problem}'


def unknown_metrics(text, where, known):
    for name in sorted(set(METRIC.findall(text))):
        if name.removesuffix('_bucket') not in known and name != 'cutover_back':
            yield f'{where} asks for {name}, which docs/metrics.md does not have'


def problems(root):
    dashboard_text = (root / 'grafana/cutover.json').read_text(encoding='utf-8')
    alerts = (root / 'grafana/alerts.yml').read_text(encoding='utf-8')
    cases = (root / 'tests/grafana/alerts_test.yml').read_text(encoding='utf-8')
    known = set(re.findall(r'^\| `(cutover_[a-z_]+)`', (root / 'docs/metrics.md').read_text(encoding='utf-8'), re.M))
    dashboard = json.loads(dashboard_text)
    yield from dashboard_problems(dashboard)
    expressions = '\n'.join(target['expr'] for panel in panels_of(dashboard) for target in panel['targets'])
    yield from unknown_metrics(expressions, 'the dashboard', known)
    yield from unknown_metrics('\n'.join(line for line in alerts.splitlines() if not line.startswith('#') and '- name:' not in line),
                               'an alert', known)
    for name in re.findall(r'- alert: (\w+)', alerts):
        if not re.search(rf'alertname: {name}\n        exp_alerts:\n', cases):
            yield f'the alert {name} fires in no case of tests/grafana/alerts_test.yml'
        if not re.search(rf'alertname: {name}\n        exp_alerts: \[\]', cases):
            yield f'the alert {name} is silent in no case of tests/grafana/alerts_test.yml'


def main(root):
    found = list(problems(pathlib.Path(root)))
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
