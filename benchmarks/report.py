"""The results as Markdown tables, as the goals they are held to, and as a plot."""

import statistics
from typing import Any
from xml.sax.saxutils import escape

Results = dict[str, Any]

# Colours of the plot: cruet's own bars, and everybody else's.
OWN, OTHER, INK, PALE = "#c2410c", "#94a3b8", "#1f2937", "#e5e7eb"
BAR, GAP, LABELS, WIDTH = 18, 8, 190, 760


def median(results: Results, workload: str, side: str, key: str) -> float | None:
    """Return the median of one figure over the rounds, None where nothing was measured."""
    samples = results["workloads"].get(workload, {}).get(side, {}).get("samples", [])
    return statistics.median(sample[key] for sample in samples) if samples else None


def side_names(results: Results) -> list[str]:
    """Return the sides in the order in which they were measured."""
    return list(dict.fromkeys(side for sides in results["workloads"].values() for side in sides))


def cell(results: Results, workload: str, side: str) -> str:
    cpu = median(results, workload, side, "cpu_us")
    rate = median(results, workload, side, "rps")
    return "–" if cpu is None or rate is None else f"{cpu:.1f} ({rate / 1000:.1f}k)"


def mebibytes(size: float | None) -> str:
    return "–" if size is None else f"{size / 2**20:.1f}"


def markdown(results: Results) -> str:
    """Return the tables: CPU and rate for each workload, memory, imports, versions."""
    workloads = list(results["workloads"])
    lines = [
        "CPU microseconds a request (thousand requests/s); one worker on one core, "
        f"{results['connections']} connections, median of {results['rounds']} rounds of "
        f"{results['seconds']} s.",
        "",
        f"| server | {' | '.join(workloads)} | RSS of the worker, MiB |",
        f"|---|{'---|' * (len(workloads) + 1)}",
    ]
    for side in side_names(results):
        cells = [cell(results, workload, side) for workload in workloads]
        memory = next(
            (m for w in workloads if (m := median(results, w, side, "rss")) is not None), None
        )
        lines.append(f"| {side} | {' | '.join(cells)} | {mebibytes(memory)} |")
    lines += ["", "| import | milliseconds | peak RSS, MiB |", "|---|---|---|"]
    for name, sample in results["imports"].items():
        lines.append(f"| {name} | {sample['ms']:.0f} | {sample['rss'] / 2**20:.1f} |")
    reasons = [
        f"- {side}, {workload}: {entry['reason']}"
        for workload, sides in results["workloads"].items()
        for side, entry in sides.items()
        if "reason" in entry
    ]
    lines += ["", "Not measured:", *reasons] if reasons else []
    lines += [
        "",
        ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + ".",
    ]
    return "\n".join(lines) + "\n"


# (what, workload, numerator side, denominator side, most that the ratio of CPU may be)
GOALS = [
    ("hello over a bare WSGI function on bjoern", "hello", "cruet", "bare WSGI, bjoern", 1.5),
    ("hello over Flask on Gunicorn sync", "hello", "cruet", "Flask, Gunicorn sync", 1 / 14),
    ("the C++ server over nginx", "hello", "C++ on cruet's headers", "nginx return 200", 1.1),
    ("the WSGI way over the native way", "hello", "cruet, WSGI way", "cruet", 2.0),
]


def goals(results: Results) -> str:
    """Return one line a goal: the ratio measured, the one wanted, whether it is met."""
    lines = ["| ratio of CPU | measured | at most |  |", "|---|---|---|---|"]
    for what, workload, above, below, most in GOALS:
        upper, lower = (median(results, workload, side, "cpu_us") for side in (above, below))
        if upper and lower:
            lines.append(row(what, upper / lower, most))
    memory = [median(results, "hello", side, "rss") for side in ("cruet", "Flask, Gunicorn sync")]
    if memory[0] and memory[1]:
        lines.append(
            row("RSS of a worker over Flask's on Gunicorn sync", memory[0] / memory[1], 1.0)
        )
    imports = results["imports"]
    if {"cruet", "flask"} <= set(imports):
        for key, what in (
            ("ms", "time of the import over Flask's"),
            ("rss", "RSS after it over Flask's"),
        ):
            lines.append(row(what, imports["cruet"][key] / imports["flask"][key], 1.0))
    return "\n".join(lines) + "\n"


def row(what: str, ratio: float, most: float) -> str:
    return f"| {what} | {ratio:.3f} | {most:.3f} | {'met' if ratio <= most else 'missed'} |"


def plot(results: Results) -> str:
    """Return an SVG: CPU microseconds a request, a group for each workload, the least on top."""
    parts: list[str] = []
    y = 34.0
    for workload, sides in results["workloads"].items():
        values = {side: median(results, workload, side, "cpu_us") for side in sides}
        bars = sorted((value, side) for side, value in values.items() if value is not None)
        if not bars:
            continue
        parts.append(f'<text x="0" y="{y + 14}" font-weight="600">{escape(workload)}</text>')
        y += 24
        for value, side in bars:
            parts.append(bar(y, value, bars[-1][0], side))
            y += BAR + GAP
        y += 14
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 {WIDTH + 24} {y:.0f}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">'
        f'<rect x="-12" width="{WIDTH + 24}" height="{y:.0f}" fill="#ffffff"/>'
        '<text x="0" y="20" font-size="14">CPU microseconds a request, less is better</text>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def bar(y: float, value: float, longest: float, side: str) -> str:
    """Return one bar with its name before and its value behind it."""
    room = WIDTH - LABELS - 60
    length = max(2.0, room * value / longest)
    colour = OWN if "cruet" in side else OTHER
    return (
        f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(side)}</text>'
        f'<rect x="{LABELS}" y="{y}" width="{room}" height="{BAR}" fill="{PALE}" opacity="0.4"/>'
        f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>'
        f'<text x="{LABELS + length + 6:.1f}" y="{y + 13}">{value:.1f}</text>'
    )
