"""The toolkit's results as Markdown tables."""

from typing import Any

Results = dict[str, Any]
FEW, MANY = "match, 10 rules", "match, 10,000 rules"
NEIGHBOURS = "match, 10 neighbours of 10,000 rules"


def figure(case: dict[str, Any], side: str) -> str:
    """A case's time on one side, in the unit that fits, or its throughput."""
    ns = case["ns"].get(side)
    if ns is None:
        return "–"
    if case["size"] and case["size"] >= 2**20:
        return f"{case['size'] / 2**20 / (ns / 1e9):.0f} MiB/s"
    return f"{ns:.0f} ns" if ns < 1000 else f"{ns / 1000:.2f} µs"


def goal(case: dict[str, Any], ratio: float | None) -> str:
    """The goal and whether it is met."""
    if case["goal"] is None or ratio is None:
        return ""
    return f"{case['goal']:g}x, {'met' if ratio >= case['goal'] else 'missed'}"


def markdown(results: Results) -> str:
    """Return the tables: time or throughput of each side, the ratio, the goal; memory."""
    lines = [
        f"Medians of {results['rounds']} interleaved samples of CPU time, one core. C++: the same "
        "work on the headers alone, without Python's objects.",
        "",
        "| operation | cruet | beside | of | ratio | goal | C++ |",
        "|---|---|---|---|---|---|---|",
    ]
    for case in results["cases"]:
        own, other = case["ns"].get("cruet"), case["ns"].get("peer")
        ratio = other / own if own and other else None
        cells = [
            case["name"],
            figure(case, "cruet"),
            figure(case, "peer"),
            case["peer"],
            "–" if ratio is None else f"{ratio:.1f}x",
            goal(case, ratio),
            figure(case, "native"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += scale(results)
    for name, grown in results["memory"].items():
        told = ", ".join(f"{side} {size / 2**20:.1f} MiB" for side, size in grown.items())
        lines += ["", f"Peak of resident memory above what it was before {name}: {told}."]
    load = results["load"]
    busy = (
        f"Load average on {load['cores']} cores: {load['before']:.1f} before, {load['after']:.1f} "
        "after, of which this run makes 1."
    )
    if load["before"] > load["cores"]:
        busy += (
            " Others worked, too: times are longer than on a quiet machine: compare within a run."
        )
    lines += ["", busy]
    told = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return "\n".join([*lines, "", f"{told}."]) + "\n"


def scale(results: Results) -> list[str]:
    """What ten thousand rules cost over ten."""
    times = {case["name"]: case["ns"] for case in results["cases"]}
    if not {FEW, MANY} <= set(times):
        return []
    lines = [
        "",
        f"A match over 10,000 rules over one over 10 (goal: cruet at most 1): {told(times, MANY)}.",
    ]
    if NEIGHBOURS in times:
        lines[-1] += (
            " Ten rules scattered over a large map share fewer cache lines and pages than ten "
            f"alone; ten that lie side by side among 10,000: {told(times, NEIGHBOURS)}."
        )
    return lines


def told(times: dict[str, dict[str, float]], name: str) -> str:
    """A case over ten rules alone, on each side that has both."""
    few, many = times[FEW], times[name]
    return ", ".join(f"{side} {many[side] / few[side]:.2f}" for side in few if side in many)
