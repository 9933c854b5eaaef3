"""The picture of a run: what from_pid takes, beside the kernel's part of it and what others take."""

from __future__ import annotations

from xml.sax.saxutils import escape

import report

JOB, LARGEST = "build", 2_000
WIDTH, LABEL, ROW, TOP = 720, 190, 26, 54
STYLE = """\
text{font:13px system-ui,sans-serif;fill:#1f2328}.small{font-size:11px;fill:#59636e}
.kernel{fill:#9aa4af}.ours{fill:#1a7f37}.other{fill:#bf8700}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}.kernel{fill:#656c76}.ours{fill:#3fb950}.other{fill:#d29922}}"""


def svg(run):
    """Return the picture, of the process of usual size that has most mappings."""
    # Ours with the collector off is for the tables: nobody runs it so.
    records = [r for r in run["records"] if r["job"] == JOB and r["mappings"] <= LARGEST]
    records = [r for r in records if "collector off" not in r["reader"]]
    mappings = max(r["mappings"] for r in records)
    bars = sorted((r for r in records if r["mappings"] == mappings), key=lambda r: r["per_floor"] or r["ns"])
    height = TOP + ROW * len(bars) + 24
    longest = max(r["ns"] for r in bars)
    title = f"Time to list {mappings:,} mappings of a process, every object made"
    note = "kernel: the text read, and nothing done with it. psutil reads smaps, which has more."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{title}</title><style>{STYLE}</style>",
            f'<text x="0" y="18" font-weight="600">{title}</text>',
            f'<text x="0" y="36" class="small">{escape(report.machine_line(run["machine"]))}</text>',
            *[line for i, r in enumerate(bars) for line in bar(r, TOP + ROW * i, longest)],
            f'<text x="0" y="{height - 6}" class="small">{note}</text>',
            "</svg>\n",
        ]
    )


def bar(r, y, longest):
    """Yield the elements of one reader."""
    kind = "kernel" if r["reader"] == "kernel" else "ours" if r["per_ours"] == 1 else "other"
    room = WIDTH - LABEL - 130
    width = max(1, room * r["ns"] / longest)
    words = report.duration(r["ns"]) + (f", {r['per_floor']:.2f} x" if r["per_floor"] else "")
    yield f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(r["reader"])}</text>'
    yield f'<rect x="{LABEL}" y="{y + 2}" width="{width:.1f}" height="{ROW - 8}" rx="2" class="{kind}"/>'
    yield f'<text x="{LABEL + width + 6:.1f}" y="{y + 15}">{words}</text>'
