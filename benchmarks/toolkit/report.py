"""The toolkit's results as Markdown tables."""

from typing import Any

Results = dict[str, Any]
FEW, MANY = "match, 10 rules", "match, 10,000 rules"


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
        f"Medians of {results['rounds']} interleaved samples, one core. C++: the same work on the "
        "headers alone, without Python's objects.",
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
    told = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return "\n".join([*lines, "", f"{told}."]) + "\n"


def scale(results: Results) -> list[str]:
    """What ten thousand rules cost over ten."""
    times = {case["name"]: case["ns"] for case in results["cases"]}
    if not {FEW, MANY} <= set(times):
        return []
    ratios = {side: times[MANY][side] / ns for side, ns in times[FEW].items()}
    told = ", ".join(f"{side} {ratio:.2f}" for side, ratio in ratios.items())
    return ["", f"A match over 10,000 rules over one over 10 (goal: cruet at most 1): {told}."]
